import { type Nanoseconds, NS_PER_MS, NS_PER_S } from '../clock.ts'
import type { HttpHeaders } from './provider.ts'

const fieldOf = (headers: HttpHeaders, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}

/** Whole or fractional; more than a third of a year is no waiting time. */
const seconds = /^\d{1,7}(?:\.\d{1,9})?$/

/** A header with seconds to wait, such as `ratelimit-reset`. */
export function secondsIn(headers: HttpHeaders, name: string): Nanoseconds | undefined {
  const value = fieldOf(headers, name)
  return value !== undefined && seconds.test(value) ? Math.ceil(Number(value) * NS_PER_S) : undefined
}

/** The one form in which HTTP's dates are sent (RFC 9110 §5.6.7); Date.parse takes much else for a date. */
const httpDate = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/
const instantMs = (text = '') => (httpDate.test(text) ? Date.parse(text) : Number.NaN)

/** Between the server's clock, as its Date field has it (RFC 9110 §6.6.1), and a later instant of it. */
function sinceDate(headers: HttpHeaders, atMs: number): Nanoseconds | undefined {
  const sentMs = instantMs(fieldOf(headers, 'date'))
  const waitMs = atMs - sentMs
  return Number.isFinite(waitMs) && waitMs < 1e10 ? Math.max(0, waitMs) * NS_PER_MS : undefined
}

/** A header with the Unix second at which the allowance is renewed, such as SendGrid's. */
export function untilSecondIn(headers: HttpHeaders, name: string): Nanoseconds | undefined {
  const value = fieldOf(headers, name)
  return value !== undefined && /^\d{9,11}$/.test(value)
    ? sinceDate(headers, Number(value) * 1000)
    : undefined
}

/** Retry-After (RFC 9110 §10.2.3): seconds, or a date. */
export function retryAfter(headers: HttpHeaders): Nanoseconds | undefined {
  const value = fieldOf(headers, 'retry-after')
  if (value === undefined) return undefined
  return secondsIn(headers, 'retry-after') ?? sinceDate(headers, instantMs(value))
}

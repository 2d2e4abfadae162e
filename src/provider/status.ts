import { NS_PER_S } from '../clock.ts'
import type { Cause, Verdict } from '../sample.ts'
import type { HttpHeaders } from './provider.ts'

const causeOfStatus: Record<number, Cause> = {
  400: 'content',
  401: 'auth',
  403: 'auth',
  407: 'auth',
  408: 'timeout',
  413: 'content',
  415: 'content',
  422: 'content',
  429: 'throttled',
}

/** Seconds of a Retry-After header; its date form (RFC 9110 §10.2.3) is left to the caller's policy. */
function retryAfterNs(headers: HttpHeaders): number | undefined {
  const seconds = Number(headers['retry-after'])
  return headers['retry-after'] !== undefined && seconds >= 0 ? seconds * NS_PER_S : undefined
}

function outcomeOf(status: number): Verdict['outcome'] {
  if (status >= 200 && status < 300) return 'accepted'
  // A gateway answered for a server that may have taken the message (RFC 9110 §15.6.3, §15.6.5).
  if (status === 502 || status === 504) return 'in_doubt'
  if (status === 429 || status >= 500) return 'deferred'
  return 'rejected'
}

/** What a status says by itself; a dialect refines it with what it knows of the body. */
export function verdictOfStatus(status: number, headers: HttpHeaders): Verdict {
  const outcome = outcomeOf(status)
  if (outcome === 'accepted') return { outcome, code: status }
  const waitNs = retryAfterNs(headers)
  return {
    outcome,
    code: status,
    cause: causeOfStatus[status] ?? (status >= 500 ? 'server' : status < 400 ? 'protocol' : 'unknown'),
    ...(waitNs !== undefined && { retryAfterNs: waitNs }),
  }
}

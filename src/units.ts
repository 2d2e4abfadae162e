import { type Nanoseconds, NS_PER_MS, NS_PER_S } from './clock.ts'
import { UsageError } from './errors.ts'

const durations: Record<string, number> = {
  us: 1e3,
  ms: NS_PER_MS,
  s: NS_PER_S,
  m: 60 * NS_PER_S,
  h: 3600 * NS_PER_S,
}
const bandwidths: Record<string, number> = { kbit: 1e3, mbit: 1e6, gbit: 1e9 }
const sizes: Record<string, number> = { b: 1, kb: 1024, mb: 1024 * 1024 }

/** Whole numbers of nanoseconds, bytes and bits stay exact, and far below what is infinite. */
const QUANTITY_MAX = 1e12

function quantity(text: string, unitPattern: string): { value: number; unit: string } | undefined {
  const match = new RegExp(`^(\\d+(?:\\.\\d+)?)\\s*(${unitPattern})$`, 'i').exec(text.trim())
  if (!match) return undefined
  const value = Number(match[1])
  if (value > QUANTITY_MAX) throw new UsageError(`"${text}" is too large a number: at most ${QUANTITY_MAX}`)
  return { value, unit: (match[2] ?? '').toLowerCase() }
}

/** Timers of Node end at once beyond 2^31 ms, which is 24.8 days; twice a span must stay below. */
const DURATION_MAX = '240h'
const DURATION_MAX_NS = 240 * 3600 * NS_PER_S

/** `250us`, `5ms`, `1.5s`, `2m`, `1h`. @throws UsageError */
export function parseDurationNs(text: string): Nanoseconds {
  const parsed = quantity(text, 'us|ms|s|m|h')
  if (!parsed)
    throw new UsageError(`"${text}" is no duration: write a number and us, ms, s, m or h, as in 10s`)
  const spanNs = Math.round(parsed.value * (durations[parsed.unit] ?? Number.NaN))
  if (spanNs > DURATION_MAX_NS) throw new UsageError(`"${text}" is too long: at most ${DURATION_MAX}`)
  return spanNs
}

/** `512b`, `1kb`, `2mb`, or bare bytes; 1 kb is 1,024 bytes. @throws UsageError */
export function parseSizeBytes(text: string): number {
  const parsed = quantity(text, 'b|kb|mb|')
  if (!parsed) throw new UsageError(`"${text}" is no size: write a number and b, kb or mb, as in 1kb`)
  return Math.round(parsed.value * (sizes[parsed.unit || 'b'] ?? Number.NaN))
}

/** `1%` or `0.01`, as a fraction of 1. @throws UsageError */
export function parseShare(text: string): number {
  const parsed = quantity(text, '%|')
  const share = parsed ? parsed.value / (parsed.unit === '%' ? 100 : 1) : Number.NaN
  if (!(share >= 0 && share <= 1))
    throw new UsageError(`"${text}" is no share: write a percentage from 0% to 100%, as in 1%`)
  return share
}

/** `100/s`, per second. @throws UsageError */
export function parseRatePerS(text: string): number {
  const parsed = quantity(text, '/s')
  if (!parsed || parsed.value <= 0)
    throw new UsageError(`"${text}" is no rate: write a number a second, as in 100/s`)
  return parsed.value
}

/** `500kbit`, `10mbit`, `1gbit`, a second; 1 kbit is 1,000 bits. @throws UsageError */
export function parseBandwidthBitPerS(text: string): number {
  const parsed = quantity(text, 'kbit|mbit|gbit')
  if (!parsed || parsed.value <= 0)
    throw new UsageError(`"${text}" is no bandwidth: write a number and kbit, mbit or gbit, as in 10mbit`)
  return Math.round(parsed.value * (bandwidths[parsed.unit] ?? Number.NaN))
}

/** Shortest readable form of a span: `250us`, `5ms`, `1.5s`, `2m`. Round-trips through parseDurationNs. */
export function formatDuration(spanNs: Nanoseconds): string {
  if (spanNs === 0) return '0ms'
  const units: [string, number][] = [
    ['h', 3600 * NS_PER_S],
    ['m', 60 * NS_PER_S],
    ['s', NS_PER_S],
    ['ms', NS_PER_MS],
  ]
  for (const [unit, ns] of units) {
    const value = spanNs / ns
    if (value >= 1) return `${Number(value.toFixed(3))}${unit}`
  }
  return `${Number((spanNs / 1e3).toFixed(3))}us`
}

/** A span in words for people, in whole seconds and up: `8 s`, `1 min 7 s`, `2 h 5 min`. */
export function formatRoughly(spanNs: Nanoseconds): string {
  const seconds = Math.max(1, Math.round(spanNs / NS_PER_S))
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${rest} s` : `${rest} s`
}

/** Nanoseconds as milliseconds with the digits that carry information (1 µs and up). */
export function msOf(spanNs: Nanoseconds): number {
  return Math.round(spanNs / 1e3) / 1e3
}

import type { Provider } from '../provider/provider.ts'

/** How much a server is asked a second; infinite where nothing limits it. */
export interface Rate {
  readonly callsPerS: number
  /** Each recipient's copy is one. */
  readonly messagesPerS: number
}

const { POSITIVE_INFINITY: UNLIMITED } = Number

/** Of a way: of its single calls, and of those that carry a batch. */
export interface Rates {
  readonly single: Rate
  readonly batch: Rate
}

const of = (messagesPerS: number): Rates => {
  const rate = { callsPerS: UNLIMITED, messagesPerS }
  return { single: rate, batch: rate }
}

/** Nobody holds anything back. */
export const unlimited = of(UNLIMITED)

/** What a plan asks for is in messages, however they are carried, and replaces what is documented. */
export const asked = of

/** Below what is documented: clocks differ, and a limit that is met exactly is met too often. */
const SHARE_OF_LIMIT = 0.9

/** What a provider documents; whose relay has no limit of its own is taken to count messages as its API does calls. */
export function documented({ limits, batch }: Provider, protocol: 'smtp' | 'http'): Rates {
  const { callsPerS = UNLIMITED, messagesPerS = UNLIMITED } = limits
  if (protocol === 'smtp') return of(SHARE_OF_LIMIT * (limits.messagesPerS ?? callsPerS))
  const single = { callsPerS: SHARE_OF_LIMIT * callsPerS, messagesPerS: SHARE_OF_LIMIT * messagesPerS }
  const own = batch?.callsPerS
  return {
    single,
    batch: own === undefined ? single : { callsPerS: SHARE_OF_LIMIT * own, messagesPerS: UNLIMITED },
  }
}

/** Submissions a second that go in calls of `batch`, each to so many recipients; infinite where nothing limits them. */
export function submissionsPerS({ single, batch: many }: Rates, batch: number, recipients: number): number {
  const { callsPerS, messagesPerS } = batch > 1 ? many : single
  return Math.min(callsPerS * batch, messagesPerS / recipients)
}

const rateInWords = ({ callsPerS, messagesPerS }: Rate, calls: string): string[] =>
  (
    [
      [callsPerS, calls],
      [messagesPerS, 'messages/s'],
    ] as const
  )
    .filter(([perS]) => Number.isFinite(perS))
    .map(([perS, unit]) => `${Number(perS.toPrecision(3))} ${unit}`)

/** Empty where nothing is held back. */
export function ratesInWords({ single, batch }: Rates): string {
  const own = batch === single ? [] : rateInWords(batch, 'batch calls/s')
  return [...rateInWords(single, 'calls/s'), ...own].join(', ')
}

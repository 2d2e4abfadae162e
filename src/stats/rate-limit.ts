import type { FailureRow, TimelineRow, TrialRow } from '../run-store/schema.ts'
import { median } from './median.ts'

/** What a ramp found out about one label's server. */
export interface RateLimit {
  readonly label: string
  /** The most that it took in a second while it refused others; null when it refused too short a time to say. */
  readonly perS: number | null
  /** What was asked of it in the second of its first refusal; null when it never refused. */
  readonly refusedAtPerS: number | null
  /** The highest rate that the plan asked for. */
  readonly offeredPerS: number
  /** The most that it took in a second. */
  readonly reachedPerS: number
  /** It never refused, and took less than was planned because the client never sent the rest, or sent it late. */
  readonly heldBack: boolean
  /** By which codes it refused: `421 4.7.1`. */
  readonly codes: readonly string[]
}

/** A run's rows, as far as they are needed. */
export interface RampRows {
  readonly trials: readonly Pick<
    TrialRow,
    'trial' | 'label' | 'purpose' | 'load' | 'valid' | 'dropped' | 'start_lag_p99_ms' | 'latency_p99_ms'
  >[]
  readonly timeline: readonly Pick<TimelineRow, 'trial' | 'second' | 'scheduled' | 'accepted' | 'failed'>[]
  readonly failures: readonly Pick<FailureRow, 'trial' | 'cause' | 'code' | 'enhanced_code'>[]
}

type Ramp = RampRows['trials'][number]
type Second = RampRows['timeline'][number]

/**
 * Refusals in so many seconds on end are a server's limit: there a ramp may stop. Those of fewer are a burst: a
 * machine that stalls sends afterwards what came due meanwhile.
 */
export const KNEE_SECONDS = 4

/** What is in flight at a ramp's end, or comes late after a stall, is this share of its rate at most. */
const REACHED_SHARE = 0.95
/** As a trial's own check has it: a lag beyond this share of the latency is no longer small beside it. */
const LAG_SHARE = 0.1

/** True when the client did not keep to the schedule: it dropped messages, or started them late. */
const isBehind = ({ dropped, start_lag_p99_ms: lagMs, latency_p99_ms: latencyMs }: Ramp) =>
  dropped > 0 || (lagMs !== null && latencyMs !== null && lagMs > LAG_SHARE * latencyMs)

/** Seconds on end in which something failed. */
function streaks(seconds: readonly Second[]): Second[][] {
  const found: Second[][] = []
  let before: number | undefined
  for (const row of seconds) {
    if (row.failed === 0) continue
    if (before !== row.second - 1) found.push([])
    found.at(-1)?.push(row)
    before = row.second
  }
  return found
}

/**
 * Of one ramp: a server that limits a rate takes just that rate from whoever asks for more, so that what it
 * accepts in a whole second after its first refusal, when what it had saved up is used, is its limit. The best
 * second counts: a client that stalls, or has to connect anew, asks for less than it should.
 */
function limitOf(ramp: Ramp, { timeline, failures }: RampRows) {
  const { trial } = ramp
  const refusals = failures.filter(row => row.trial === trial && row.cause === 'throttled')
  const seconds = timeline.filter(row => row.trial === trial)
  const offeredPerS = Math.max(0, ...seconds.map(({ scheduled }) => scheduled))
  // What a stall held back may arrive in one second.
  const reachedPerS = Math.min(offeredPerS, Math.max(0, ...seconds.map(({ accepted }) => accepted)))
  const rates = { offeredPerS, reachedPerS }
  if (refusals.length === 0) {
    const heldBack = isBehind(ramp) && reachedPerS < REACHED_SHARE * offeredPerS
    return { perS: null, refusedAtPerS: null, ...rates, heldBack, codes: [] }
  }
  const all = streaks(seconds)
  const [first, ...later] = all.find(({ length }) => length >= KNEE_SECONDS) ?? all.at(-1) ?? []
  // The last second was not asked to its end.
  const lastWhole =
    Math.max(...seconds.filter(({ scheduled }) => scheduled > 0).map(({ second }) => second)) - 1
  const taken = later.filter(({ second }) => second <= lastWhole).map(({ accepted }) => accepted)
  return {
    perS: taken.length === 0 ? null : Math.max(...taken),
    refusedAtPerS: first?.scheduled ?? null,
    ...rates,
    heldBack: false,
    codes: refusals.map(({ code, enhanced_code: enhanced }) => codesOf(code, enhanced)),
  }
}

/** Some providers repeat the status as their own code. */
const codesOf = (code: number | null, enhanced: string | null) =>
  [code, enhanced === String(code) ? null : enhanced].filter(part => part !== null).join(' ')

const medianOrNull = (values: readonly (number | null)[]) =>
  median(values.filter(value => value !== null)) ?? null

/** What each label's ramps found: medians of its repetitions. Labels without a ramp have none. */
export function rateLimits(rows: RampRows): RateLimit[] {
  const ramps = rows.trials.filter(
    ({ purpose, load, valid }) => purpose === 'measure' && load === 'ramp' && valid,
  )
  const byLabel = [...Map.groupBy(ramps, ({ label }) => label)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return byLabel.map(([label, trials]) => {
    const found = trials.map(ramp => limitOf(ramp, rows))
    const most = (values: readonly number[]) => Math.max(...values)
    return {
      label,
      perS: medianOrNull(found.map(({ perS }) => perS)),
      refusedAtPerS: medianOrNull(found.map(({ refusedAtPerS }) => refusedAtPerS)),
      offeredPerS: most(found.map(({ offeredPerS }) => offeredPerS)),
      reachedPerS: most(found.map(({ reachedPerS }) => reachedPerS)),
      // Once is enough: a repetition that took all shows that the way can.
      heldBack: found.every(({ heldBack }) => heldBack),
      codes: [...new Set(found.flatMap(({ codes }) => codes))],
    }
  })
}

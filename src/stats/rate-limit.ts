import type { FailureRow, TimelineRow, TrialRow } from '../run-store/schema.ts'
import { median } from './median.ts'

/** What a ramp found out about one label's server. */
export interface RateLimit {
  readonly label: string
  /** The most that it took in a second while it refused others; null when it refused too short a time to say. */
  readonly perS: number | null
  /** What was asked of it in the second of its first refusal; null when it never refused. */
  readonly refusedAtPerS: number | null
  /** The highest rate that it was asked for. */
  readonly offeredPerS: number
  /** By which codes it refused: `421 4.7.1`. */
  readonly codes: readonly string[]
}

/** A run's rows, as far as they are needed. */
export interface RampRows {
  readonly trials: readonly Pick<TrialRow, 'trial' | 'label' | 'purpose' | 'load' | 'valid'>[]
  readonly timeline: readonly Pick<TimelineRow, 'trial' | 'second' | 'scheduled' | 'accepted' | 'failed'>[]
  readonly failures: readonly Pick<FailureRow, 'trial' | 'cause' | 'code' | 'enhanced_code'>[]
}

type Second = RampRows['timeline'][number]

/**
 * Refusals in so many seconds on end are a server's limit: there a ramp may stop. Those of fewer are a burst: a
 * machine that stalls sends afterwards what came due meanwhile.
 */
export const KNEE_SECONDS = 4

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
function limitOf(trial: number, { timeline, failures }: RampRows) {
  const refusals = failures.filter(row => row.trial === trial && row.cause === 'throttled')
  const seconds = timeline.filter(row => row.trial === trial)
  const offeredPerS = Math.max(0, ...seconds.map(({ scheduled }) => scheduled))
  if (refusals.length === 0) return { perS: null, refusedAtPerS: null, offeredPerS, codes: [] }
  const all = streaks(seconds)
  const [first, ...later] = all.find(({ length }) => length >= KNEE_SECONDS) ?? all.at(-1) ?? []
  // The last second was not asked to its end.
  const lastWhole =
    Math.max(...seconds.filter(({ scheduled }) => scheduled > 0).map(({ second }) => second)) - 1
  const taken = later.filter(({ second }) => second <= lastWhole).map(({ accepted }) => accepted)
  return {
    perS: taken.length === 0 ? null : Math.max(...taken),
    refusedAtPerS: first?.scheduled ?? null,
    offeredPerS,
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
    const found = trials.map(({ trial }) => limitOf(trial, rows))
    return {
      label,
      perS: medianOrNull(found.map(({ perS }) => perS)),
      refusedAtPerS: medianOrNull(found.map(({ refusedAtPerS }) => refusedAtPerS)),
      offeredPerS: Math.max(...found.map(({ offeredPerS }) => offeredPerS)),
      codes: [...new Set(found.flatMap(({ codes }) => codes))],
    }
  })
}

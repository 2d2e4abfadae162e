import { type Nanoseconds, NS_PER_MS, NS_PER_S } from '../clock.ts'
import type { Bins } from '../run-store/bins.ts'
import type { TrialRow } from '../run-store/schema.ts'
import type { Check } from '../run-store/stored-run.ts'
import type { Receipts } from '../sink/sink.ts'
import { exponentialFit } from '../stats/anderson-darling.ts'
import { balance, compareLedger } from '../stats/ledger.ts'
import { countOf, mergedBins, minimumSamples, percentile } from '../stats/quantile.ts'
import { isJob } from './anatomy.ts'
import { fullnessOf } from './batch-check.ts'
import type { Condition } from './condition.ts'
import { stallOf } from './stall-check.ts'
import type { Measured } from './trial.ts'

export interface CheckedTrial {
  readonly condition: Condition
  readonly purpose: TrialRow['purpose']
  readonly measured: Measured
  /** What the sink took; undefined when the server is not ours, or its process is gone. */
  readonly receipts: Receipts | undefined
  /** Start lag of a load that does nothing, at the same schedule, in the same run. */
  readonly floorLag: Bins | undefined
}

const RATE_TOLERANCE = 0.01
/** One stall of the machine at either end of a short trial is no wrong rate. */
const STALL_NS = 50 * NS_PER_MS
/** The start lag may be this share of the latency, or this many times the floor's. */
const LAG_SHARE = 0.1
const LAG_FLOORS = 3
/** One planned Poisson schedule in a thousand is called odd although it is not. */
const FIT_P = 0.001
/** Halves of a trial whose medians differ by more are called out. */
const DRIFT = 1.5
/** A busier event loop delays what it times. */
const UTILISATION = 0.95
const STEAL = 0.05

const ms = (spanNs: Nanoseconds | undefined) =>
  spanNs === undefined ? '?' : `${(spanNs / NS_PER_MS).toFixed(3)} ms`
/** A check, but for the trial that it is of. */
type Finding = Omit<Check, 'trial'>

const invalidates = (check: string, ok: boolean, detail: string): Finding => ({
  check,
  ok,
  invalidates: true,
  detail,
})
const notes = (check: string, ok: boolean, detail: string): Finding => ({
  check,
  ok,
  invalidates: false,
  detail,
})

/** The highest percentile that so many values carry, up to p99. */
const highest = (n: number) => (n >= minimumSamples(0.99) ? 0.99 : 0.5)

function accounting({ measured, receipts }: CheckedTrial): Finding[] {
  const { recording } = measured
  const books = balance(recording.outcomes, recording.scheduledWithWarmUp)
  const { accepted } = recording.figures
  const local = recording.failures
    .filter(({ cause }) => cause === 'local')
    .reduce((sum, { count }) => sum + count, 0)
  const ledger = receipts && compareLedger(recording.outcomes, receipts.counts)
  return [
    invalidates(
      'balance',
      books.holds,
      `${books.scheduled} submissions were due, ${books.ended} have an outcome`,
    ),
    invalidates(
      'histogram',
      recording.latencyCount === accepted && recording.overflowed === 0,
      `${recording.latencyCount} latencies of ${accepted} accepted, ${recording.overflowed} beyond an hour`,
    ),
    invalidates('resources', local === 0, `${local} submissions failed for want of our own resources`),
    ...(ledger
      ? [
          invalidates(
            'ledger',
            ledger.takenUnaccounted === 0,
            `the sink took ${ledger.takenUnaccounted} messages that the client calls certainly not taken`,
          ),
        ]
      : []),
  ]
}

/** Of open load: did the generator do what the schedule said? */
function pacing({ condition, purpose, measured, floorLag }: CheckedTrial): Finding[] {
  if (condition.load.kind === 'closed') return []
  const { recording, pace } = measured
  const { dropped, scheduled } = recording.figures
  const rateOf = (spanNs: Nanoseconds) =>
    spanNs > 0 ? (((pace.dues - 1) * NS_PER_S) / spanNs).toFixed(2) : '?'
  // Of a drop there is no start: the spans can only be compared when all that came due was started.
  const stretchNs = dropped === 0 ? Math.abs(pace.startSpanNs - pace.dueSpanNs) : 0
  const achieved =
    dropped === 0 ? `achieved ${rateOf(pace.startSpanNs)}/s` : `${dropped} of ${scheduled} dropped`
  const n = Math.min(countOf(recording.startLag), floorLag ? countOf(floorLag) : Number.POSITIVE_INFINITY)
  const p = highest(n)
  const lagNs = percentile(recording.startLag, p)
  const latencyNs = percentile(mergedBins(recording.latencyBlocks), p)
  const floorNs = floorLag && percentile(floorLag, p)
  const late = lagNs !== undefined && latencyNs !== undefined && lagNs > LAG_SHARE * latencyNs
  // Without a floor to compare with, the lag has only the latency to be small beside.
  const worse = lagNs !== undefined && lagNs > LAG_FLOORS * (floorNs ?? 0)
  return [
    invalidates(
      'rate',
      stretchNs <= Math.max(RATE_TOLERANCE * pace.dueSpanNs, STALL_NS),
      `offered ${rateOf(pace.dueSpanNs)}/s, ${achieved}`,
    ),
    // A floor's lag is what others are laid beside.
    ...(purpose === 'floor'
      ? []
      : [
          invalidates(
            'start-lag',
            !(late && worse),
            `p${p * 100} of the start lag ${ms(lagNs)}, of the latency ${ms(latencyNs)}, of a bare loop's lag ${ms(floorNs)}`,
          ),
        ]),
  ]
}

/** The planned arrivals, not the actual starts: those would only show the machine's stalls. */
function schedule({ condition, measured }: CheckedTrial): Finding[] {
  const { load } = condition
  const { gapsNs } = measured.pace
  if (load.kind === 'poisson' && gapsNs.length > 1) {
    const { a2, p } = exponentialFit(gapsNs, NS_PER_S / load.ratePerS)
    const detail = `Anderson-Darling of ${gapsNs.length} planned gaps: A2 = ${a2.toFixed(3)}, p = ${p.toFixed(4)}`
    // A note: the schedule is what the seed gave, and one in a thousand of them is odd by chance.
    return [notes('arrivals', p >= FIT_P, detail)]
  }
  if (load.kind === 'constant' && gapsNs.length > 0) {
    const meanNs = NS_PER_S / load.ratePerS
    const worstNs = gapsNs.reduce((worst, gapNs) => Math.max(worst, Math.abs(gapNs - meanNs)), 0)
    return [invalidates('arrivals', worstNs <= 1, `planned gaps deviate by at most ${worstNs.toFixed(3)} ns`)]
  }
  return []
}

/** A label that says batch must not stand for messages one by one. */
function batches({ condition, measured }: CheckedTrial): Finding[] {
  const fullness = fullnessOf(condition, measured)
  if (!fullness) return []
  return [(fullness.isOurs ? invalidates : notes)('batches', fullness.ok, fullness.detail)]
}

/** What does not make a figure wrong, but a reader should know. */
function surroundings({ condition, purpose, measured }: CheckedTrial): Finding[] {
  const { vitals, recording } = measured
  const half = Math.floor(recording.latencyBlocks.length / 2)
  const [early, late] = [recording.latencyBlocks.slice(0, half), recording.latencyBlocks.slice(-half)].map(
    blocks => percentile(mergedBins(blocks), 0.5),
  )
  const ratio = early && late ? late / early : 1
  const steady = condition.load.kind === 'ramp' || (ratio < DRIFT && ratio > 1 / DRIFT)
  const detail = `p99 ${vitals.loop_delay_p99_ms} ms, max ${vitals.loop_delay_max_ms} ms late, ${Math.round(vitals.loop_utilisation * 100)}% busy; GC ${vitals.gc_ms} ms in ${vitals.gc_count}`
  // The null transport turns without a pause, and so does pacing; a floor is to go as fast as it can.
  const restless = condition.client === 'null' || purpose === 'floor' || condition.load.kind !== 'closed'
  const idle = restless || vitals.loop_utilisation <= UTILISATION
  const { scheduled } = recording.figures
  const stall = purpose === 'measure' ? stallOf(condition, measured) : undefined
  // A floor is given a second, and an anatomy ends with the first message that is not accepted.
  const whole =
    purpose !== 'measure' ||
    condition.messages === Number.MAX_SAFE_INTEGER ||
    scheduled >= condition.messages ||
    measured.interrupted ||
    measured.stopped
  return [
    notes(
      'whole',
      whole,
      `${scheduled} of ${condition.messages} messages came due before the trial's duration was over`,
    ),
    notes('event-loop', idle, detail),
    notes(
      'machine',
      (vitals.steal ?? 0) <= STEAL,
      `load average ${vitals.load_average}, steal ${vitals.steal === null ? 'unknown' : `${(vitals.steal * 100).toFixed(1)}%`}`,
    ),
    ...(stall ? [notes('stall', stall.ok, stall.detail)] : []),
    ...(measured.fallbacks.length > 0 ? [notes('mode', false, measured.fallbacks.join('; '))] : []),
    // Where the first message opens the connection, halves are meant to differ.
    ...(purpose === 'anatomy' || isJob(condition)
      ? []
      : [notes('stationary', steady, `median of the first half ${ms(early)}, of the second ${ms(late)}`)]),
  ]
}

/** Every self-check of one trial; one that fails and invalidates makes the trial invalid. */
export function checksOf(trial: number, checked: CheckedTrial): Check[] {
  const findings = [
    ...accounting(checked),
    ...pacing(checked),
    ...schedule(checked),
    ...batches(checked),
    ...surroundings(checked),
  ]
  return findings.map(finding => ({ trial, ...finding }))
}

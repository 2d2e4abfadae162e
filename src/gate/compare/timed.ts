import type { Random } from '../../random.ts'
import type { TrialRow } from '../../run-store/schema.ts'
import { holm } from '../../stats/holm.ts'
import { CONFIDENCE, type Interval } from '../../stats/interval.ts'
import { median } from '../../stats/median.ts'
import { repetitionsNeeded } from '../../stats/power.ts'
import { shareDifference } from '../../stats/proportion.ts'
import { mannWhitney, smallestP } from '../../stats/rank-sum.ts'
import { type Shift, shiftBetween, shiftOfPairs } from '../../stats/shift.ts'
import { signFlip } from '../../stats/signed-rank.ts'
import type { Comparison, Pair, Verdict } from './comparison.ts'
import type { TimedMetric } from './metrics.ts'

/** Of the family of all that is compared at once. */
const ALPHA = 1 - CONFIDENCE
/** Two one-sided tests at 5 % each are a two-sided interval of 90 %: D. J. Schuirmann, JPB 15 (1987) 657–680. */
const EQUIVALENCE_CONFIDENCE = 1 - 2 * ALPHA

/** What is known before the correction for as many tests. */
interface Finding {
  readonly pair: Pair
  readonly metric: TimedMetric
  readonly base: readonly number[]
  readonly next: readonly number[]
  readonly change: number
  readonly interval: Interval | undefined
  readonly equivalence: Interval | undefined
  readonly dominance: number
  readonly p: number
  /** Standard deviation of the repetitions of a side, in the unit of the change. */
  readonly spread: number
}

const isRate = ({ name }: TimedMetric) => name === 'failure_rate'

const asShare = (logs: Interval | undefined) =>
  logs && { low: Math.expm1(logs.low), high: Math.expm1(logs.high) }

/** Ratios are compared by their logarithms: half as long is as far from equal as twice as long. */
function scaleOf(metric: TimedMetric): (value: number) => number {
  return isRate(metric) ? value => value : Math.log
}

const differences = (base: readonly number[], next: readonly number[]) =>
  next.map((value, i) => value - (base[i] as number))

function deviationOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1),
  )
}

/** Failed, and decided, of all repetitions of a side. */
function countedRate(rows: readonly TrialRow[]): [events: number, n: number] {
  const failed = rows.reduce((sum, row) => sum + row.deferred + row.rejected + row.faulted, 0)
  return [failed, failed + rows.reduce((sum, row) => sum + row.accepted, 0)]
}

function shiftBy(pair: Pair, base: readonly number[], next: readonly number[], confidence: number): Shift {
  return pair.isPaired
    ? shiftOfPairs(differences(base, next), confidence)
    : shiftBetween(base, next, confidence)
}

function intervals(pair: Pair, metric: TimedMetric, base: readonly number[], next: readonly number[]) {
  const shift = shiftBy(pair, base, next, CONFIDENCE)
  const narrow = shiftBy(pair, base, next, EQUIVALENCE_CONFIDENCE).interval
  if (!isRate(metric))
    return {
      change: Math.expm1(shift.estimate),
      interval: asShare(shift.interval),
      equivalence: asShare(narrow),
    }
  // Requests of a run are not independent, so that the pooled interval alone would be too narrow to convict; it is
  // wide enough to acquit, and known where all repetitions had none.
  const [before, after] = [countedRate(pair.base.rows), countedRate(pair.next.rows)]
  const change = after[0] / after[1] - before[0] / before[1]
  const pooled = shareDifference(after, before)
  return { change, interval: pooled, equivalence: pooled }
}

function findingOf(pair: Pair, metric: TimedMetric, random: Random): Finding[] {
  const scale = scaleOf(metric)
  const figures = (rows: readonly TrialRow[]) => rows.map(row => row[metric.name])
  const usable = (values: readonly (number | null)[]): values is number[] =>
    values.length > 0 && values.every(value => value !== null && (isRate(metric) || value > 0))
  const base = figures(pair.base.rows)
  const next = figures(pair.next.rows)
  if (!usable(base) || !usable(next)) return []
  const [before, after] = [base.map(scale), next.map(scale)]
  const { p, dominance } = mannWhitney(before, after)
  return [
    {
      pair,
      metric,
      base,
      next,
      ...intervals(pair, metric, before, after),
      dominance,
      p: pair.isPaired ? signFlip(differences(before, after), random) : p,
      spread: pair.isPaired
        ? deviationOf(differences(before, after)) / Math.SQRT2
        : Math.hypot(deviationOf(before), deviationOf(after)) / Math.SQRT2,
    },
  ]
}

/** A regression is significant, and beyond the noise threshold. */
function verdictOf({ metric, change, equivalence }: Finding, p: number): Verdict {
  const worsening = metric.better === 'lower' ? change : -change
  if (p <= ALPHA && Math.abs(change) > metric.noise) return worsening > 0 ? 'worse' : 'better'
  const isWithin = equivalence && equivalence.low >= -metric.noise && equivalence.high <= metric.noise
  return isWithin ? 'equivalent' : 'inconclusive'
}

const middle = (values: readonly number[]) => median(values) ?? Number.NaN

/** The smallest p that as many pairs, or as many values a side, can give. */
const reachable = ({ isPaired }: Pair, base: number, next: number) =>
  isPaired ? 2 / 2 ** base : smallestP(base, next)

/** Every timed metric of every pair, corrected for being as many. */
export function compareTimes(
  pairs: readonly Pair[],
  metrics: readonly TimedMetric[],
  random: Random,
): Comparison[] {
  const findings = pairs.flatMap(pair => metrics.flatMap(metric => findingOf(pair, metric, random)))
  const adjusted = holm(findings.map(({ p }) => p))
  return findings.map((finding, i) => {
    const { pair, metric, base, next, change, interval, dominance, spread } = finding
    const p = adjusted[i] as number
    const verdict = verdictOf(finding, p)
    const shift = isRate(metric) ? metric.noise : Math.log1p(metric.noise)
    const alpha = ALPHA / findings.length
    const needed = Math.max(
      repetitionsNeeded(shift, spread, alpha),
      reachable(pair, base.length, next.length) > alpha ? Math.max(base.length, next.length) + 1 : 0,
    )
    return {
      label: pair.label,
      metric: metric.name,
      kind: 'timed',
      base: middle(base),
      next: middle(next),
      change,
      unit: isRate(metric) ? 'difference' : 'share of base',
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      dominance,
      p,
      noise: metric.noise,
      repetitions: [base.length, next.length],
      needed: verdict === 'inconclusive' ? needed : null,
      verdict,
    }
  })
}

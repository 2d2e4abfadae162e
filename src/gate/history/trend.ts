import { createRandom } from '../../random.ts'
import { changePoints } from '../../stats/change-points.ts'
import { median } from '../../stats/median.ts'
import { countedMetrics, timedMetrics } from '../compare/metrics.ts'
import { exactSteps } from './exact-steps.ts'
import type { HistoryRow } from './row.ts'

/** Where a figure came to have another level. */
export interface Change {
  /** Index of the first run of the new level. */
  readonly at: number
  readonly run_id: string
  readonly started_at: string
  readonly commit: string | null
  /** Medians of both levels. */
  readonly before: number
  readonly after: number
  readonly verdict: 'worse' | 'better'
  /** What else is new since the run before: versions, which may be why. */
  readonly alongside: readonly string[]
}

/** One figure of one label over all runs of one plan on one kind of machine. */
export interface Trend {
  readonly plan: string
  readonly plan_digest: string
  readonly machine: string
  readonly label: string
  readonly metric: string
  /** In the order of time. */
  readonly runs: readonly HistoryRow[]
  readonly changes: readonly Change[]
}

/** Of all series that are looked at together: a history without a change shows one in a twentieth of the cases. */
const ALPHA = 0.05
const SIZE_MIN = 3
const PERMUTATIONS = { min: 999, max: 9_999 } as const

const isCounted = (metric: string) => countedMetrics.some(({ name }) => name === metric)
const timed = (metric: string) => timedMetrics.find(({ name }) => name === metric)
const isRate = (metric: string) => metric === 'failure_rate'

/** How far a count may vary without a cause, as every run says of its own; a share of the value. */
const slackOf = (runs: readonly HistoryRow[]) =>
  Math.max(0, ...runs.map(({ value, high }) => (high === null || value === 0 ? 0 : high / value - 1)))

const valuesOf = (runs: readonly HistoryRow[]) => runs.map(({ value }) => value)

/** Ratios are compared by their logarithms: an outlier that is ten times as slow weighs as one ten times as fast. */
function scaled(metric: string, values: readonly number[]): readonly number[] {
  return !isRate(metric) && values.every(value => value > 0) ? values.map(Math.log) : values
}

const levelOf = (values: readonly number[], from: number, to: number | undefined) =>
  median(values.slice(from, to)) ?? Number.NaN

/** How far a change goes, in the unit of the metric's noise. */
const sizeOf = (metric: string, before: number, after: number) =>
  isRate(metric) ? Math.abs(after - before) : Math.abs(after / before - 1)

/** A change within the noise is none: the smallest goes first, since those beside it then have another level. */
function beyondNoise(metric: string, values: readonly number[], places: readonly number[]): number[] {
  const noise = timed(metric)?.noise ?? 0
  let left = [...places]
  for (;;) {
    const sizes = left.map((at, i) =>
      sizeOf(metric, levelOf(values, left[i - 1] ?? 0, at), levelOf(values, at, left[i + 1])),
    )
    const smallest = sizes.indexOf(Math.min(...sizes))
    if (smallest < 0 || (sizes[smallest] as number) > noise) return left
    left = left.filter((_, i) => i !== smallest)
  }
}

function placesOf(runs: readonly HistoryRow[], metric: string, series: number, seed: string): number[] {
  const values = valuesOf(runs)
  if (isCounted(metric)) return exactSteps(values, slackOf(runs))
  const alpha = ALPHA / series
  // As many as so small a p needs.
  const permutationsMax = Math.min(PERMUTATIONS.max, Math.max(PERMUTATIONS.min, Math.ceil(1 / alpha)))
  // Seeded by nothing that varies: the same history always has the same changes.
  const random = createRandom(`history/${seed}`)
  const points = changePoints(scaled(metric, values), random, { alpha, sizeMin: SIZE_MIN, permutationsMax })
  return beyondNoise(
    metric,
    values,
    points.map(({ at }) => at),
  )
}

function alongside(before: HistoryRow | undefined, after: HistoryRow): string[] {
  return (['mailbench', 'node'] as const).flatMap(what => {
    const [old, now] = [before?.[what], after[what]]
    return old !== now && old != null && now !== null ? [`${what} ${old} -> ${now}`] : []
  })
}

function changesOf(runs: readonly HistoryRow[], metric: string, series: number, seed: string): Change[] {
  const values = valuesOf(runs)
  const places = placesOf(runs, metric, series, seed)
  const isWorse = (before: number, after: number) =>
    timed(metric)?.better === 'higher' ? after < before : after > before
  return places.map((at, i) => {
    const first = runs[at] as HistoryRow
    const before = levelOf(values, places[i - 1] ?? 0, at)
    const after = levelOf(values, at, places[i + 1])
    return {
      at,
      run_id: first.run_id,
      started_at: first.started_at,
      commit: first.commit,
      before,
      after,
      verdict: isWorse(before, after) ? 'worse' : 'better',
      alongside: alongside(runs[at - 1], first),
    }
  })
}

const keyOf = ({ plan_digest, machine, label, metric }: HistoryRow) =>
  JSON.stringify([plan_digest, machine, label, metric])

const byTime = (a: HistoryRow, b: HistoryRow) =>
  Date.parse(a.started_at) - Date.parse(b.started_at) || (a.run_id < b.run_id ? -1 : 1)

const varies = (runs: readonly HistoryRow[]) => runs.some(({ value }) => value !== runs[0]?.value)

/** A series that can be split at all, by a test that can err. */
const isTested = ([first, ...rest]: readonly HistoryRow[]) =>
  first !== undefined &&
  !isCounted(first.metric) &&
  rest.length + 1 >= 2 * SIZE_MIN &&
  varies([first, ...rest])

/**
 * Every series of a history with its changes. Only runs of the same plan on the same kind of machine are one series.
 * @param most the latest runs that are looked at
 */
export function trendsOf(rows: readonly HistoryRow[], most: number): Trend[] {
  const groups = [...Map.groupBy(rows, keyOf).values()].map(runs => runs.toSorted(byTime).slice(-most))
  const series = Math.max(1, groups.filter(isTested).length)
  return groups.flatMap(runs => {
    const last = runs.at(-1)
    if (!last) return []
    const { plan, plan_digest, machine, label, metric } = last
    const changes = changesOf(runs, metric, series, keyOf(last))
    return [{ plan, plan_digest, machine, label, metric, runs, changes }]
  })
}

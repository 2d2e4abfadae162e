import { type Random, shuffled } from '../random.ts'

/** Where a series came to have another level, and how likely so much would be by chance. */
export interface ChangePoint {
  /** Index of the first value of the new level. */
  readonly at: number
  readonly p: number
}

export interface ChangePointOptions {
  readonly alpha: number
  /** Values that a level has at least: a single one is an outlier, and no level. */
  readonly sizeMin: number
  readonly permutationsMax: number
}

interface Split {
  readonly at: number
  readonly statistic: number
}

const pairsOf = (n: number) => (n * (n - 1)) / 2

/** Of the first k values, for each k: the sum of the distances between all pairs of them. */
function distancesWithin(values: Float64Array): Float64Array {
  const within = new Float64Array(values.length + 1)
  for (let k = 0; k < values.length; k++) {
    let sum = within[k] as number
    for (let i = 0; i < k; i++) sum += Math.abs((values[k] as number) - (values[i] as number))
    within[k + 1] = sum
  }
  return within
}

/**
 * The t and k for which the first t values differ most from those after them up to k: Matteson and James' Q with α = 1,
 * the energy distance of the two, scaled by their sizes (equations 5 to 7). Undefined when there are too few. One row of
 * sums grows with t, so that n values take n² steps and no table: permutations call this thousands of times.
 */
export function bestSplit(series: readonly number[], sizeMin: number): Split | undefined {
  const values = Float64Array.from(series)
  const n = values.length
  const within = distancesWithin(values)
  // Of the distances between each of the first t values and each of the first k.
  const sums = new Float64Array(n + 1)
  let best = Number.NEGATIVE_INFINITY
  let at = 0
  for (let t = 1; t <= n - sizeMin; t++) {
    const value = values[t - 1] as number
    let row = 0
    for (let k = 1; k <= n; k++) {
      row += Math.abs(value - (values[k - 1] as number))
      sums[k] = (sums[k] as number) + row
    }
    if (t < sizeMin) continue
    const before = within[t] as number
    for (let k = t + sizeMin; k <= n; k++) {
      const after = k - t
      const across = (sums[k] as number) - 2 * before
      const beyond = (within[k] as number) - before - across
      const energy = (2 * across) / (t * after) - before / pairsOf(t) - beyond / pairsOf(after)
      const statistic = ((t * after) / k) * energy
      if (statistic > best) {
        best = statistic
        at = t
      }
    }
  }
  return at === 0 ? undefined : { at, statistic: best }
}

/** Of all segments, the split that says most; its place counts from the beginning of the series. */
function bestOf(segments: readonly (readonly number[])[], sizeMin: number): Split | undefined {
  let best: Split | undefined
  let start = 0
  for (const segment of segments) {
    const split = bestSplit(segment, sizeMin)
    if (split && (best === undefined || split.statistic > best.statistic))
      best = { at: start + split.at, statistic: split.statistic }
    start += segment.length
  }
  return best
}

/** So many permutations that are as extreme settle that it is chance. */
const EXTREMES_ENOUGH = 10

/**
 * How often the values of each segment, in another order, can be split as well. Ends early where that is often:
 * J. Besag, P. Clifford, Sequential Monte Carlo p-values, Biometrika 78 (1991) 301–304.
 */
function chanceOf(
  { statistic }: Split,
  segments: readonly (readonly number[])[],
  random: Random,
  { sizeMin, permutationsMax }: ChangePointOptions,
): number {
  let extreme = 0
  for (let draw = 1; draw <= permutationsMax; draw++) {
    const permuted = bestOf(
      segments.map(segment => shuffled(segment, random)),
      sizeMin,
    )
    // Sums that differ by rounding alone are equal.
    if (permuted && permuted.statistic >= statistic * (1 - 1e-9)) extreme++
    if (extreme === EXTREMES_ENOUGH) return extreme / draw
  }
  return (extreme + 1) / (permutationsMax + 1)
}

function segmentsOf(values: readonly number[], points: readonly ChangePoint[]): number[][] {
  const bounds = [0, ...points.map(({ at }) => at).sort((a, b) => a - b), values.length]
  return bounds.slice(1).map((end, i) => values.slice(bounds[i], end))
}

/**
 * E-divisive: the series is split where both sides differ most in distribution, then the parts are, for as long as a
 * permutation test calls the best split more than chance. It asks for no distribution, and never compares a value with
 * the one before. D. S. Matteson, N. A. James, A nonparametric approach for multiple change point analysis of
 * multivariate data, JASA 109 (2014) 334–345. In the order of the series.
 */
export function changePoints(
  values: readonly number[],
  random: Random,
  options: ChangePointOptions,
): ChangePoint[] {
  const points: ChangePoint[] = []
  for (;;) {
    const segments = segmentsOf(values, points)
    const split = bestOf(segments, options.sizeMin)
    // Equal values: every permutation is as extreme.
    if (split === undefined || split.statistic <= 0) break
    const p = chanceOf(split, segments, random, options)
    if (p > options.alpha) break
    points.push({ at: split.at, p })
  }
  return points.sort((a, b) => a.at - b.at)
}

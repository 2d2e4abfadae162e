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

/** sums[t * (n + 1) + k]: of the distances between each of the first t values and each of the first k. */
function distanceSums(values: readonly number[]): Float64Array {
  const n = values.length
  const sums = new Float64Array((n + 1) * (n + 1))
  for (let i = 0; i < n; i++) {
    let row = 0
    for (let j = 0; j < n; j++) {
      row += Math.abs((values[i] as number) - (values[j] as number))
      sums[(i + 1) * (n + 1) + j + 1] = row + (sums[i * (n + 1) + j + 1] as number)
    }
  }
  return sums
}

/**
 * The t and k for which the first t values differ most from those after them up to k: Matteson and James' Q with α = 1,
 * the energy distance of the two, scaled by their sizes (equations 5 to 7). Undefined when there are too few.
 */
export function bestSplit(values: readonly number[], sizeMin: number): Split | undefined {
  const n = values.length
  const sums = distanceSums(values)
  const sum = (t: number, k: number) => sums[t * (n + 1) + k] as number
  let best: Split | undefined
  for (let t = sizeMin; t <= n - sizeMin; t++) {
    const within = sum(t, t) / 2
    for (let k = t + sizeMin; k <= n; k++) {
      const [before, after] = [t, k - t]
      const across = sum(t, k) - sum(t, t)
      const beyond = (sum(k, k) - 2 * sum(t, k) + sum(t, t)) / 2
      const energy = (2 * across) / (before * after) - within / pairsOf(before) - beyond / pairsOf(after)
      const statistic = ((before * after) / (before + after)) * energy
      if (best === undefined || statistic > best.statistic) best = { at: t, statistic }
    }
  }
  return best
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

import type { Interval } from './interval.ts'
import { median } from './median.ts'
import { sumsOf, untiedRanks } from './rank-sum.ts'
import { signedSumsOf } from './signed-rank.ts'

/**
 * How far a second sample lies beyond the first. J. L. Hodges, E. L. Lehmann, Estimates of location based on rank
 * tests, Annals of Mathematical Statistics 34 (1963) 598–611; the intervals are the rank tests turned round:
 * M. Hollander, D. A. Wolfe, Nonparametric Statistical Methods, 2nd ed. (1999), §3.3 and §4.3.
 */
export interface Shift {
  readonly estimate: number
  /** Undefined where so few values leave more than the error on either side. */
  readonly interval: Interval | undefined
}

/** How many of the ordered values lie below the interval on either side. */
function depthOf(ways: ArrayLike<number>, step: number, confidence: number): number {
  const counts = Array.from(ways)
  // A share such as 1 - 0.95 is not exact, and the counts it is compared with are.
  const tail = ((1 - confidence) / 2) * counts.reduce((sum, count) => sum + count, 0) * (1 + 1e-9)
  let below = 0
  let depth = 0
  const first = counts.findIndex(count => count > 0)
  for (let sum = first; sum < counts.length; sum += step) {
    below += counts[sum] as number
    if (below > tail) break
    depth++
  }
  return depth
}

function shiftOf(candidates: number[], depth: number): Shift {
  candidates.sort((a, b) => a - b)
  const low = candidates[depth - 1]
  const high = candidates[candidates.length - depth]
  const estimate = median(candidates)
  if (estimate === undefined) throw new RangeError('nothing to compare with')
  return {
    estimate,
    interval: depth === 0 || low === undefined || high === undefined ? undefined : { low, high },
  }
}

/** Beyond so many values a side the sums are not tabled: their normal approximation has the same depth. */
const TABLED_MAX = 60

const Z: Readonly<Record<string, number>> = {
  '0.9': 1.6448536269514722,
  '0.95': 1.959963984540054,
  '0.975': 2.241402727604947,
}

function normalDepth(mean: number, variance: number, confidence: number): number {
  const z = Z[String(confidence)]
  if (z === undefined) throw new RangeError(`no normal quantile for ${confidence}`)
  return Math.max(0, Math.floor(mean - z * Math.sqrt(variance)))
}

/**
 * Of independent samples: the median of all differences between a value of the second and one of the first.
 * @throws RangeError when a side is empty
 */
export function shiftBetween(first: readonly number[], second: readonly number[], confidence: number): Shift {
  const differences = second.flatMap(b => first.map(a => b - a))
  const [m, n] = [first.length, second.length]
  const depth =
    Math.max(m, n) <= TABLED_MAX
      ? depthOf(sumsOf(untiedRanks(m + n), n), 2, confidence)
      : normalDepth((m * n) / 2, (m * n * (m + n + 1)) / 12, confidence)
  return shiftOf(differences, depth)
}

/**
 * Of paired values: the median of all means of two differences, each with itself as well (Walsh averages).
 * @throws RangeError when there is none
 */
export function shiftOfPairs(differences: readonly number[], confidence: number): Shift {
  const means = differences.flatMap((a, i) => differences.slice(i).map(b => (a + b) / 2))
  const n = differences.length
  const depth =
    n <= TABLED_MAX
      ? depthOf(signedSumsOf(n), 1, confidence)
      : normalDepth((n * (n + 1)) / 4, (n * (n + 1) * (2 * n + 1)) / 24, confidence)
  return shiftOf(means, depth)
}

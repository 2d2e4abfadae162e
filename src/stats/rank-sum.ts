/**
 * The exact distribution of the Wilcoxon rank sum, ties included. F. Wilcoxon, Individual comparisons by ranking
 * methods, Biometrics Bulletin 1 (1945) 80–83; with mid-ranks for ties: E. L. Lehmann, Nonparametrics (1975), §1.4.
 */

/** Beyond so many values a side the normal approximation is good to the third digit, and the exact one slow. */
const EXACT_MAX = 60

/** Ranks counted from 1 and doubled, so that the mid-ranks of ties are integers. */
export function doubledRanks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number))
  const ranks = new Array<number>(values.length)
  for (let first = 0; first < order.length; ) {
    let end = first + 1
    while (end < order.length && values[order[end] as number] === values[order[first] as number]) end++
    for (let i = first; i < end; i++) ranks[order[i] as number] = first + 1 + end
    first = end
  }
  return ranks
}

/**
 * In how many ways `size` of the doubled ranks sum to each value: entry s of the result. Counts are doubles,
 * exact to rounding as far as the factorials go.
 */
export function sumsOf(ranks: readonly number[], size: number): Float64Array {
  const total = ranks.reduce((sum, rank) => sum + rank, 0)
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(total + 1))
  const none = ways[0] as Float64Array
  none[0] = 1
  let used = 0
  for (const [i, rank] of ranks.entries()) {
    used += rank
    for (let chosen = Math.min(i + 1, size); chosen > 0; chosen--) {
      const from = ways[chosen - 1] as Float64Array
      const into = ways[chosen] as Float64Array
      for (let sum = used; sum >= rank; sum--)
        into[sum] = (into[sum] as number) + (from[sum - rank] as number)
    }
  }
  return ways[size] as Float64Array
}

/** Error of this approximation is below 1.5e-7: Abramowitz and Stegun (1964), 7.1.26. */
function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const series =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
  const tail = 0.5 * series * Math.exp(-x * x)
  return z >= 0 ? tail : 1 - tail
}

/** Two-sided, with the correction for ties and for continuity: Lehmann (1975), §1.3. */
function approximateP(ranks: readonly number[], size: number, observed: number): number {
  const n = ranks.length
  const mean = (size * (n + 1)) / 2
  const sumOfSquares = ranks.reduce((sum, rank) => sum + (rank / 2 - (n + 1) / 2) ** 2, 0)
  const variance = (size * (n - size) * sumOfSquares) / (n * (n - 1))
  if (variance === 0) return 1
  const distance = Math.max(0, Math.abs(observed / 2 - mean) - 0.5)
  return Math.min(1, 2 * normalTail(distance / Math.sqrt(variance)))
}

function exactP(ranks: readonly number[], size: number, observed: number): number {
  const ways = sumsOf(ranks, size)
  // In doubled ranks the mean of the sum is size · (n + 1), and the distribution with ties need not be symmetric.
  const distance = Math.abs(observed - size * (ranks.length + 1))
  let extreme = 0
  let all = 0
  for (const [sum, count] of ways.entries()) {
    all += count
    if (Math.abs(sum - size * (ranks.length + 1)) >= distance) extreme += count
  }
  return extreme / all
}

export interface MannWhitney {
  /** Pairs of which the second is larger, ties half: U of the second sample. */
  readonly u: number
  /** Two-sided. */
  readonly p: number
  /**
   * How much likelier a value of the second is the larger one than the smaller: −1 to 1. N. Cliff, Dominance
   * statistics, Psychological Bulletin 114 (1993) 494–509.
   */
  readonly dominance: number
}

/**
 * H. B. Mann, D. R. Whitney, On a test of whether one of two random variables is stochastically larger than the
 * other, Annals of Mathematical Statistics 18 (1947) 50–60. Exact up to 60 values a side.
 * @throws RangeError when a side is empty
 */
export function mannWhitney(first: readonly number[], second: readonly number[]): MannWhitney {
  if (first.length === 0 || second.length === 0) throw new RangeError('nothing to compare with')
  const ranks = doubledRanks([...first, ...second])
  const observed = ranks.slice(first.length).reduce((sum, rank) => sum + rank, 0)
  const u = observed / 2 - (second.length * (second.length + 1)) / 2
  const isExact = Math.max(first.length, second.length) <= EXACT_MAX
  const p = (isExact ? exactP : approximateP)(ranks, second.length, observed)
  return { u, p, dominance: (2 * u) / (first.length * second.length) - 1 }
}

/** Untied ranks, doubled: those of the distribution by which an interval is found. */
export const untiedRanks = (n: number): number[] => Array.from({ length: n }, (_, i) => 2 * (i + 1))

/** The smallest two-sided p that so many values a side can give: all of one side beyond all of the other. */
export function smallestP(first: number, second: number): number {
  // 2 / C(first + second, second), as a product that does not overflow.
  let p = 2
  for (let i = 1; i <= second; i++) p *= i / (first + i)
  return Math.min(1, p)
}

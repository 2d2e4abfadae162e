import type { Bins } from '../run-store/bins.ts'
import { CONFIDENCE, type Interval } from './interval.ts'

/**
 * Percentiles, and distribution-free bounds on them by order statistics: the number of n independent
 * values below the quantile p is binomial (n, p), so that the l-th and u-th smallest enclose it with
 * probability P(l ≤ B ≤ u − 1). Conover, Practical Nonparametric Statistics, 3rd ed. (1999), §3.2;
 * Hahn and Meeker, Statistical Intervals (1991), §5.2.
 *
 * Submissions of a run are not independent (a stall hits neighbours), so within one run these bounds are a
 * little too narrow. Between runs use bootstrap.ts.
 */
export interface RankInterval {
  /** Ranks count from 1. */
  readonly lowRank: number
  readonly highRank: number
  /** What the pair attains: at least the confidence that was asked for. */
  readonly coverage: number
}

/**
 * The fewest values for which both bounds exist: the outermost order statistics must leave at most half of
 * the error on either side, max(p, 1 − p)^n ≤ α/2. 368 at p99, 3,688 at p99.9, 36,887 at p99.99.
 */
export function minimumSamples(p: number, confidence = CONFIDENCE): number {
  return Math.ceil(Math.log((1 - confidence) / 2) / Math.log(Math.max(p, 1 - p)))
}

/** Below this share of the likeliest count, terms no longer reach the 16th digit of any sum. */
const NEGLIGIBLE = 1e-20

interface Binomial {
  /** weights[i] is P(B = first + i). */
  readonly first: number
  readonly weights: readonly number[]
}

/**
 * The binomial probabilities that matter, by the ratio of neighbours P(k+1)/P(k) = (n−k)/(k+1) · p/(1−p),
 * outward from the mode and then scaled to sum to 1: exact to rounding, without factorials, and
 * O(√n) where a table would be O(n).
 */
function binomial(n: number, p: number): Binomial {
  const odds = p / (1 - p)
  const mode = Math.min(n, Math.floor((n + 1) * p))
  const below: number[] = []
  for (let k = mode, weight = 1; k > 0; k--) {
    weight *= k / (n - k + 1) / odds
    if (weight < NEGLIGIBLE) break
    below.push(weight)
  }
  const weights = [...below.reverse(), 1]
  for (let k = mode, weight = 1; k < n; k++) {
    weight *= ((n - k) / (k + 1)) * odds
    if (weight < NEGLIGIBLE) break
    weights.push(weight)
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return { first: mode - below.length, weights: weights.map(weight => weight / total) }
}

/** P(lowRank ≤ B ≤ highRank − 1): how surely two order statistics enclose the quantile. */
export function coverageOf(n: number, p: number, lowRank: number, highRank: number): number {
  const { first, weights } = binomial(n, p)
  return weights.slice(Math.max(0, lowRank - first), Math.max(0, highRank - first)).reduce((a, b) => a + b, 0)
}

/** The closest ranks that leave at most α/2 on each side; undefined when n is too small for both. */
export function rankInterval(n: number, p: number, confidence = CONFIDENCE): RankInterval | undefined {
  if (n < minimumSamples(p, confidence)) return undefined
  const tail = (1 - confidence) / 2
  const { first, weights } = binomial(n, p)
  // lowRank: the largest l with P(B ≤ l − 1) ≤ tail.
  let belowLow = 0
  let lowRank = first
  for (const weight of weights) {
    if (belowLow + weight > tail) break
    belowLow += weight
    lowRank++
  }
  // highRank: the smallest u with P(B ≥ u) ≤ tail.
  let fromHigh = 0
  let highRank = first + weights.length
  for (const weight of weights.toReversed()) {
    if (fromHigh + weight > tail) break
    fromHigh += weight
    highRank--
  }
  if (lowRank < 1 || highRank > n) return undefined
  return { lowRank, highRank, coverage: 1 - belowLow - fromHigh }
}

export function countOf(bins: Bins): number {
  return bins.reduce((sum, [, count]) => sum + count, 0)
}

/** The rank-th smallest value, from 1. */
function valueAtRank(bins: Bins, rank: number): number {
  let reached = 0
  let value = Number.NaN
  for (const [valueNs, count] of bins) {
    value = valueNs
    reached += count
    if (reached >= rank) break
  }
  return value
}

/** The rank of the quantile p among n: ⌈pn⌉, forgiving the last digit of p·n (0.07 × 100 is 7.000…01). */
export function rankOf(n: number, p: number): number {
  return Math.max(1, Math.ceil(p * n * (1 - 1e-12)))
}

/** The quantile p, or undefined when there are too few values for bounds on it. */
export function percentile(bins: Bins, p: number): number | undefined {
  const n = countOf(bins)
  return n < minimumSamples(p) ? undefined : valueAtRank(bins, rankOf(n, p))
}

/** Bounds on the quantile p, or undefined when there are too few values. */
export function percentileInterval(bins: Bins, p: number): Interval | undefined {
  const ranks = rankInterval(countOf(bins), p)
  return ranks && { low: valueAtRank(bins, ranks.lowRank), high: valueAtRank(bins, ranks.highRank) }
}

/** One histogram of several. */
export function mergedBins(histograms: readonly Bins[]): Bins {
  const counts = new Map<number, number>()
  for (const bins of histograms) {
    for (const [valueNs, count] of bins) counts.set(valueNs, (counts.get(valueNs) ?? 0) + count)
  }
  return [...counts].sort(([a], [b]) => a - b)
}

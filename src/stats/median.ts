import type { Interval } from './interval.ts'
import { rankInterval } from './quantile.ts'

const ascending = (values: readonly number[]) => values.toSorted((a, b) => a - b)

/** The middle value, or the mean of the middle two; undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  const sorted = ascending(values)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  return lower === undefined || upper === undefined ? undefined : (lower + upper) / 2
}

/**
 * Bounds on the median by order statistics (quantile.ts): the sign test turned round. Undefined below six
 * values, of which not even the smallest and the largest enclose it with 95 %.
 */
export function medianInterval(values: readonly number[]): Interval | undefined {
  const sorted = ascending(values)
  const ranks = rankInterval(sorted.length, 0.5)
  const low = ranks && sorted[ranks.lowRank - 1]
  const high = ranks && sorted[ranks.highRank - 1]
  return low === undefined || high === undefined ? undefined : { low, high }
}

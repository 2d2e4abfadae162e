import type { Comparison, Pair } from './comparison.ts'
import { type CountedMetric, countedMetrics } from './metrics.ts'

interface Range {
  readonly low: number
  readonly high: number
}

/** Undefined where a repetition has no such figure. */
function rangeOf(values: readonly (number | null)[]): Range | undefined {
  const present = values.filter(value => value !== null)
  if (present.length === 0 || present.length < values.length) return undefined
  return { low: Math.min(...present), high: Math.max(...present) }
}

/**
 * Ranges that overlap without being the same say nothing; where a side does not vary, which is the rule, its range
 * is one value.
 */
function verdictOf(base: Range, next: Range, reach: number): Comparison['verdict'] {
  if (next.low > base.high + reach) return 'worse'
  if (next.high < base.low - reach) return 'better'
  return Math.abs(next.low - base.low) <= reach && Math.abs(next.high - base.high) <= reach
    ? 'equivalent'
    : 'inconclusive'
}

function compareCounted({ label, base, next }: Pair, { name, slack }: CountedMetric): Comparison[] {
  const before = rangeOf(base.rows.map(row => row[name]))
  const after = rangeOf(next.rows.map(row => row[name]))
  if (!before || !after) return []
  const allowed = Math.max(...[...base.rows, ...next.rows].map(row => slack(row, before.high)))
  return [
    {
      label,
      metric: name,
      kind: 'counted',
      base: before.high,
      next: after.high,
      change: after.high - before.high,
      unit: 'difference',
      low: null,
      high: null,
      dominance: null,
      p: null,
      noise: allowed,
      repetitions: [base.rows.length, next.rows.length],
      needed: null,
      verdict: verdictOf(before, after, allowed),
    },
  ]
}

/** Everything that was counted: exactly, without a probability. */
export function compareCounts(pairs: readonly Pair[]): Comparison[] {
  return pairs.flatMap(pair => countedMetrics.flatMap(metric => compareCounted(pair, metric)))
}

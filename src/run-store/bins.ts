import type { JsHistogram } from 'hdr-histogram-js'

/**
 * A histogram as its non-empty buckets, ascending: [value in nanoseconds, count]. The value is the highest
 * that its bucket holds, which is what HdrHistogram's own percentiles report.
 */
export type Bins = readonly (readonly [valueNs: number, count: number])[]

export function binsOf(histogram: JsHistogram): Bins {
  const bins: [number, number][] = []
  if (histogram.totalCount === 0) return bins
  const holdsZero = histogram.getCountAtIndex(0) > 0
  const first = holdsZero ? 0 : histogram.countsArrayIndex(histogram.minNonZeroValue)
  const last = histogram.countsArrayIndex(histogram.maxValue)
  for (let index = first; index <= last; index++) {
    const count = histogram.getCountAtIndex(index)
    if (count > 0) bins.push([histogram.highestEquivalentValue(histogram.valueFromIndex(index)), count])
  }
  return bins
}

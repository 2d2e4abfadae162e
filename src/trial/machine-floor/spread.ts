import { type Clock, NS_PER_MS, NS_PER_S } from '../../clock.ts'
import type { Spread } from '../../run-store/machine-floor.ts'
import { SpanHistogram } from '../../stats/histogram.ts'
import { msOf } from '../../units.ts'

/** Enough for a p99 (368), with some to spare. */
const TIMES = 400
const SPAN_NS_MAX = 2 * NS_PER_S

const msOrNull = (spanNs: number | undefined) => (spanNs === undefined ? null : msOf(spanNs))

/** Times something until there are enough for a p99, or two seconds are over. */
export async function spreadOf(
  spanNs: () => Promise<number>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  times = TIMES,
): Promise<Spread> {
  const histogram = new SpanHistogram()
  const endNs = clock.nowNs() + SPAN_NS_MAX
  while (histogram.count < times && clock.nowNs() < endNs && !signal.aborted)
    histogram.record(Math.max(0, await spanNs()))
  return {
    n: histogram.count,
    p50_ms: msOrNull(histogram.percentileNs(0.5)),
    p99_ms: msOrNull(histogram.percentileNs(0.99)),
  }
}

/** By how much `wait` is late for the next millisecond. */
export function latenessOf(wait: (atNs: number) => Promise<void>, clock: Clock) {
  return async () => {
    const dueNs = clock.nowNs() + NS_PER_MS
    await wait(dueNs)
    return clock.nowNs() - dueNs
  }
}

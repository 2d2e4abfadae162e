import type { Nanoseconds } from '../clock.ts'
import { type Bins, binsOf } from '../run-store/bins.ts'
import type { HistogramInterval } from '../run-store/hlog.ts'
import { SpanHistogram } from './histogram.ts'

const BLOCKS = 8

/** What bounds a trial, and so what an eighth of it is. */
export type BlockPlan =
  | { readonly by: 'messages'; readonly messages: number }
  | { readonly by: 'duration'; readonly durationNs: Nanoseconds }

/**
 * A trial's latencies in eight consecutive blocks, the bootstrap's unit. Of a trial bounded by messages, a
 * block ends with an eighth of them accepted; of one bounded by time, after an eighth of it. The last block
 * takes what is over.
 */
export class LatencyBlocks {
  readonly #plan: BlockPlan
  readonly #blocks = Array.from({ length: BLOCKS }, () => new SpanHistogram())
  readonly #endsNs: Nanoseconds[] = []
  readonly #capacity: number
  #open = 0
  #lastNs: Nanoseconds = 0

  constructor(plan: BlockPlan) {
    this.#plan = plan
    this.#capacity = plan.by === 'messages' ? Math.max(1, Math.ceil(plan.messages / BLOCKS)) : 0
  }

  /** @param sinceNs since the start of the measured part, of the end */
  record(latencyNs: Nanoseconds, sinceNs: Nanoseconds): void {
    while (this.#open < BLOCKS - 1 && this.#isOver(sinceNs)) {
      this.#endsNs.push(this.#plan.by === 'messages' ? this.#lastNs : this.#boundaryNs())
      this.#open++
    }
    ;(this.#blocks[this.#open] as SpanHistogram).record(latencyNs)
    if (sinceNs > this.#lastNs) this.#lastNs = sinceNs
  }

  #isOver(sinceNs: Nanoseconds): boolean {
    if (this.#plan.by === 'duration') return sinceNs >= this.#boundaryNs()
    return (this.#blocks[this.#open] as SpanHistogram).count >= this.#capacity
  }

  /** Where the open block of a time-bounded trial ends. */
  #boundaryNs(): Nanoseconds {
    return this.#plan.by === 'duration' ? (this.#plan.durationNs * (this.#open + 1)) / BLOCKS : 0
  }

  /** All of them as one. */
  total(): SpanHistogram {
    const total = new SpanHistogram()
    for (const block of this.#blocks) total.add(block)
    return total
  }

  /** The blocks that hold something, for the bootstrap. */
  bins(): Bins[] {
    return this.intervals().map(({ histogram }) => binsOf(histogram))
  }

  /** The blocks that hold something, and when each began and ended. */
  intervals(): HistogramInterval[] {
    return this.#blocks
      .map((block, i) => ({
        startNs: this.#endsNs[i - 1] ?? 0,
        endNs: this.#endsNs[i] ?? this.#lastNs,
        histogram: block.hdr,
      }))
      .filter(interval => interval.histogram.totalCount > 0)
  }
}

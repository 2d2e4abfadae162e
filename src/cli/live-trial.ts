import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import type { Outcome, Sample } from '../sample.ts'
import { SpanHistogram } from '../stats/histogram.ts'
import type { Condition } from '../trial/condition.ts'

/** Percentiles of one stretch of time after the other; null where there were too few submissions for one. */
export interface Tails {
  readonly p50Ns: (Nanoseconds | null)[]
  readonly p99Ns: (Nanoseconds | null)[]
}

/** No terminal shows more. */
const SECONDS_KEPT = 240

const isFailed = (outcome: Outcome) =>
  outcome === 'deferred' || outcome === 'rejected' || outcome === 'faulted'

/**
 * What the live view knows of the trial under way. `count` runs on the measuring loop: it reads no clock, writes
 * nothing and makes no object. What is made of the counts is worked out when the view is drawn.
 */
export class LiveTrial {
  readonly #latency = new SpanHistogram()
  readonly #second = new SpanHistogram()
  #secondBeganNs = 0
  #seconds: Tails = { p50Ns: [], p99Ns: [] }
  #sinceNs = 0
  #lastNs = 0
  isWarmUp = true
  ended = 0
  failed = 0
  /** Of those that failed. */
  rejected = 0
  inDoubt = 0

  begin(nowNs: Nanoseconds): void {
    this.#reset(nowNs)
    this.isWarmUp = true
  }

  #reset(nowNs: Nanoseconds): void {
    this.#latency.reset()
    this.#second.reset()
    this.#seconds = { p50Ns: [], p99Ns: [] }
    this.#secondBeganNs = nowNs
    this.#sinceNs = nowNs
    this.ended = 0
    this.failed = 0
    this.rejected = 0
    this.inDoubt = 0
  }

  count({ dueNs, endNs, reply: { outcome } }: Sample, measured: boolean): void {
    if (measured && this.isWarmUp) {
      this.#reset(dueNs)
      this.isWarmUp = false
    }
    this.ended++
    this.#lastNs = endNs
    if (outcome === 'accepted') {
      this.#latency.record(endNs - dueNs)
      this.#second.record(endNs - dueNs)
    } else if (outcome === 'in_doubt') this.inDoubt++
    else if (isFailed(outcome)) {
      this.failed++
      if (outcome === 'rejected') this.rejected++
    }
  }

  /** Closes the second under way when it is over. */
  tick(nowNs: Nanoseconds): void {
    if (nowNs - this.#secondBeganNs < NS_PER_S) return
    const { p50Ns, p99Ns } = this.#seconds
    p50Ns.push(this.#second.percentileNs(0.5) ?? null)
    p99Ns.push(this.#second.percentileNs(0.99) ?? null)
    if (p50Ns.length > SECONDS_KEPT) {
      p50Ns.shift()
      p99Ns.shift()
    }
    this.#second.reset()
    this.#secondBeganNs = nowNs
  }

  get bySecond(): Tails {
    return this.#seconds
  }

  percentileNs(p: number): Nanoseconds | undefined {
    return this.#latency.percentileNs(p)
  }

  /** Until now, or until the last one ended when there will be no more: what is counted after it takes its time. */
  rateHz(condition: Condition, nowNs: Nanoseconds): number {
    const untilNs = this.part(condition, nowNs) < 1 ? nowNs : this.#lastNs
    return this.ended / Math.max(1e-3, (untilNs - this.#sinceNs) / NS_PER_S)
  }

  /** How much of the trial is behind us, from 0 to 1: by whichever bound it is nearer to. */
  part({ messages, durationNs }: Condition, nowNs: Nanoseconds): number {
    if (this.isWarmUp) return 0
    return Math.max(0, Math.min(1, Math.max(this.ended / messages, (nowNs - this.#sinceNs) / durationNs)))
  }
}

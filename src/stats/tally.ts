import type { Nanoseconds } from '../clock.ts'
import { type Phase, phases } from '../phase.ts'
import type { Bins } from '../run-store/bins.ts'
import type { TrialHistogram } from '../run-store/hlog.ts'
import type { Outcome, Sample } from '../sample.ts'
import { type BlockPlan, LatencyBlocks } from './blocks.ts'
import { type FailureFigures, FailureTally } from './failures.ts'
import { type PhaseFigures, phaseFigures, type TrialFigures, trialFigures } from './figures.ts'
import { SpanHistogram } from './histogram.ts'
import { Timeline, type TimelineFigures } from './timeline.ts'

/** All figures of one part of a trial. */
export interface Tallied {
  readonly figures: TrialFigures
  readonly phases: readonly PhaseFigures[]
  readonly failures: readonly FailureFigures[]
  readonly timeline: readonly TimelineFigures[]
  /** For the histogram log. */
  readonly histograms: readonly TrialHistogram[]
  /** For pooling. */
  readonly latencyBlocks: readonly Bins[]
  readonly service: Bins
  readonly startLag: Bins
  /** Latencies counted; differs from `accepted` only by a bug: a self-check. */
  readonly latencyCount: number
  /** Spans beyond the histograms' range of one hour. */
  readonly overflowed: number
}

/** What is counted of one part of a trial, a warm-up or the measured part: figures and histograms, no submission. */
export class Tally {
  readonly #failures = new FailureTally()
  readonly #timeline = new Timeline()
  readonly #latency: LatencyBlocks
  readonly #service = new SpanHistogram()
  readonly #startLag = new SpanHistogram()
  /** By phase number; made when a phase first occurs. */
  readonly #phases: (SpanHistogram | undefined)[] = phases.map(() => undefined)
  readonly #outcomes: Record<Outcome, number> = {
    accepted: 0,
    deferred: 0,
    rejected: 0,
    faulted: 0,
    in_doubt: 0,
    aborted: 0,
    dropped: 0,
  }
  #originNs: Nanoseconds | undefined
  #scheduled = 0
  #attempts = 0
  #recipientsRefused = 0
  #firstStartNs: Nanoseconds = Number.POSITIVE_INFINITY
  #lastEndNs: Nanoseconds = Number.NEGATIVE_INFINITY

  /** @param originNs when the part began. @default when its first submission came due */
  constructor(blocks: BlockPlan, originNs?: Nanoseconds) {
    this.#latency = new LatencyBlocks(blocks)
    this.#originNs = originNs
  }

  #sinceNs(atNs: Nanoseconds): Nanoseconds {
    this.#originNs ??= atNs
    return atNs - this.#originNs
  }

  /** @param inFlight before it, of the whole trial */
  scheduled(dueNs: Nanoseconds, inFlight: number): void {
    this.#scheduled++
    this.#timeline.scheduled(this.#sinceNs(dueNs), inFlight)
  }

  dropped(dueNs: Nanoseconds): void {
    this.#outcomes.dropped++
    this.#failures.add('dropped', {}, this.#sinceNs(dueNs))
  }

  /** @param inFlight before it ended, of the whole trial */
  record(sample: Sample, inFlight: number): void {
    const { dueNs, startNs, endNs, reply } = sample
    const sinceNs = this.#sinceNs(endNs)
    this.#outcomes[reply.outcome]++
    this.#attempts += sample.attempt
    if (startNs < this.#firstStartNs) this.#firstStartNs = startNs
    if (endNs > this.#lastEndNs) this.#lastEndNs = endNs
    this.#startLag.record(startNs - dueNs)
    this.#timeline.ended(reply.outcome, sinceNs, endNs - dueNs, inFlight)
    if (reply.outcome === 'accepted') this.#recordAccepted(sample, sinceNs)
    else this.#failures.add(reply.outcome, reply, sinceNs)
  }

  #recordAccepted({ dueNs, startNs, endNs, reply }: Sample, sinceNs: Nanoseconds): void {
    this.#latency.record(endNs - dueNs, sinceNs)
    this.#service.record(endNs - startNs)
    this.#recipientsRefused += reply.recipientsRefused
    for (let i = 0; i < phases.length; i++) {
      const spanNs = reply.phases.spanNsAt(i)
      if (Number.isNaN(spanNs)) continue
      let histogram = this.#phases[i]
      if (!histogram) {
        histogram = new SpanHistogram()
        this.#phases[i] = histogram
      }
      histogram.record(spanNs)
    }
  }

  #byPhase(): [Phase, SpanHistogram][] {
    return phases.flatMap((phase, i): [Phase, SpanHistogram][] => {
      const histogram = this.#phases[i]
      return histogram ? [[phase, histogram]] : []
    })
  }

  #histograms(): TrialHistogram[] {
    const endNs = Math.max(0, this.#lastEndNs - (this.#originNs ?? 0))
    const whole = (metric: string, { hdr }: SpanHistogram): TrialHistogram => ({
      metric,
      intervals: [{ startNs: 0, endNs, histogram: hdr }],
    })
    return [
      { metric: 'latency', intervals: this.#latency.intervals() },
      whole('service', this.#service),
      whole('start_lag', this.#startLag),
      ...this.#byPhase().map(([phase, histogram]) => whole(`phase_${phase}`, histogram)),
    ]
  }

  /** The last call. */
  finish(inFlight: number): Tallied {
    const latency = this.#latency.total()
    const spans = [latency, this.#service, this.#startLag, ...this.#byPhase().map(([, spans]) => spans)]
    return {
      figures: trialFigures({
        scheduled: this.#scheduled,
        attempts: this.#attempts,
        outcomes: this.#outcomes,
        recipientsRefused: this.#recipientsRefused,
        spanNs: this.#lastEndNs - this.#firstStartNs,
        latency,
        service: this.#service,
        startLag: this.#startLag,
      }),
      phases: this.#byPhase().map(([phase, histogram]) => phaseFigures(phase, histogram)),
      failures: this.#failures.rows(this.#scheduled),
      timeline: this.#timeline.rows(inFlight),
      histograms: this.#histograms(),
      latencyBlocks: this.#latency.bins(),
      service: this.#service.bins(),
      startLag: this.#startLag.bins(),
      latencyCount: latency.count,
      overflowed: spans.reduce((sum, histogram) => sum + histogram.overflowed, 0),
    }
  }
}

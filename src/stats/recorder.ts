import type { Nanoseconds } from '../clock.ts'
import { type Phase, phases } from '../phase.ts'
import type { Bins } from '../run-store/bins.ts'
import type { TrialHistogram } from '../run-store/hlog.ts'
import type { Outcome, Sample } from '../sample.ts'
import { type BlockPlan, LatencyBlocks } from './blocks.ts'
import { type FailureFigures, FailureTally } from './failures.ts'
import { type PhaseFigures, phaseFigures, type TrialFigures, trialFigures } from './figures.ts'
import { SpanHistogram } from './histogram.ts'
import { OutcomeBook } from './outcome-book.ts'
import { Timeline, type TimelineFigures } from './timeline.ts'

/**
 * Takes every submission of one trial as it ends, and keeps no submission: figures, histograms and one byte
 * each for the ledger. The caller tells it of each due submission once by `scheduled`, and then once by
 * `record` or `dropped`.
 *
 * What is counted over which submissions: outcomes over all, warm-up included, go to the ledger; everything
 * else is of the measured part. Latency, service time and phases are of *accepted* submissions (how fast a
 * refusal comes is no delivery speed; refusals have a table of their own), the start lag is of all that
 * were sent.
 */
export interface Recorder {
  /** Ends the warm-up, once. Submissions from `firstIndex` on are measured, from `originNs` on. */
  begin(originNs: Nanoseconds, firstIndex: number): void
  /** A submission has come due. */
  scheduled(index: number, dueNs: Nanoseconds): void
  /** It was never sent: too many were in flight. */
  dropped(index: number, dueNs: Nanoseconds): void
  /** It has ended, after its last attempt. @throws on a span that is no integer, or a second end */
  record(sample: Sample): void
  /** Due and not ended. */
  readonly inFlight: number
  /** The last call. */
  finish(): Recording
}

export interface RecorderOptions {
  /** What bounds the measured part: its latencies are kept in eight blocks. */
  readonly blocks: BlockPlan
}

/** All that is left of a trial's submissions. */
export interface Recording {
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
  /** By index, warm-up included: see OutcomeBook and compareLedger. */
  readonly outcomes: Uint8Array
  /** Of all that came due, warm-up included: what the outcomes must balance. */
  readonly scheduledWithWarmUp: number
  /** Latencies counted; differs from `accepted` only by a bug: a self-check. */
  readonly latencyCount: number
  /** Spans beyond the histograms' range of one hour. */
  readonly overflowed: number
}

class TrialRecorder implements Recorder {
  readonly #book = new OutcomeBook()
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
  #inFlight = 0
  #scheduledWithWarmUp = 0
  #scheduled = 0
  #attempts = 0
  #recipientsRefused = 0
  #originNs: Nanoseconds = 0
  /** Until the warm-up ends, no submission is measured. */
  #firstIndex = Number.POSITIVE_INFINITY
  #firstStartNs: Nanoseconds = Number.POSITIVE_INFINITY
  #lastEndNs: Nanoseconds = Number.NEGATIVE_INFINITY

  constructor(options: RecorderOptions) {
    this.#latency = new LatencyBlocks(options.blocks)
  }

  get inFlight(): number {
    return this.#inFlight
  }

  begin(originNs: Nanoseconds, firstIndex: number): void {
    if (this.#firstIndex !== Number.POSITIVE_INFINITY) throw new Error('the measured part began twice')
    this.#originNs = originNs
    this.#firstIndex = firstIndex
  }

  scheduled(index: number, dueNs: Nanoseconds): void {
    this.#scheduledWithWarmUp++
    if (index >= this.#firstIndex) {
      this.#scheduled++
      this.#timeline.scheduled(dueNs - this.#originNs, this.#inFlight)
    }
    this.#inFlight++
  }

  dropped(index: number, dueNs: Nanoseconds): void {
    this.#book.note(index, 'dropped')
    this.#inFlight--
    if (index < this.#firstIndex) return
    this.#outcomes.dropped++
    this.#failures.add('dropped', {}, dueNs - this.#originNs)
  }

  record(sample: Sample): void {
    const { index, dueNs, startNs, endNs, reply } = sample
    this.#book.note(index, reply.outcome)
    const inFlight = this.#inFlight--
    if (index < this.#firstIndex) return
    const sinceNs = endNs - this.#originNs
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
    const endNs = Math.max(0, this.#lastEndNs - this.#originNs)
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

  finish(): Recording {
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
      timeline: this.#timeline.rows(this.#inFlight),
      histograms: this.#histograms(),
      latencyBlocks: this.#latency.bins(),
      service: this.#service.bins(),
      startLag: this.#startLag.bins(),
      outcomes: this.#book.codes(),
      scheduledWithWarmUp: this.#scheduledWithWarmUp,
      latencyCount: latency.count,
      overflowed: spans.reduce((sum, histogram) => sum + histogram.overflowed, 0),
    }
  }
}

export function createRecorder(options: RecorderOptions): Recorder {
  return new TrialRecorder(options)
}

import type { Nanoseconds } from '../clock.ts'
import type { Sample } from '../sample.ts'
import type { BlockPlan } from './blocks.ts'
import { OutcomeBook } from './outcome-book.ts'
import { type Tallied, Tally } from './tally.ts'

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

/** All that is left of a trial's submissions: figures of the measured part, and what the ledger needs of all. */
export interface Recording extends Tallied {
  /** By index, warm-up included: see OutcomeBook and compareLedger. */
  readonly outcomes: Uint8Array
  /** Of all that came due, warm-up included: what the outcomes must balance. */
  readonly scheduledWithWarmUp: number
}

class TrialRecorder implements Recorder {
  readonly #options: RecorderOptions
  readonly #book = new OutcomeBook()
  /** Of the warm-up until the measured part begins, which is why none of this code is new when it is timed. */
  #tally: Tally
  #inFlight = 0
  #scheduledWithWarmUp = 0
  #hasBegun = false
  #firstIndex = 0

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#tally = new Tally(options.blocks)
  }

  get inFlight(): number {
    return this.#inFlight
  }

  begin(originNs: Nanoseconds, firstIndex: number): void {
    if (this.#hasBegun) throw new Error('the measured part began twice')
    this.#hasBegun = true
    this.#firstIndex = firstIndex
    this.#tally = new Tally(this.#options.blocks, originNs)
  }

  scheduled(index: number, dueNs: Nanoseconds): void {
    this.#scheduledWithWarmUp++
    if (index >= this.#firstIndex) this.#tally.scheduled(dueNs, this.#inFlight)
    this.#inFlight++
  }

  dropped(index: number, dueNs: Nanoseconds): void {
    this.#book.note(index, 'dropped')
    this.#inFlight--
    if (index >= this.#firstIndex) this.#tally.dropped(dueNs)
  }

  record(sample: Sample): void {
    const { index, reply } = sample
    this.#book.note(index, reply.outcome)
    const inFlight = this.#inFlight--
    if (index >= this.#firstIndex) this.#tally.record(sample, inFlight)
  }

  finish(): Recording {
    const tally = this.#hasBegun ? this.#tally : new Tally(this.#options.blocks)
    return {
      ...tally.finish(this.#inFlight),
      outcomes: this.#book.codes(),
      scheduledWithWarmUp: this.#scheduledWithWarmUp,
    }
  }
}

export function createRecorder(options: RecorderOptions): Recorder {
  return new TrialRecorder(options)
}

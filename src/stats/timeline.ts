import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import type { TimelineRow } from '../run-store/schema.ts'
import type { Outcome } from '../sample.ts'
import { msOrNull } from './figures.ts'
import { SpanHistogram } from './histogram.ts'

export type TimelineFigures = Omit<TimelineRow, 'run_id' | 'trial' | 'label'>

/** A day: no trial is longer. Keeps a wrong instant from growing the table without bound. */
const SECONDS_MAX = 86_400

type Second = { -readonly [Column in keyof TimelineFigures]: TimelineFigures[Column] }

/**
 * One row a second of the measured part. Submissions are scheduled in the second of their due instant and
 * end in the second of their last instant; a second is closed, with its percentiles and the number in
 * flight, when the first event of a later one comes. What ends at its very edge and is told after that
 * counts for the later second.
 */
export class Timeline {
  readonly #rows: Second[] = []
  readonly #latency = new SpanHistogram()
  #open = 0

  #row(second: number): Second {
    if (second >= SECONDS_MAX) throw new RangeError(`second ${second} of a trial: no trial is that long`)
    for (let next = this.#rows.length; next <= second; next++) {
      this.#rows.push({
        second: next,
        scheduled: 0,
        accepted: 0,
        failed: 0,
        in_doubt: 0,
        in_flight: 0,
        p50_ms: null,
        p99_ms: null,
      })
    }
    return this.#rows[second] as Second
  }

  /** Closes the seconds before `second`. @param inFlight before the event that came then */
  #advance(second: number, inFlight: number): void {
    if (second <= this.#open) return
    this.#row(second)
    this.#close(inFlight)
    for (let passed = this.#open + 1; passed < second; passed++) this.#row(passed).in_flight = inFlight
    this.#open = second
  }

  #close(inFlight: number): void {
    const row = this.#row(this.#open)
    row.in_flight = inFlight
    row.p50_ms = msOrNull(this.#latency.percentileNs(0.5))
    row.p99_ms = msOrNull(this.#latency.percentileNs(0.99))
    this.#latency.reset()
  }

  /** @param sinceNs since the start of the measured part, of the due instant */
  scheduled(sinceNs: Nanoseconds, inFlight: number): void {
    const second = Math.max(0, Math.floor(sinceNs / NS_PER_S))
    this.#advance(second, inFlight)
    this.#row(second).scheduled++
  }

  /** @param sinceNs since the start of the measured part, of the end */
  ended(outcome: Outcome, sinceNs: Nanoseconds, latencyNs: Nanoseconds, inFlight: number): void {
    const second = Math.max(this.#open, Math.floor(sinceNs / NS_PER_S))
    this.#advance(second, inFlight)
    const row = this.#row(second)
    if (outcome === 'accepted') {
      row.accepted++
      this.#latency.record(latencyNs)
    } else if (outcome === 'in_doubt') row.in_doubt++
    else if (outcome === 'deferred' || outcome === 'rejected' || outcome === 'faulted') row.failed++
  }

  /** Closes the last second. */
  rows(inFlight: number): TimelineFigures[] {
    if (this.#rows.length > 0) this.#close(inFlight)
    return this.#rows
  }
}

import { Int32Histogram, type JsHistogram } from 'hdr-histogram-js'
import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import { type Bins, binsOf } from '../run-store/bins.ts'
import { minimumSamples } from './quantile.ts'

/** One hour: six times the longest timeout of RFC 5321 §4.5.3.2. */
export const HIGHEST_NS: Nanoseconds = 3600 * NS_PER_S
/**
 * Three significant digits from 1 ns to 1 h: values up to 2,047 ns are exact, above it a bucket is at most
 * 0.1 % wide, so that 1 µs and 1 h are told apart from their neighbours alike. 33 × 1,024 counts of 32
 * bits: 135 KB a histogram.
 */
const SIGNIFICANT_DIGITS = 3
/** Buckets a power of two: 2 · 10³ rounded up to one is 2,048, of which the upper half is new each time. */
const HALF_BUCKETS = 1024

/**
 * HdrHistogram's bucket of a span, by counting leading zeros as its other ports do. hdr-histogram-js takes a
 * logarithm and two powers, 35 ns, where a submission enters up to a dozen histograms. A test holds the two
 * side by side.
 */
export function bucketOf(spanNs: Nanoseconds): number {
  // Integer operators see 32 bits: longer spans (4.3 s) lose 12 bits first, which are below their precision.
  const long = spanNs >= 2 ** 32
  const scaled = long ? spanNs / 4096 : spanNs
  const shift = Math.max(0, 21 - Math.clz32(scaled))
  return (long ? shift + 12 : shift) * HALF_BUCKETS + (scaled >>> shift)
}

/**
 * Recorded spans wait here for their buckets. A submission enters a dozen histograms of 135 KB, whose buckets
 * no cache holds all at once; one after the other, a hundred spans at a time, they cost a third.
 */
const WAITING_MAX = 128

/**
 * Spans in nanoseconds, in HdrHistogram buckets, behind a guard. hdr-histogram-js 3.0.1 counts NaN, which
 * breaks the mean, keeps fractions in its maximum, and wraps 16-bit counts silently. Here only integers
 * enter, counts have 32 bits, and what lies above the range is counted twice: in the top bucket and as
 * overflowed. Minimum, maximum and mean are exact: they come from the integers, not from buckets.
 */
export class SpanHistogram {
  readonly #hdr = new Int32Histogram(1, HIGHEST_NS, SIGNIFICANT_DIGITS)
  readonly #waiting = new Float64Array(WAITING_MAX)
  #waitingCount = 0
  #overflowed = 0
  #minNs = Number.POSITIVE_INFINITY
  #maxNs = 0
  // Exact up to 2^53 ns, a hundred days of waiting in all; beyond it, right to 16 digits.
  #sumNs = 0

  /** @throws RangeError for NaN, a fraction or a negative span: each is a bug in what measured it. */
  record(spanNs: Nanoseconds): void {
    if (!(Number.isInteger(spanNs) && spanNs >= 0))
      throw new RangeError(`a span is a whole number of nanoseconds from 0, not ${spanNs}`)
    this.#waiting[this.#waitingCount++] = spanNs
    if (this.#waitingCount === WAITING_MAX) this.#count()
  }

  /** What hdr.recordValue() does for each, with the bucket found faster. */
  #count(): void {
    const hdr = this.#hdr
    for (let i = 0; i < this.#waitingCount; i++) {
      const spanNs = this.#waiting[i] as number
      if (spanNs < this.#minNs) this.#minNs = spanNs
      if (spanNs > this.#maxNs) this.#maxNs = spanNs
      this.#sumNs += spanNs
      if (spanNs > HIGHEST_NS) this.#overflowed++
      const heldNs = Math.min(spanNs, HIGHEST_NS)
      hdr.incrementCountAtIndex(bucketOf(heldNs))
      hdr.updateMinAndMax(heldNs)
    }
    hdr.addToTotalCount(this.#waitingCount)
    this.#waitingCount = 0
  }

  /** HdrHistogram's own, for what reads and writes its format. */
  get hdr(): JsHistogram {
    this.#count()
    return this.#hdr
  }

  get count(): number {
    return this.#hdr.totalCount + this.#waitingCount
  }

  /** Spans above one hour. A trial that has any must not pass unremarked. */
  get overflowed(): number {
    this.#count()
    return this.#overflowed
  }

  get minNs(): Nanoseconds | undefined {
    return this.hdr.totalCount > 0 ? this.#minNs : undefined
  }

  get maxNs(): Nanoseconds | undefined {
    return this.hdr.totalCount > 0 ? this.#maxNs : undefined
  }

  get meanNs(): number | undefined {
    return this.hdr.totalCount > 0 ? this.#sumNs / this.count : undefined
  }

  /** The quantile `p` (0 < p < 1), or undefined when there are too few spans for bounds on it. */
  percentileNs(p: number): Nanoseconds | undefined {
    if (this.count < minimumSamples(p)) return undefined
    return Math.min(this.hdr.getValueAtPercentile(p * 100), this.#maxNs)
  }

  /** The non-empty buckets: for merging and resampling. */
  bins(): Bins {
    return binsOf(this.hdr)
  }

  /** Adds another's spans. */
  add(other: SpanHistogram): void {
    if (other.count === 0) return
    this.hdr.add(other.hdr)
    this.#overflowed += other.#overflowed
    this.#minNs = Math.min(this.#minNs, other.#minNs)
    this.#maxNs = Math.max(this.#maxNs, other.#maxNs)
    this.#sumNs += other.#sumNs
  }

  /** Empties it: 10 µs, where a new one would cost 135 KB of garbage. */
  reset(): void {
    this.hdr.reset() // after what waited has been counted
    this.#overflowed = 0
    this.#minNs = Number.POSITIVE_INFINITY
    this.#maxNs = 0
    this.#sumNs = 0
  }
}

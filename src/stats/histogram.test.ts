import { describe, expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { bucketOf, HIGHEST_NS, SpanHistogram } from './histogram.ts'

const filled = (...spansNs: number[]) => {
  const histogram = new SpanHistogram()
  for (const spanNs of spansNs) histogram.record(spanNs)
  return histogram
}

describe('the guard around HdrHistogram', () => {
  test.each([Number.NaN, 0.5, 1e6 + 0.1, -1, Number.POSITIVE_INFINITY])('refuses %s', spanNs => {
    const histogram = filled(1000)
    expect(() => histogram.record(spanNs)).toThrow(RangeError)
    expect(histogram.count).toBe(1)
    expect(histogram.meanNs).toBe(1000)
    expect(histogram.hdr.totalCount).toBe(1)
  })

  test('a span beyond the range is held at its top and counted as overflowed', () => {
    const histogram = filled(HIGHEST_NS, HIGHEST_NS + 1, 10 * HIGHEST_NS)
    expect(histogram.count).toBe(3)
    expect(histogram.overflowed).toBe(2)
    expect(histogram.maxNs).toBe(10 * HIGHEST_NS)
    expect(histogram.bins()).toHaveLength(1)
  })

  test('a bucket holds more than 16 bits can count', () => {
    const histogram = new SpanHistogram()
    for (let i = 0; i < 70_000; i++) histogram.record(5000)
    expect(histogram.bins()).toEqual([[5003, 70_000]])
  })

  test('buckets are the library’s own, from 0 to an hour', () => {
    const { hdr } = new SpanHistogram()
    const random = createRandom('buckets')
    const spans = Array.from({ length: 20_000 }, () => Math.floor(HIGHEST_NS ** random.next()))
    for (let power = 0; power <= 41; power++) spans.push(2 ** power - 1, 2 ** power, 2 ** power + 1)
    for (const spanNs of [...spans, 0, 2047, 2048, 2049, HIGHEST_NS - 1, HIGHEST_NS])
      expect(bucketOf(spanNs), `${spanNs} ns`).toBe(hdr.countsArrayIndex(spanNs))
  })

  test('no bucket is wider than a thousandth of what it holds', () => {
    for (let spanNs = 1; spanNs < HIGHEST_NS; spanNs = Math.ceil(spanNs * 1.37)) {
      const [bin] = filled(spanNs).bins()
      expect(bin?.[0]).toBeGreaterThanOrEqual(spanNs)
      expect(bin?.[0]).toBeLessThanOrEqual(spanNs * 1.001)
    }
  })

  test('minimum, mean and maximum come from the integers, not from buckets', () => {
    const histogram = filled(1_000_003, 2_000_003, 9_000_001)
    expect([histogram.minNs, histogram.meanNs, histogram.maxNs]).toEqual([
      1_000_003,
      12_000_007 / 3,
      9_000_001,
    ])
  })

  test('a percentile never exceeds the maximum', () => {
    const histogram = filled(...Array.from({ length: 400 }, () => 9_000_001))
    expect(histogram.percentileNs(0.99)).toBe(9_000_001)
  })

  test('a percentile of too few spans is undefined', () => {
    const spans = Array.from({ length: 367 }, (_, i) => 1000 + i)
    const histogram = filled(...spans)
    expect(histogram.percentileNs(0.99)).toBeUndefined()
    histogram.record(2000)
    // Rank ⌈0.99 · 368⌉ = 365, of single-nanosecond buckets.
    expect(histogram.percentileNs(0.99)).toBe(1364)
  })

  test('an empty histogram has no figures', () => {
    const histogram = new SpanHistogram()
    expect([histogram.minNs, histogram.meanNs, histogram.maxNs]).toEqual([undefined, undefined, undefined])
    expect(histogram.bins()).toEqual([])
  })

  test('zero is a span', () => {
    expect(filled(0, 0, 7).bins()).toEqual([
      [0, 2],
      [7, 1],
    ])
  })

  test('after a reset it is as new', () => {
    const histogram = filled(5, 2 * HIGHEST_NS)
    histogram.reset()
    expect([histogram.count, histogram.overflowed, histogram.maxNs]).toEqual([0, 0, undefined])
    histogram.record(9)
    expect(histogram.bins()).toEqual([[9, 1]])
    expect(histogram.minNs).toBe(9)
  })

  test('a sum of histograms has the figures of all spans', () => {
    const sum = filled(5, 100)
    sum.add(filled(1, 3000))
    sum.add(new SpanHistogram())
    const all = filled(5, 100, 1, 3000)
    expect(sum.bins()).toEqual(all.bins())
    expect([sum.minNs, sum.meanNs, sum.maxNs]).toEqual([1, 776.5, 3000])
  })
})

import { HistogramLogReader, Int32Histogram, listTags } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { binsOf } from './bins.ts'
import { histogramTag, hlogHeader, hlogLines, parseHlog } from './hlog.ts'

const STARTED_MS = Date.UTC(2026, 10, 23, 9, 15, 0)

function histogram(...spansNs: number[]) {
  const made = new Int32Histogram(1, 3.6e12, 3)
  for (const spanNs of spansNs) made.recordValue(spanNs)
  return made
}

const blocks = [histogram(1_000_000, 2_000_000, 2_000_000), histogram(5_000_000_000)]
const log =
  hlogHeader(STARTED_MS) +
  hlogLines(7, 1500, [
    {
      metric: 'latency',
      intervals: blocks.map((made, i) => ({ startNs: i * 5e8, endNs: (i + 1) * 5e8, histogram: made })),
    },
    { metric: 'phase_connect', intervals: [{ startNs: 0, endNs: 1e9, histogram: histogram(300_000) }] },
    { metric: 'service', intervals: [{ startNs: 0, endNs: 1e9, histogram: histogram() }] },
  ])

describe('the histogram log', () => {
  test('begins with what readers in other languages need', () => {
    expect(hlogHeader(STARTED_MS).split('\n')).toEqual([
      '#[Logged by mailbench, values in nanoseconds]',
      '#[Histogram log format version 1.3]',
      '#[StartTime: 1795425300.000 (seconds since epoch), 2026-11-23T09:15:00.000Z]',
      '#[BaseTime: 1795425300.000 (seconds since epoch)]',
      '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
      '',
    ])
  })

  test('has no empty line and no space in an interval, at which the Java scanner would stop', () => {
    const lines = log.trimEnd().split('\n')
    expect(lines.every(line => line.length > 0)).toBe(true)
    const intervals = lines.filter(line => !/^[#"]/.test(line))
    expect(intervals).toHaveLength(3)
    for (const line of intervals)
      expect(line).toMatch(/^Tag=t7\.[a-z_]+,\d+\.\d{3},\d+\.\d{3},\d+\.\d{3},[\w+/=]+$/)
  })

  test('gives start and length in seconds since the run’s start, and the maximum in milliseconds', () => {
    const [first, second] = log.split('\n').filter(line => line.startsWith('Tag=t7.latency'))
    expect(first).toMatch(/^Tag=t7\.latency,1\.500,0\.500,2\.000,/)
    expect(second).toMatch(/^Tag=t7\.latency,2\.000,0\.500,5000\.000,/)
  })

  test('is read back by the library’s reader', () => {
    expect(listTags(log)).toEqual(['t7.latency', 't7.phase_connect'])
    const reader = new HistogramLogReader(log)
    const first = reader.nextIntervalHistogram()
    expect(first?.tag).toBe('t7.latency')
    expect(first?.totalCount).toBe(3)
    expect(first?.startTimeStampMsec).toBe(STARTED_MS + 1500)
    expect(first?.endTimeStampMsec).toBe(STARTED_MS + 2000)
  })

  test('is read back by trial, metric and block', () => {
    expect(parseHlog(log)).toEqual([
      { trial: 7, metric: 'latency', blocks: blocks.map(binsOf) },
      { trial: 7, metric: 'phase_connect', blocks: [binsOf(histogram(300_000))] },
    ])
  })

  test('is read by one metric alone, and by none that only begins like it', () => {
    const [latency, connect] = parseHlog(log)
    expect(parseHlog(log, 'latency')).toEqual([latency])
    expect(parseHlog(log, 'phase_connect')).toEqual([connect])
    expect(parseHlog(log, 'phase')).toEqual([])
  })

  test('keeps every count of many values', () => {
    const random = createRandom('hlog')
    const made = histogram(...Array.from({ length: 5000 }, () => Math.floor(3.6e12 ** random.next())), 0)
    const line = hlogLines(1, 0, [
      { metric: 'latency', intervals: [{ startNs: 0, endNs: 1, histogram: made }] },
    ])
    expect(parseHlog(line)[0]?.blocks).toEqual([binsOf(made)])
  })

  test('cut short by a crash, is read up to its last whole line', () => {
    expect(parseHlog(log.slice(0, -20))).toEqual(parseHlog(log).slice(0, 1))
  })

  test.each(['a,b', 'a b', '', 'a\nb', 'A', 'x=y'])('refuses a metric called “%s”', metric => {
    expect(() => histogramTag(1, metric)).toThrow(RangeError)
  })
})

import { describe, expect, test } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import type { Sample } from '../sample.ts'
import { countOf } from './quantile.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { measuring, ORIGIN_NS, reply, submit } from './submissions.fixture.ts'

describe('a recorder', () => {
  test('latency counts from the due instant, service time from the start', () => {
    const recorder = measuring()
    for (let i = 0; i < 400; i++) submit(recorder, i, { lagMs: 2, tookMs: 10 })
    const { figures } = recorder.finish()
    expect(figures).toMatchObject({ latency_min_ms: 12, latency_mean_ms: 12, latency_max_ms: 12 })
    expect(figures.latency_p99_ms).toBe(12)
    expect(figures.service_p50_ms).toBe(10)
    expect(figures.start_lag_p99_ms).toBe(2)
  })

  test('every outcome is counted once, and the rate is of what was decided', () => {
    const recorder = measuring()
    const endings = [
      'accepted',
      'accepted',
      'deferred',
      'rejected',
      'faulted',
      'in_doubt',
      'aborted',
    ] as const
    for (const [index, outcome] of endings.entries()) submit(recorder, index, { reply: reply(outcome) })
    recorder.scheduled(7, ORIGIN_NS)
    recorder.dropped(7, ORIGIN_NS)
    const { figures } = recorder.finish()
    expect(figures).toMatchObject({ scheduled: 8, attempted: 7, attempts: 7, accepted: 2, dropped: 1 })
    expect(figures).toMatchObject({ deferred: 1, rejected: 1, faulted: 1, in_doubt: 1, aborted: 1 })
    // 3 of 7 − 1 − 1.
    expect(figures.failure_rate).toBe(0.6)
    expect(figures.failure_rate_low).toBeCloseTo(0.2307, 4)
    expect(figures.failure_rate_high).toBeCloseTo(0.8824, 4)
    expect(recorder.inFlight).toBe(0)
  })

  test('latency and phases are of accepted submissions, the start lag of all that were sent', () => {
    const recorder = measuring()
    submit(recorder, 0, { tookMs: 5, reply: reply('accepted', {}, { envelope: 2, reply: 3 }) })
    submit(recorder, 1, { tookMs: 90, lagMs: 4, reply: reply('rejected', {}, { envelope: 90 }) })
    const recording = recorder.finish()
    expect(recording.figures.latency_max_ms).toBe(5)
    expect(recording.phases).toMatchObject([
      { phase: 'envelope', n: 1, mean_ms: 2, max_ms: 2 },
      { phase: 'reply', n: 1, mean_ms: 3, max_ms: 3 },
    ])
    expect(countOf(recording.startLag)).toBe(2)
    expect(recording.latencyCount).toBe(1)
  })

  test('percentiles of too few are empty, not the maximum', () => {
    const recorder = measuring()
    for (let i = 0; i < 367; i++) submit(recorder, i)
    const { figures } = recorder.finish()
    expect(figures.latency_p95_ms).toBe(1)
    expect(figures.latency_p99_ms).toBeNull()
    expect(figures.latency_p999_ms).toBeNull()
    expect(figures.latency_max_ms).toBe(1)
  })

  test('a trial without any submission has empty figures', () => {
    const { figures, timeline, failures, histograms } = measuring().finish()
    expect(figures).toMatchObject({ scheduled: 0, attempted: 0, failure_rate: null, throughput_per_s: null })
    expect(figures).toMatchObject({ latency_min_ms: null, latency_mean_ms: null, latency_p50_ms: null })
    expect([timeline, failures]).toEqual([[], []])
    expect(histograms.find(({ metric }) => metric === 'latency')?.intervals).toEqual([])
  })

  test('throughput runs from the first start to the last end', () => {
    const recorder = measuring()
    for (let i = 0; i < 11; i++) submit(recorder, i, { dueMs: 100 * i, tookMs: 1000 })
    // 11 accepted; first start at 0, last end at 2 s.
    expect(recorder.finish().figures.throughput_per_s).toBe(5.5)
  })

  test('retries are attempts of a submission, refused recipients are added up', () => {
    const recorder = measuring()
    submit(recorder, 0, { attempt: 3 })
    submit(recorder, 1, { reply: reply('accepted', { recipientsRefused: 2 }) })
    expect(recorder.finish().figures).toMatchObject({ attempted: 2, attempts: 4, recipients_refused: 2 })
  })

  test('the warm-up enters the ledger and nothing else', () => {
    const recorder = createRecorder({ blocks: { by: 'messages', messages: 80 } })
    submit(recorder, 0, { dueMs: -20, tookMs: 3 })
    submit(recorder, 1, { dueMs: -10, reply: reply('rejected') })
    recorder.scheduled(2, ORIGIN_NS - 5)
    recorder.dropped(2, ORIGIN_NS - 5)
    recorder.begin(ORIGIN_NS, 3)
    submit(recorder, 3, { dueMs: 0, tookMs: 7 })
    const recording = recorder.finish()
    expect(recording.figures).toMatchObject({
      scheduled: 1,
      attempted: 1,
      accepted: 1,
      rejected: 0,
      dropped: 0,
    })
    expect(recording.figures.latency_min_ms).toBe(7)
    expect(recording.failures).toEqual([])
    expect([...recording.outcomes]).toEqual([1, 3, 7, 1])
    expect(recording.scheduledWithWarmUp).toBe(4)
  })

  test('a warm-up submission that ends late is still warm-up', () => {
    const recorder = createRecorder({ blocks: { by: 'messages', messages: 80 } })
    recorder.begin(ORIGIN_NS, 1)
    submit(recorder, 0, { dueMs: 3 })
    expect(recorder.finish().figures.attempted).toBe(0)
  })

  test('a second end of one submission is an error', () => {
    const recorder = measuring()
    submit(recorder, 0)
    expect(() => submit(recorder, 0)).toThrow('ended twice')
  })

  test('a span that is no whole number is an error', () => {
    const recorder = measuring()
    recorder.scheduled(0, ORIGIN_NS)
    const sample: Sample = {
      index: 0,
      messageId: '<0@example.net>',
      dueNs: ORIGIN_NS,
      startNs: ORIGIN_NS + 0.5,
      endNs: ORIGIN_NS + 10,
      attempt: 1,
      reply: reply('accepted'),
    }
    expect(() => recorder.record(sample)).toThrow(RangeError)
  })
})

describe('the blocks of a trial', () => {
  const sizes = (recorder: Recorder) => recorder.finish().latencyBlocks.map(countOf)

  test('a trial of 20 messages has blocks of ⌈20/8⌉', () => {
    const recorder = measuring(20)
    for (let i = 0; i < 20; i++) submit(recorder, i)
    expect(sizes(recorder)).toEqual([3, 3, 3, 3, 3, 3, 2])
  })

  test('the last block takes what is over', () => {
    const recorder = measuring(8)
    for (let i = 0; i < 12; i++) submit(recorder, i)
    expect(sizes(recorder)).toEqual([1, 1, 1, 1, 1, 1, 1, 5])
  })

  test('a trial bounded by time has blocks of an eighth of it, empty ones left out', () => {
    const recorder = createRecorder({ blocks: { by: 'duration', durationNs: 8 * NS_PER_S } })
    recorder.begin(ORIGIN_NS, 0)
    for (const [index, dueMs] of [0, 500, 1500, 4200, 9000].entries()) submit(recorder, index, { dueMs })
    const { histograms } = recorder.finish()
    const latency = histograms.find(({ metric }) => metric === 'latency')
    const bounds = latency?.intervals.map(({ startNs, endNs, histogram }) => [
      startNs / NS_PER_S,
      endNs / NS_PER_S,
      histogram.totalCount,
    ])
    expect(bounds).toEqual([
      [0, 1, 2],
      [1, 2, 1],
      [4, 5, 1],
      [7, 9.001, 1],
    ])
  })
})

import { describe, expect, test } from 'vitest'
import { NS_PER_MS } from '../clock.ts'
import { measuring, ORIGIN_NS, reply, submit } from './submissions.fixture.ts'

describe('the timeline', () => {
  test('a second holds what came due and what ended in it', () => {
    const recorder = measuring()
    submit(recorder, 0, { dueMs: 0, tookMs: 100 })
    submit(recorder, 1, { dueMs: 900, tookMs: 300 })
    submit(recorder, 2, { dueMs: 1300, reply: reply('rejected') })
    submit(recorder, 3, { dueMs: 1400, reply: reply('in_doubt') })
    submit(recorder, 4, { dueMs: 1500, reply: reply('aborted') })
    submit(recorder, 5, { dueMs: 3000 })
    const { timeline } = recorder.finish()
    const empty = { accepted: 0, failed: 0, in_doubt: 0, in_flight: 0, p50_ms: null, p99_ms: null }
    expect(timeline).toEqual([
      { ...empty, second: 0, scheduled: 2, accepted: 1, in_flight: 1 },
      { ...empty, second: 1, scheduled: 3, accepted: 1, failed: 1, in_doubt: 1 },
      { ...empty, second: 2, scheduled: 0 },
      { ...empty, second: 3, scheduled: 1, accepted: 1 },
    ])
  })

  test('in flight is what was due and had not ended when the second ended, idle seconds too', () => {
    const recorder = measuring()
    const at = (ms: number) => ORIGIN_NS + ms * NS_PER_MS
    for (let index = 0; index < 3; index++) recorder.scheduled(index, at(index))
    submit(recorder, 3, { dueMs: 3500 })
    expect(recorder.finish().timeline.map(row => row.in_flight)).toEqual([3, 3, 3, 3])
    expect(recorder.inFlight).toBe(3)
  })

  test('each second has percentiles of its own', () => {
    const recorder = measuring()
    for (let i = 0; i < 10; i++) submit(recorder, i, { dueMs: i, tookMs: 5 })
    for (let i = 10; i < 20; i++) submit(recorder, i, { dueMs: 1000 + i, tookMs: 40 })
    const { timeline } = recorder.finish()
    expect(timeline.map(row => [row.p50_ms, row.p99_ms])).toEqual([
      [5, null],
      [40, null],
    ])
  })

  test('what the seconds count adds up to the trial', () => {
    const recorder = measuring()
    for (let i = 0; i < 500; i++) submit(recorder, i, { dueMs: 17 * i, tookMs: 1 + ((i * 7919) % 2500) })
    const { timeline, figures } = recorder.finish()
    const sum = (column: 'scheduled' | 'accepted') => timeline.reduce((total, row) => total + row[column], 0)
    expect([sum('scheduled'), sum('accepted')]).toEqual([figures.scheduled, figures.accepted])
  })
})

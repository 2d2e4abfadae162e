import { describe, expect, test } from 'vitest'
import { createRandom, type Random } from '../../random.ts'
import type { LabelRow } from '../../run-store/schema.ts'
import { historyRowsOf, planDigest } from './row.ts'
import { labelOf, runOfDay } from './runs.fixture.ts'
import { type Trend, trendsOf } from './trend.ts'

const ALL = 1000

/** Figures of a day: a level with 3 % of noise. */
const figures = (random: Random, level: number): Partial<LabelRow> => {
  const slow = level * (1 + 0.03 * random.normal())
  return {
    latency_p50_ms: 2 * slow,
    latency_p90_ms: 3 * level * (1 + 0.03 * random.normal()),
    throughput_per_s: 400 / slow,
    client_cpu_us_per_message: 12 * (1 + 0.03 * random.normal()),
  }
}

const rowsOf = (days: readonly (readonly LabelRow[])[], more = {}) =>
  days.flatMap((labels, day) => historyRowsOf(runOfDay(day, labels, more), null))

const trendOf = (trends: readonly Trend[], metric: string, label = 'smtp') =>
  trends.find(trend => trend.metric === metric && trend.label === label)

describe('change points of a history', () => {
  test('are the day from which on a server was slower, with its levels and what else was new', () => {
    const random = createRandom('slower')
    const rows = Array.from({ length: 26 }, (_, day) =>
      historyRowsOf(
        runOfDay(day, [labelOf('smtp', figures(random, day < 20 ? 1 : 1.2))], {
          environment: { node: day < 20 ? 'v24.1.0' : 'v24.2.0', mailbench: '0.1.0' },
        }),
        `commit-${day}`,
      ),
    ).flat()
    const trends = trendsOf(rows, ALL)
    const p50 = trendOf(trends, 'latency_p50_ms')
    expect(p50?.changes).toMatchObject([
      {
        at: 20,
        run_id: 'run-20',
        commit: 'commit-20',
        verdict: 'worse',
        alongside: ['node v24.1.0 -> v24.2.0'],
      },
    ])
    const [change] = p50?.changes ?? []
    expect((change?.after ?? 0) / (change?.before ?? 1)).toBeCloseTo(1.2, 1)
    expect(trendOf(trends, 'throughput_per_s')?.changes).toMatchObject([{ at: 20, verdict: 'worse' }])
    expect(trendOf(trends, 'client_cpu_us_per_message')?.changes).toEqual([])
  })

  test('a step of 10 % under 3 % of noise is found within six runs', () => {
    const random = createRandom('within')
    const histories = 20
    let found = 0
    for (let i = 0; i < histories; i++) {
      const days = Array.from({ length: 26 }, (_, day) => [
        labelOf('smtp', figures(random, day < 20 ? 1 : 1.1)),
      ])
      if ((trendOf(trendsOf(rowsOf(days), ALL), 'latency_p50_ms')?.changes.length ?? 0) > 0) found++
    }
    expect(found / histories).toBeGreaterThanOrEqual(0.9)
  })

  test('are found in no more than a twentieth of the histories that have none, all their series together', () => {
    const random = createRandom('nothing')
    const histories = 100
    let alarms = 0
    for (let i = 0; i < histories; i++) {
      const days = Array.from({ length: 20 }, () => [
        labelOf('smtp', figures(random, 1)),
        labelOf('http', figures(random, 1)),
      ])
      if (trendsOf(rowsOf(days), ALL).some(({ changes }) => changes.length > 0)) alarms++
    }
    expect(alarms / histories).toBeLessThanOrEqual(0.05)
  })

  test('are none within the noise, however sure they are', () => {
    const random = createRandom('tiny')
    const days = Array.from({ length: 30 }, (_, day) => [
      labelOf('smtp', { latency_p50_ms: (day < 15 ? 2 : 2.06) + 0.001 * random.normal() }),
    ])
    expect(trendOf(trendsOf(rowsOf(days), ALL), 'latency_p50_ms')?.changes).toEqual([])
  })

  test('of what is counted are known at once', () => {
    const days = [2, 2, 2, 2, 4].map(round_trips_per_message => [
      labelOf('smtp', { round_trips_per_message }),
    ])
    expect(trendOf(trendsOf(rowsOf(days), ALL), 'round_trips_per_message')?.changes).toMatchObject([
      { at: 4, before: 2, after: 4, verdict: 'worse' },
    ])
  })
})

describe('octets of a history', () => {
  /** nodemailer gathers a message in more or fewer TLS records. */
  const daysOf = (tls: string, values: readonly number[]) =>
    values.map(bytes_up_per_message => [labelOf('smtp', { client: 'nodemailer', tls, bytes_up_per_message })])
  const changesOf = (days: readonly (readonly LabelRow[])[]) =>
    trendOf(trendsOf(rowsOf(days), ALL), 'bytes_up_per_message')?.changes

  test('under TLS do not change by the records that time gathers them in', () => {
    expect(changesOf(daysOf('starttls', [1500, 1500, 1500, 1566, 1500]))).toEqual([])
    expect(changesOf(daysOf('starttls', [1500, 1500, 1500, 2000]))).toMatchObject([{ at: 3 }])
  })

  test('without TLS change by a single one', () => {
    expect(changesOf(daysOf('none', [1500, 1500, 1500, 1501]))).toMatchObject([{ at: 3 }])
  })
})

describe('a series', () => {
  const one = () => [labelOf('smtp', { latency_p50_ms: 2 })]

  test('is of one plan, whatever it is called, and of one kind of machine', () => {
    const rows = [
      ...historyRowsOf(runOfDay(1, one()), null),
      ...historyRowsOf(runOfDay(2, one(), { plan: { name: 'other', seed: 3, message: '1kb' } }), null),
      ...historyRowsOf(runOfDay(3, one(), { plan: { message: '2kb' } }), null),
      ...historyRowsOf(runOfDay(4, one(), { environment: { cpu: 'another' } }), null),
    ]
    const runs = trendsOf(rows, ALL).filter(({ metric }) => metric === 'latency_p50_ms')
    expect(runs.map(trend => trend.runs.map(({ run_id }) => run_id))).toEqual([
      ['run-1', 'run-2'],
      ['run-3'],
      ['run-4'],
    ])
  })

  test('is in the order in which its runs began, and of the latest as many as are asked for', () => {
    const rows = [3, 1, 2].flatMap(day => historyRowsOf(runOfDay(day, one()), null))
    const [trend] = trendsOf(rows, 2)
    expect(trend?.runs.map(({ run_id }) => run_id)).toEqual(['run-2', 'run-3'])
  })
})

test('plans that say the same in another order have one digest', () => {
  expect(planDigest({ users: 1, link: { rtt: 1, up: 2 } })).toBe(
    planDigest({ link: { up: 2, rtt: 1 }, users: 1 }),
  )
  expect(planDigest({ users: [1, 2] })).not.toBe(planDigest({ users: [2, 1] }))
})

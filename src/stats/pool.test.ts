import { describe, expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { exampleTrialRow } from '../run-store/rows.fixture.ts'
import { labelRow, type TrialRow, trialRow } from '../run-store/schema.ts'
import { SpanHistogram } from './histogram.ts'
import { poolLabel, type Repetition } from './pool.ts'
import { mergedBins, percentile } from './quantile.ts'

/** Eight blocks of latencies about `centerNs`, and a row that says the same. */
function repetition(number: number, more: Partial<TrialRow> = {}, centerNs = 2e6, each = 10): Repetition {
  const random = createRandom(`repetition ${number}`)
  const all = new SpanHistogram()
  const latencyBlocks = Array.from({ length: 8 }, () => {
    const block = new SpanHistogram()
    for (let i = 0; i < each; i++) block.record(Math.round(centerNs * (0.5 + random.next())))
    all.add(block)
    return block.bins()
  })
  const row: TrialRow = {
    ...exampleTrialRow,
    trial: number,
    repetition: number,
    accepted: all.count,
    latency_min_ms: (all.minNs ?? 0) / 1e6,
    latency_mean_ms: (all.meanNs ?? 0) / 1e6,
    latency_max_ms: (all.maxNs ?? 0) / 1e6,
    ...more,
  }
  return { row, latencyBlocks, service: all.bins(), startLag: [[1000, 8 * each]] }
}

const pool = (repetitions: Repetition[]) => poolLabel(repetitions, createRandom(1))

describe('a label of several repetitions', () => {
  test('is a row of labels.csv', () => {
    expect(() => trialRow.parse(exampleTrialRow)).not.toThrow()
    const row = pool([repetition(1), repetition(2), repetition(3)])
    expect(() => labelRow.parse(row)).not.toThrow()
    expect(row).toMatchObject({ label: 'smtp-wire', client: 'wire', link_rtt_ms: 10, repetitions: 3, n: 240 })
  })

  test('adds counts up, and a count that one repetition lacks is empty', () => {
    const row = pool([repetition(1, { calls: 5 }), repetition(2, { in_doubt_taken: 2, calls: 7 })])
    expect(row).toMatchObject({ scheduled: 200, accepted: 160, rejected: 2, duplicated: 2, connections: 8 })
    expect(row).toMatchObject({ calls: 12, in_doubt_taken: null, lost: 0 })
  })

  test('reads percentiles from the merged histograms, never as an average', () => {
    const [fast, slow] = [repetition(1, {}, 1e6, 50), repetition(2, {}, 9e6, 50)]
    const merged = mergedBins([...fast.latencyBlocks, ...slow.latencyBlocks])
    const row = pool([fast, slow])
    expect(row.latency_p90_ms).toBeCloseTo((percentile(merged, 0.9) ?? 0) / 1e6, 3)
    expect(row.latency_p99_ms).toBeGreaterThan(row.latency_p90_ms ?? 0)
    expect(row.latency_p999_ms).toBeNull()
    expect(row.latency_min_ms).toBe(fast.row.latency_min_ms)
    expect(row.latency_max_ms).toBe(slow.row.latency_max_ms)
  })

  test('never shows a percentile, or a bound, above the maximum', () => {
    const alike = { ...repetition(1, { latency_max_ms: 9 }), latencyBlocks: [[[9_003_007, 400]]] as const }
    expect(pool([alike])).toMatchObject({ latency_p99_ms: 9, latency_p99_ms_high: 9, latency_max_ms: 9 })
  })

  test('encloses each percentile in its interval', () => {
    const row = pool(Array.from({ length: 10 }, (_, i) => repetition(i, {}, 2e6 + 1e5 * i)))
    for (const p of ['p50', 'p90', 'p99'] as const) {
      expect(row[`latency_${p}_ms_low`]).toBeLessThanOrEqual(row[`latency_${p}_ms`] ?? 0)
      expect(row[`latency_${p}_ms_high`]).toBeGreaterThanOrEqual(row[`latency_${p}_ms`] ?? 0)
    }
    expect(row.latency_p50_ms_high).toBeGreaterThan(row.latency_p50_ms_low ?? 0)
  })

  test('weighs the mean by the number accepted', () => {
    const row = pool([repetition(1, { latency_mean_ms: 1 }, 2e6, 30), repetition(2, { latency_mean_ms: 5 })])
    expect(row.latency_mean_ms).toBe(2)
  })

  test('takes medians of what varies with the machine', () => {
    const costs = [10, 14, 90].map((us, i) => repetition(i, { client_cpu_us_per_message: us }))
    expect(pool(costs).client_cpu_us_per_message).toBe(14)
  })

  test('bounds the throughput from six repetitions on', () => {
    const at = (count: number) =>
      pool(Array.from({ length: count }, (_, i) => repetition(i, { throughput_per_s: 100 + i })))
    expect(at(5)).toMatchObject({ throughput_per_s: 102, throughput_per_s_low: null })
    expect(at(10)).toMatchObject({
      throughput_per_s: 104.5,
      throughput_per_s_low: 101,
      throughput_per_s_high: 108,
    })
  })

  test('bounds the failure rate by the pooled counts', () => {
    const row = pool([
      repetition(1, { accepted: 98, deferred: 1, rejected: 1 }),
      repetition(2, { accepted: 50, deferred: 0, rejected: 0, faulted: 40, in_doubt: 7, aborted: 3 }),
    ])
    // 42 of 190 decided.
    expect(row.failure_rate).toBeCloseTo(42 / 190, 5)
    expect(row.failure_rate_low).toBeCloseTo(0.168, 3)
    expect(row.failure_rate_high).toBeCloseTo(0.2853, 3)
  })

  test('bounds the failure rate under given faults by what it came to once: the same seed draws the same', () => {
    const counts = { fault: '5% reset at content', accepted: 95, deferred: 0, rejected: 0, faulted: 5 }
    const [one, ten] = [1, 10].map(n => pool(Array.from({ length: n }, (_, i) => repetition(i, counts))))
    expect(ten).toMatchObject({ failure_rate: 0.05, faulted: 50 })
    expect(ten?.failure_rate_low).toBe(one?.failure_rate_low)
    expect(ten?.failure_rate_high).toBe(one?.failure_rate_high)
  })

  test('has round trips only when all repetitions agree on them', () => {
    const row = pool([
      repetition(1, { round_trips_setup: 3, round_trips_per_message: 2 }),
      repetition(2, { round_trips_setup: 3, round_trips_per_message: 2.1 }),
    ])
    expect(row).toMatchObject({ round_trips_setup: 3, round_trips_per_message: null })
  })

  test('leaves an invalid repetition out, and says so', () => {
    const row = pool([
      repetition(1),
      repetition(2, { valid: false, invalid_because: 'late starts', throughput_per_s: 1 }, 5e9),
      repetition(3),
    ])
    expect(row).toMatchObject({ repetitions: 2, n: 160, valid: false, throughput_per_s: 100 })
    expect(row.invalid_because).toBe('1 of 3 repetitions: late starts')
    expect(row.latency_max_ms).toBeLessThan(4)
  })

  test('without a valid repetition has no figures', () => {
    const row = pool([repetition(1, { valid: false, invalid_because: 'the machine was busy' })])
    expect(row).toMatchObject({ repetitions: 0, n: 0, accepted: 0, lost: null, latency_p50_ms: null })
    expect(row).toMatchObject({
      latency_mean_ms: null,
      latency_max_ms: null,
      failure_rate: null,
      valid: false,
    })
    expect(() => labelRow.parse(row)).not.toThrow()
  })

  test('of which nothing was accepted has counts and no latencies', () => {
    const none = {
      accepted: 0,
      rejected: 100,
      latency_min_ms: null,
      latency_mean_ms: null,
      latency_max_ms: null,
    }
    const row = pool([{ ...repetition(1, none), latencyBlocks: [], service: [] }])
    expect(row).toMatchObject({ n: 0, rejected: 100, latency_min_ms: null, latency_max_ms: null })
    expect(row.failure_rate).toBe(1)
  })

  test('does not depend on the labels that were pooled before it', () => {
    const data = [repetition(1), repetition(2)]
    const random = createRandom(1)
    poolLabel(data, random)
    expect(poolLabel(data, random)).toEqual(pool(data))
  })

  test('of trials under different conditions is refused', () => {
    expect(() => pool([repetition(1), repetition(2, { link_rtt_ms: 20 })])).toThrow('link_rtt_ms')
    expect(() => pool([])).toThrow('without a trial')
  })
})

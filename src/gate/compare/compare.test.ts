import { describe, expect, test } from 'vitest'
import { createRandom, type Random } from '../../random.ts'
import type { TrialRow } from '../../run-store/schema.ts'
import type { StoredRun } from '../../run-store/stored-run.ts'
import { compareLabels, compareRuns } from './compare.ts'
import type { Comparison } from './comparison.ts'
import { timedMetrics, withNoise } from './metrics.ts'
import { exampleRun } from './runs.fixture.ts'

const defaults = { metrics: timedMetrics, anyway: false, countedOnly: false, isBaseline: false }

/** Repetitions of a server whose figures vary by a few percent, by `factor` slower. */
function repetitions(random: Random, n: number, factor = 1, spread = 0.02): Partial<TrialRow>[] {
  return Array.from({ length: n }, () => {
    const slow = factor * Math.exp(spread * random.normal())
    return {
      latency_p50_ms: 2 * slow,
      latency_p90_ms: 3 * slow,
      latency_p99_ms: 8 * slow,
      throughput_per_s: 400 / slow,
    }
  })
}

const runOf = (rows: Partial<TrialRow>[], more: Partial<StoredRun> = {}) =>
  exampleRun([{ label: 'smtp', repetitions: rows }], more)

const find = (comparisons: readonly Comparison[], metric: string) =>
  comparisons.find(row => row.metric === metric)

const verdicts = (comparisons: readonly Comparison[]) =>
  Object.fromEntries(comparisons.map(({ metric, verdict }) => [metric, verdict]))

describe('times', () => {
  test('ten repetitions that are a fifth slower are worse, and how much is said', () => {
    const random = createRandom('slower')
    const { comparisons } = compareRuns(
      [runOf(repetitions(random, 10))],
      [runOf(repetitions(random, 10, 1.2))],
      defaults,
    )
    expect(verdicts(comparisons)).toMatchObject({ latency_p50_ms: 'worse', throughput_per_s: 'worse' })
    const p50 = find(comparisons, 'latency_p50_ms')
    expect(p50?.change).toBeCloseTo(0.2, 1)
    expect(p50?.low).toBeGreaterThan(0.1)
    expect(p50?.high).toBeLessThan(0.3)
    expect(p50?.dominance).toBe(1)
    expect(p50?.needed).toBeNull()
  })

  test('and the other way round better', () => {
    const random = createRandom('faster')
    const { comparisons } = compareRuns(
      [runOf(repetitions(random, 10, 1.2))],
      [runOf(repetitions(random, 10))],
      defaults,
    )
    expect(verdicts(comparisons)).toMatchObject({ latency_p50_ms: 'better', throughput_per_s: 'better' })
  })

  test('a change within the noise is none, however sure it is', () => {
    const random = createRandom('within')
    const base = [runOf(repetitions(random, 20, 1, 0.001))]
    const next = [runOf(repetitions(random, 20, 1.03, 0.001))]
    const { comparisons } = compareRuns(base, next, defaults)
    expect(find(comparisons, 'latency_p50_ms')).toMatchObject({ verdict: 'equivalent', dominance: 1 })
    const strict = compareRuns(base, next, { ...defaults, metrics: withNoise(['latency.p50=1%']) })
    expect(find(strict.comparisons, 'latency_p50_ms')?.verdict).toBe('worse')
  })

  test('three repetitions are too few to say, and it is said how many are not', () => {
    const random = createRandom('few')
    const { comparisons } = compareRuns(
      [runOf(repetitions(random, 3))],
      [runOf(repetitions(random, 3, 1.2))],
      defaults,
    )
    const p50 = find(comparisons, 'latency_p50_ms')
    expect(p50).toMatchObject({ verdict: 'inconclusive', low: null, high: null })
    expect(p50?.needed).toBeGreaterThan(3)
    expect(p50?.needed).toBeLessThan(30)
  })

  test('labels of one run are compared round by round: what shook both is no difference', () => {
    const random = createRandom('paired')
    const rounds = Array.from({ length: 10 }, () => Math.exp(random.normal()))
    const rows = (factor: number) =>
      rounds.map(shake => ({ latency_p50_ms: 2 * shake * factor * Math.exp(0.01 * random.normal()) }))
    const run = exampleRun([
      { label: 'a', repetitions: rows(1) },
      { label: 'b', repetitions: rows(1.15) },
    ])
    const { comparisons } = compareLabels(run, ['a', 'b'], defaults)
    expect(find(comparisons, 'latency_p50_ms')).toMatchObject({ verdict: 'worse', label: 'a -> b' })
    expect(find(comparisons, 'latency_p50_ms')?.change).toBeCloseTo(0.15, 1)
  })

  test('labels with unequal numbers of repetitions are no pairs, and that is said', () => {
    const drifting = (count: number, factor: number) =>
      Array.from({ length: count }, (_, i) => ({ latency_p50_ms: factor * 2 ** i }))
    const run = exampleRun([
      { label: 'a', repetitions: drifting(12, 1) },
      { label: 'b', repetitions: drifting(6, 1.2) },
    ])
    const { comparisons, notes } = compareLabels(run, ['a', 'b'], defaults)
    expect(notes).toEqual(['The labels have different rounds: compared without pairing them.'])
    // By their numbers all of six pairs would be worse by a fifth.
    expect(find(comparisons, 'latency_p50_ms')).toMatchObject({
      repetitions: [12, 6],
      verdict: 'inconclusive',
    })
  })

  test('failures are compared by their shares', () => {
    const failing = (n: number) =>
      Array.from({ length: 10 }, () => ({
        accepted: 1000 - n,
        rejected: n,
        deferred: 0,
        failure_rate: n / 1000,
      }))
    const { comparisons } = compareRuns([runOf(failing(0))], [runOf(failing(20))], defaults)
    expect(find(comparisons, 'failure_rate')).toMatchObject({ verdict: 'worse', unit: 'difference' })
    expect(find(comparisons, 'failure_rate')?.change).toBeCloseTo(0.02, 9)
    const none = compareRuns([runOf(failing(0))], [runOf(failing(0))], defaults)
    expect(find(none.comparisons, 'failure_rate')?.verdict).toBe('equivalent')
  })
})

describe('counts', () => {
  const counts = (more: Partial<TrialRow>) => [runOf([more, more, more])]

  test('one more round trip is worse, with three repetitions as well', () => {
    const { comparisons } = compareRuns(
      counts({ round_trips_per_message: 2 }),
      counts({ round_trips_per_message: 4 }),
      { ...defaults, countedOnly: true },
    )
    expect(find(comparisons, 'round_trips_per_message')).toMatchObject({ verdict: 'worse', base: 2, next: 4 })
    expect(comparisons.every(({ kind }) => kind === 'counted')).toBe(true)
  })

  describe('octets', () => {
    const bytes = (bytes_up_per_message: number, row: Partial<TrialRow>) =>
      counts({ bytes_up_per_message, ...row })
    const verdictOf = (before: number, after: number, row: Partial<TrialRow>) =>
      find(compareRuns(bytes(before, row), bytes(after, row), defaults).comparisons, 'bytes_up_per_message')
        ?.verdict

    test('are exact in clear text', () => {
      expect(verdictOf(200, 201, { tls: 'none' })).toBe('worse')
    })

    test('may differ under TLS by the lengths of signatures, and by two records', () => {
      expect(verdictOf(9000, 9080, { tls: 'starttls' })).toBe('equivalent')
      expect(verdictOf(9000, 9100, { tls: 'starttls' })).toBe('worse')
      expect(verdictOf(200, 244, { tls: 'starttls' })).toBe('equivalent')
      expect(verdictOf(200, 245, { tls: 'starttls' })).toBe('worse')
    })

    test('of nodemailer under TLS may differ by the records that its pieces are gathered in', () => {
      expect(verdictOf(1832, 1909, { tls: 'starttls', client: 'nodemailer' })).toBe('equivalent')
      expect(verdictOf(1832, 2185, { tls: 'starttls', client: 'nodemailer' })).toBe('worse')
    })

    test('of HTTP/2 may differ by frames that are sent when there is time', () => {
      expect(verdictOf(1441, 1457.5, { tls: 'implicit', http_version: '2' })).toBe('equivalent')
    })
  })

  test('what varies within a side is worse only where it lies beyond all of the other', () => {
    const varying = (values: number[]) => [runOf(values.map(connections => ({ connections })))]
    const verdictOf = (base: number[], next: number[]) =>
      find(compareRuns(varying(base), varying(next), defaults).comparisons, 'connections')?.verdict
    expect(verdictOf([4, 6, 5], [5, 7, 6])).toBe('inconclusive')
    expect(verdictOf([4, 6, 5], [7, 8, 9])).toBe('worse')
    expect(verdictOf([4, 6, 5], [1, 2, 3])).toBe('better')
  })

  test('what one repetition does not have is not compared', () => {
    const { comparisons } = compareRuns([runOf([{ lost: null }, { lost: 0 }])], [runOf([{}, {}])], defaults)
    expect(find(comparisons, 'lost')).toBeUndefined()
  })
})

describe('refuses', () => {
  const rows = [{}, {}, {}]

  test('runs of different plans, unless told, and says where they differ', () => {
    const other = runOf(rows, { plan: { message: '100kb', name: 'other' } })
    expect(() => compareRuns([runOf(rows)], [other], defaults)).toThrow(
      'different plans: plan.message: "1kb", and "100kb"',
    )
    const { differences } = compareRuns([runOf(rows)], [other], { ...defaults, anyway: true })
    expect(differences).toEqual([{ path: 'plan.message', base: '1kb', next: '100kb' }])
  })

  test('an invalid run, and one that did not end', () => {
    const starved = runOf([{}, { valid: false, invalid_because: 'start lag' }])
    expect(() => compareRuns([runOf(rows)], [starved], defaults)).toThrow(/invalid.*start lag/)
    expect(() => compareRuns([runOf(rows, { state: 'interrupted' })], [runOf(rows)], defaults)).toThrow(
      /interrupted/,
    )
  })

  test('runs without a label in common, and a label that a run does not have', () => {
    const other = exampleRun([{ label: 'http', repetitions: rows }])
    expect(() => compareRuns([runOf(rows)], [other], defaults)).toThrow('share no label')
    expect(() => compareLabels(runOf(rows), ['smtp', 'htp'], defaults)).toThrow('no label "htp": it has smtp')
  })
})

test('seeds are no difference where both sides have the same ones', () => {
  const runs = (...seeds: number[]) => seeds.map(seed => runOf([{}], { seed }))
  expect(compareRuns(runs(1, 2), runs(2, 1), defaults).differences).toEqual([])
  expect(compareRuns(runs(1, 2), runs(1, 3), defaults).differences.map(({ path }) => path)).toEqual([
    'seed',
    'seed',
  ])
})

describe('a baseline', () => {
  const label = (name: string, more: Partial<TrialRow>) => ({ label: name, repetitions: [more] })
  const kept = label('http', { transport: 'http', client: 'undici', mode: null, round_trips_per_message: 1 })
  const pipelined = label('smtp pipelined', { mode: 'pipelined', round_trips_per_message: 2 })
  const lockstep = label('smtp lockstep', { mode: 'lockstep', round_trips_per_message: 4 })
  const gate = (base: StoredRun, next: StoredRun) =>
    compareRuns([base], [next], { ...defaults, countedOnly: true, isBaseline: true })

  test('holds against the same labels of another plan, of another machine', () => {
    const next = exampleRun([kept, pipelined], {
      plan: { repeat: 2, tls: 'none' },
      environment: { cpu: 'x' },
    })
    const { gone, comparisons, differences } = gate(exampleRun([kept, pipelined]), next)
    expect(gone).toEqual([])
    expect(comparisons.every(({ verdict }) => verdict === 'equivalent')).toBe(true)
    expect(differences.map(({ path }) => path)).toEqual(['plan.message', 'plan.tls'])
  })

  test('says which label became which, by what, and what that did', () => {
    const { gone, comparisons } = gate(exampleRun([kept, pipelined]), exampleRun([kept, lockstep]))
    expect(gone).toEqual([
      {
        label: 'smtp pipelined',
        metric: null,
        successor: 'smtp lockstep',
        changed: 'mode pipelined -> lockstep',
      },
    ])
    expect(comparisons.filter(({ verdict }) => verdict === 'worse')).toMatchObject([
      { label: 'smtp pipelined -> smtp lockstep', metric: 'round_trips_per_message', base: 2, next: 4 },
    ])
  })

  test('misses a figure that is not counted any more, as without an anatomy', () => {
    const blind = label('http', { ...kept.repetitions[0], round_trips_per_message: null })
    const { gone } = gate(exampleRun([kept]), exampleRun([blind]))
    expect(gone).toMatchObject([{ label: 'http', metric: 'round_trips_per_message' }])
    expect(gate(exampleRun([blind]), exampleRun([kept])).gone).toEqual([])
  })

  test('misses a label that is gone, and notes one that is new', () => {
    const missed = gate(exampleRun([kept, pipelined]), exampleRun([kept]))
    expect(missed.gone).toMatchObject([{ label: 'smtp pipelined', successor: null, changed: null }])
    expect(gate(exampleRun([pipelined]), exampleRun([kept])).gone).toHaveLength(1)
    const { gone, notes } = gate(exampleRun([kept]), exampleRun([kept, lockstep]))
    expect(gone).toEqual([])
    expect(notes.join()).toContain('not compared: smtp lockstep')
  })
})

test('of different machines only what is counted is compared', () => {
  const elsewhere = runOf([{}, {}], { environment: { node: 'v24', cpu: 'another', cpus: 8 } })
  const { comparisons, notes } = compareRuns([runOf([{}, {}])], [elsewhere], defaults)
  expect(comparisons.every(({ kind }) => kind === 'counted')).toBe(true)
  expect(notes.join()).toMatch(/different machines/)
  const anyway = compareRuns([runOf([{}, {}])], [elsewhere], { ...defaults, anyway: true })
  expect(anyway.comparisons.some(({ kind }) => kind === 'timed')).toBe(true)
})

test('calls the same thing different in no more than one of twenty comparisons', () => {
  const random = createRandom('a/a')
  let alarms = 0
  for (let round = 0; round < 400; round++) {
    const { comparisons } = compareRuns(
      [runOf(repetitions(random, 10, 1, 0.1))],
      [runOf(repetitions(random, 10, 1, 0.1))],
      defaults,
    )
    if (comparisons.some(({ verdict }) => verdict === 'worse' || verdict === 'better')) alarms++
  }
  expect(alarms / 400).toBeLessThanOrEqual(0.05)
})

test.each([
  ['p98=5%', 'known are latency_p50'],
  ['lots', 'is no share'],
])('--noise %s is refused by name', (text, message) => {
  expect(() => withNoise([text])).toThrow(message)
})

import { describe, expect, test } from 'vitest'
import { NS_PER_MS } from '../clock.ts'
import { PhaseTimes } from '../phase.ts'
import { createRandom } from '../random.ts'
import type { Bins } from '../run-store/bins.ts'
import { createRecorder } from '../stats/recorder.ts'
import { type CheckedTrial, checksOf } from './checks.ts'
import { conditionsOf } from './condition.ts'
import { createPacer } from './pace.ts'
import type { Plan } from './plan.ts'

interface Doctored {
  readonly plan?: Plan
  readonly count?: number
  /** Start lag of each submission. */
  readonly lagNs?: number
  readonly gapNs?: (index: number) => number
  readonly latencyNs?: (index: number) => number
  /** Of that, what is spent waiting for a connection. */
  readonly queuedNs?: (index: number) => number
  readonly floorLag?: Bins
  readonly receipts?: (counts: Uint8Array) => void
  readonly utilisation?: number
}

/** A trial of which everything is known. */
function trialOf(doctored: Doctored): CheckedTrial {
  const {
    plan = { rate: 100 },
    count = 400,
    lagNs = 0,
    gapNs = () => 10 * NS_PER_MS,
    latencyNs = () => NS_PER_MS,
  } = doctored
  const [condition] = conditionsOf({ smtp: 'sink', client: 'nodemailer', messages: count, ...plan })
  if (!condition) throw new Error('there is no condition')
  const recorder = createRecorder({ blocks: { by: 'messages', messages: count } })
  const pacer = createPacer(true)
  recorder.begin(0, 0)
  let dueNs = 0
  for (let index = 0; index < count; index++) {
    const startNs = dueNs + lagNs
    recorder.scheduled(index, dueNs)
    pacer.due(dueNs)
    pacer.start(startNs)
    const phases = new PhaseTimes()
    if (doctored.queuedNs) phases.add('queue', doctored.queuedNs(index))
    const reply = { outcome: 'accepted', recipientsRefused: 0, connectionId: 1, phases } as const
    recorder.record({
      index,
      messageId: '',
      dueNs,
      startNs,
      endNs: startNs + latencyNs(index),
      attempt: 1,
      reply,
    })
    dueNs += gapNs(index)
  }
  const counts = new Uint8Array(count).fill(1)
  doctored.receipts?.(counts)
  return {
    condition,
    purpose: 'measure',
    measured: {
      recording: recorder.finish(),
      pace: pacer.pace(),
      vitals: {
        loop_delay_p99_ms: 0,
        loop_delay_max_ms: 0,
        loop_utilisation: doctored.utilisation ?? 0.5,
        gc_ms: 0,
        gc_count: 0,
        load_average: 0,
        steal: null,
      },
      fallbacks: [],
      connections: 1,
      beginNs: 0,
      cpuUsPerMessage: null,
      stopped: false,
      interrupted: false,
    },
    receipts: { taken: count, duplicated: 0, counts },
    floorLag: doctored.floorLag,
  }
}

const failed = (doctored: Doctored) =>
  checksOf(1, trialOf(doctored))
    .filter(({ ok }) => !ok)
    .map(({ check, invalidates }) => `${check}${invalidates ? '!' : ''}`)

describe('the self-checks', () => {
  test('hold for a trial that went as it should', () => {
    expect(failed({})).toEqual([])
    expect(checksOf(7, trialOf({})).map(({ check }) => check)).toEqual([
      'balance',
      'histogram',
      'resources',
      'ledger',
      'rate',
      'start-lag',
      'arrivals',
      'whole',
      'event-loop',
      'machine',
      'stall',
      'stationary',
    ])
  })

  test('a message that the client says was not taken, and the sink took, invalidates', () => {
    const doctored = trialOf({})
    const codes = doctored.measured.recording.outcomes
    codes[3] = 4 // faulted
    const found = checksOf(1, doctored).filter(({ ok }) => !ok)
    expect(found.map(({ check }) => check)).toContain('ledger')
  })

  test('a start lag invalidates when it matters beside the latency and beside the floor', () => {
    const floorLag: Bins = [[NS_PER_MS / 100, 1000]]
    const lagNs = NS_PER_MS
    expect(failed({ lagNs, floorLag })).toEqual(['start-lag!'])
    // It is small beside the latency, or the bare loop was as late.
    expect(failed({ lagNs, floorLag, latencyNs: () => 20 * NS_PER_MS })).toEqual([])
    expect(failed({ lagNs, floorLag: [[NS_PER_MS / 2, 1000]] })).toEqual([])
  })

  test('the start lag of a floor is what others are laid beside: it invalidates nothing', () => {
    const found = checksOf(1, { ...trialOf({ lagNs: NS_PER_MS }), purpose: 'floor' })
    expect(found.filter(({ ok }) => !ok)).toEqual([])
    expect(found.map(({ check }) => check)).not.toContain('start-lag')
  })

  test('few submissions are judged by their medians', () => {
    const doctored = { lagNs: NS_PER_MS, count: 50, floorLag: [[NS_PER_MS / 100, 1000]] as Bins }
    expect(failed(doctored)).toEqual(['start-lag!'])
  })

  test('planned gaps that are not what was asked for invalidate, and are noted where chance may make them so', () => {
    expect(failed({ gapNs: index => (index % 2 === 0 ? 9 : 11) * NS_PER_MS })).toEqual(['arrivals!'])
    const poisson = { rate: 100, arrivals: 'poisson' as const }
    expect(failed({ plan: poisson })).toEqual(['arrivals'])
    const random = createRandom('gaps')
    expect(failed({ plan: poisson, gapNs: () => Math.round(random.exponential(10 * NS_PER_MS)) })).toEqual([])
  })

  test('a trial that became slower, or kept the processor busy, is noted and stays valid', () => {
    expect(failed({ latencyNs: index => (index < 200 ? 1 : 2) * NS_PER_MS })).toEqual(['stationary'])
    expect(failed({ plan: { users: 1 }, utilisation: 0.99 })).toEqual(['event-loop'])
  })

  test('a reply that stalls a closed load is noted, whose p99 hides it', () => {
    const stalls = {
      plan: { users: 1 },
      latencyNs: (index: number) => (index === 100 ? 1000 : 1) * NS_PER_MS,
    }
    expect(failed(stalls)).toEqual(['stall'])
    const found = checksOf(1, trialOf(stalls)).find(({ check }) => check === 'stall')
    expect(found?.detail).toMatch(
      /^a reply took 1,000 ms, 25% of the trial; .* the p99 of 1\.00 ms hides it: .*--rate/,
    )
    // All replies are as slow, or it is short, or so rare that a p99 at a rate would not show it either.
    expect(failed({ ...stalls, latencyNs: () => 1000 * NS_PER_MS })).toEqual([])
    expect(failed({ ...stalls, latencyNs: index => (index === 100 ? 100 : 1) * NS_PER_MS })).toEqual([])
    expect(failed({ ...stalls, gapNs: () => 300 * NS_PER_MS })).toEqual([])
  })

  test('an open load that waits for connections is noted as well, for whom the p99 does show it', () => {
    const stalls = (index: number) => Math.max(1, 1000 - Math.abs(index - 200) * 25)
    const stalled = { latencyNs: (index: number) => stalls(index) * NS_PER_MS }
    expect(failed(stalled)).toEqual([])
    expect(failed({ ...stalled, queuedNs: index => (stalls(index) - 1) * NS_PER_MS })).toEqual(['stall'])
  })

  test('starts that stretch over more than their schedule invalidate', () => {
    const doctored = trialOf({})
    const pace = { ...doctored.measured.pace, startSpanNs: doctored.measured.pace.dueSpanNs * 1.02 }
    const found = checksOf(1, { ...doctored, measured: { ...doctored.measured, pace } }).filter(
      ({ ok }) => !ok,
    )
    expect(found.map(({ check }) => check)).toEqual(['rate'])
    expect(found[0]?.detail).toMatch(/offered 100.00\/s, achieved 98.04\/s/)
    expect(doctored.measured.pace.dueSpanNs).toBe(399 * 10 * NS_PER_MS)
  })

  test('what is dropped was planned all the same: it stretches no gap, and invalidates nothing', () => {
    const doctored = trialOf({})
    const pacer = createPacer(true)
    for (let index = 0; index < 400; index++) {
      pacer.due(index * 10 * NS_PER_MS)
      if (index % 3 !== 0) pacer.start(index * 10 * NS_PER_MS)
    }
    const { recording } = doctored.measured
    const figures = { ...recording.figures, dropped: 134, scheduled: 400 }
    const measured = { ...doctored.measured, pace: pacer.pace(), recording: { ...recording, figures } }
    const found = checksOf(1, { ...doctored, measured })
    expect(found.filter(({ ok }) => !ok)).toEqual([])
    expect(found.find(({ check }) => check === 'rate')?.detail).toBe('offered 100.00/s, 134 of 400 dropped')
  })

  test('a start lag without a floor has only the latency to be small beside', () => {
    expect(failed({ lagNs: NS_PER_MS })).toEqual(['start-lag!'])
    expect(failed({ lagNs: NS_PER_MS, latencyNs: () => 20 * NS_PER_MS })).toEqual([])
  })

  describe('of batches', () => {
    const inBatches = (
      fields: Plan,
      calls: number,
      figures: { attempts?: number; scheduled?: number } = {},
    ) => {
      const plan: Plan = { smtp: undefined, api: 'sink', client: 'undici', users: 1, batch: 10, ...fields }
      const doctored = trialOf({ plan })
      const { recording } = doctored.measured
      const changed = { ...recording, figures: { ...recording.figures, ...figures } }
      const measured = { ...doctored.measured, calls, recording: changed }
      return checksOf(1, { ...doctored, measured }).find(({ check }) => check === 'batches')
    }

    test('that are as full as their label says hold', () => {
      expect(inBatches({}, 40)).toMatchObject({
        ok: true,
        detail: '400 messages went in 40 calls, where 40 of 10 take them',
      })
      // The rest is in the last call.
      expect(inBatches({ batch: 30 }, 14)).toMatchObject({ ok: true })
    })

    test('that are less full are none, and invalidate', () => {
      expect(inBatches({}, 400)).toMatchObject({ ok: false, invalidates: true })
      expect(inBatches({}, 41)).toMatchObject({ ok: false, invalidates: true })
    })

    test('of which the end of the trial cut one in two hold', () => {
      expect(inBatches({ messages: 500 }, 41)).toMatchObject({ ok: true })
      expect(inBatches({ messages: 500 }, 42)).toMatchObject({ ok: false })
    })

    test('that hold what was attempted again are noted, since it comes as it can', () => {
      expect(inBatches({ retry: 3 }, 60, { attempts: 450 })).toMatchObject({ ok: false, invalidates: false })
    })

    test('are not asked for where each message has a call of its own', () => {
      expect(inBatches({ batch: 1 }, 400)).toBeUndefined()
    })
  })

  test('a trial that its duration cut short is noted', () => {
    const short = { plan: { rate: 100, messages: 500 } }
    expect(failed(short)).toEqual(['whole'])
    // Nobody chose how long those last.
    for (const purpose of ['floor', 'anatomy'] as const) {
      const found = checksOf(1, { ...trialOf(short), purpose })
      expect(found.filter(({ ok }) => !ok)).toEqual([])
    }
  })
})

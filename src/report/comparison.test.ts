import { describe, expect, it } from 'vitest'
import type { LabelRow } from '../run-store/schema.ts'
import type { RampRows } from '../stats/rate-limit.ts'
import { compareTargets, comparisonLines } from './comparison.ts'
import { exampleLabelRow } from './label-row.fixture.ts'

const noRows: RampRows = { trials: [], timeline: [], failures: [] }

/** A label of a target, whose median is known within half a millisecond. */
function label(target: string, transport: LabelRow['transport'], p50: number, more: Partial<LabelRow> = {}) {
  const client = transport === 'smtp' ? 'nodemailer' : 'undici'
  return exampleLabelRow({
    label: `${target} ${transport} ${client} ${more.load ?? 'closed'} ${more.link_rtt_ms ?? 0}`,
    target: `sink:${target}`,
    transport,
    client,
    mode: null,
    http_version: null,
    load: 'closed',
    link_rtt_ms: 0,
    latency_p50_ms: p50,
    latency_p50_ms_low: p50 - 0.5,
    latency_p50_ms_high: p50 + 0.5,
    ...more,
  })
}
/** A line over the round-trip time: `base` at 0, and so many round trips. */
const sweep = (target: string, transport: LabelRow['transport'], base: number, trips: number) =>
  [0, 20, 60].map(rtt => label(target, transport, base + trips * rtt, { link_rtt_ms: rtt }))

const order = (rows: readonly LabelRow[]) =>
  compareTargets(rows, noRows)?.rankings.map(({ ranked }) =>
    ranked.map(({ rank, row }) => `${rank} ${row.target} ${row.transport}`),
  )

describe('the ranking of targets', () => {
  it('is by the median, and equal where the medians cannot be told apart', () => {
    const rows = [
      label('b', 'smtp', 30),
      label('a', 'http', 10),
      label('b', 'http', 30.6),
      label('a', 'smtp', 20),
    ]
    expect(order(rows)).toEqual([['1 sink:a http', '2 sink:a smtp', '3 sink:b smtp', '3 sink:b http']])
  })

  it('is one for each condition that they share', () => {
    const near = [label('a', 'smtp', 10), label('b', 'smtp', 20)]
    const far = near.map(row => ({
      ...row,
      link_rtt_ms: 50,
      latency_p50_ms: 100 - (row.latency_p50_ms ?? 0),
    }))
    expect(order([...near, ...far])).toEqual([
      ['1 sink:a smtp', '2 sink:b smtp'],
      ['1 sink:b smtp', '2 sink:a smtp'],
    ])
  })

  it('does not lay messages of one size beside those of another, and names the sizes', () => {
    const small = [label('a', 'smtp', 10), label('b', 'smtp', 20)].map(row => ({
      ...row,
      message_bytes: 1024,
    }))
    const large = small.map(row => ({ ...row, message_bytes: 102_400 }))
    expect(order([...small, ...large])).toEqual([
      ['1 sink:a smtp', '2 sink:b smtp'],
      ['1 sink:a smtp', '2 sink:b smtp'],
    ])
    const lines = (rows: readonly LabelRow[]) => {
      const compared = compareTargets(rows, noRows)
      return compared && comparisonLines(compared).filter(line => line.startsWith('ranking'))
    }
    expect(lines([...small, ...large])).toEqual([
      expect.stringMatching(/^ranking \(reuse, \d+u, 1\.00 kB\) /),
      expect.stringMatching(/^ranking \(reuse, \d+u, 100 kB\) /),
    ])
    expect(lines(small)).toEqual([expect.stringMatching(/^ranking \(reuse, \d+u\) /)])
  })

  it('leaves out ramps, invalid labels and servers that the plan does not name', () => {
    const rows = [
      label('a', 'smtp', 10),
      label('b', 'smtp', 20, { load: 'ramp' }),
      label('c', 'smtp', 20, { valid: false }),
      label('d', 'smtp', 20, { target: 'smtp://127.0.0.1:25' }),
      label('e', 'smtp', 20, { target: 'sink' }),
    ]
    expect(compareTargets(rows, noRows)).toBeUndefined()
  })
})

describe('the crossover of round-trip times', () => {
  const lineOf = (rows: readonly LabelRow[]) => {
    const compared = compareTargets(rows, noRows)
    return compared && comparisonLines(compared).filter(line => line.startsWith('Crossover'))
  }

  it('is where the lines of latency over round-trip time meet, and says what these are fitted to', () => {
    // 20 + 2 r = 60 + r at r = 40.
    expect(lineOf([...sweep('a', 'smtp', 20, 2), ...sweep('a', 'http', 60, 1)])).toEqual([
      'Crossover of a (reuse): smtp nodemailer is faster below 40.0 ms of round-trip time, http undici above, by lines fitted to 0, 20 and 60 ms as measured.',
    ])
  })

  it.each([
    ['longer', 100, [0, 20, 60], '0, 20 and 60'],
    ['shorter', 8, [20, 60], '20 and 60'],
  ])('says so where it lies at %s distances than were measured', (_, atMs, rtts, told) => {
    const ways = [...sweep('a', 'smtp', 20, 2), ...sweep('a', 'http', 20 + atMs, 1)]
    expect(lineOf(ways.filter(({ link_rtt_ms: rtt }) => rtts.includes(rtt ?? 0)))).toEqual([
      `Crossover of a (reuse): smtp nodemailer is faster below ${atMs === 8 ? '8.00' : atMs} ms of round-trip time, http undici above, by lines fitted to ${told} ms as measured: it lies beyond these.`,
    ])
  })

  it.each([
    ['http undici', 'smtp nodemailer', sweep('a', 'smtp', 20, 2), sweep('a', 'http', 10, 1)],
    ['smtp nodemailer', 'http undici', sweep('a', 'smtp', 20, 1), sweep('a', 'http', 30, 2)],
  ])('is none where %s was always faster, of which the rest is a fit', (faster, other, smtp, http) => {
    expect(lineOf([...smtp, ...http])).toEqual([
      `Crossover of a (reuse): none, ${faster} is faster than ${other} at 0, 20 and 60 ms of round-trip time as measured, and by the fitted lines beyond.`,
    ])
  })

  it('is none where both wait for as many round trips, and nothing is said of other distances', () => {
    expect(lineOf([...sweep('a', 'smtp', 20, 1), ...sweep('a', 'http', 30, 1)])).toEqual([
      'Crossover of a (reuse): none, smtp nodemailer is faster than http undici at 0, 20 and 60 ms of round-trip time as measured; both grow alike with it.',
    ])
  })

  it('is none that was seen where the medians cannot be told apart at each of the distances', () => {
    expect(lineOf([...sweep('a', 'smtp', 20.6, 2), ...sweep('a', 'http', 20, 1)])).toEqual([
      'Crossover of a (reuse): none seen at 0, 20 and 60 ms of round-trip time, though http undici is not shown to be faster than smtp nodemailer at 0 ms.',
    ])
    const odd = [10, 85, 70].map((p50, i) =>
      label('a', 'http', p50, { link_rtt_ms: [0, 20, 60][i] as number }),
    )
    expect(lineOf([...sweep('a', 'smtp', 40, 2), ...odd])).toEqual([
      expect.stringMatching(/though http undici is not shown to be faster than smtp nodemailer at 20 ms\.$/),
    ])
  })

  it('is looked for at distances at which both were measured, of one message and one load', () => {
    const smtp = sweep('a', 'smtp', 20, 2)
    const http = sweep('a', 'http', 60, 1)
    const unlike = [
      { link_rtt_ms: 500, latency_p50_ms: 1 },
      { message_bytes: 1e6, latency_p50_ms: 900 },
      { recipients: 50, latency_p50_ms: 900 },
      { fault: '5% reset at any', latency_p50_ms: 900 },
    ].map(other => label('a', 'http', 900, other))
    expect(lineOf([...smtp, ...http, ...unlike])).toEqual(lineOf([...smtp, ...http]))
    expect(lineOf([...smtp, ...http.filter(({ link_rtt_ms: rtt }) => rtt === 0), ...unlike])).toEqual([])
  })

  it('is one for each load and message, which are named where they differ', () => {
    const small = [...sweep('a', 'smtp', 20, 2), ...sweep('a', 'http', 60, 1)]
    const large = small.map(row => ({ ...row, message_bytes: 102_400, users: 10 }))
    const told = lineOf([...small.map(row => ({ ...row, message_bytes: 1024, users: 1 })), ...large])
    expect(told?.map(line => line.replace(/:.*/, ''))).toEqual([
      'Crossover of a (reuse, 1u, 1.00 kB)',
      'Crossover of a (reuse, 10u, 100 kB)',
    ])
  })

  it('is not looked for at one round-trip time, nor between targets', () => {
    expect(lineOf([label('a', 'smtp', 10), label('a', 'http', 20)])).toEqual([])
    expect(lineOf([...sweep('a', 'smtp', 20, 2), ...sweep('b', 'http', 60, 1)])).toEqual([])
  })
})

describe('limits', () => {
  /** A ramp of a label, which takes `perS` and no more. */
  function limited(row: LabelRow, trial: number, perS: number, heldBack = false): RampRows {
    const { label: name, latency_p99_ms } = row
    const ramp = { trial, label: name, purpose: 'measure', load: 'ramp', valid: true } as const
    return {
      trials: [{ ...ramp, dropped: heldBack ? 9 : 0, start_lag_p99_ms: null, latency_p99_ms }],
      timeline: [0, 1, 2, 3, 4].map(second => ({
        trial,
        second,
        scheduled: heldBack ? 5710 : 100,
        accepted: perS,
        failed: heldBack ? 0 : 100 - perS,
      })),
      failures:
        perS < 100 && !heldBack ? [{ trial, cause: 'throttled', code: 429, enhanced_code: null }] : [],
    }
  }
  const ways = [
    [label('a', 'http', 10), label('a', 'http', 90, { load: 'ramp' }), 40],
    [label('b', 'http', 20), label('b', 'http', 90, { load: 'ramp' }), 30],
    [label('c', 'smtp', 30), label('c', 'smtp', 90, { load: 'ramp' }), 60],
    [label('d', 'smtp', 40), label('d', 'smtp', 90, { load: 'ramp' }), 100],
  ] as const
  const rows = ways.map(([, ramp, perS], i) => limited(ramp, i + 1, perS))
  const compared = compareTargets(
    ways.flatMap(([measured, ramp]) => [ramp, measured]),
    {
      trials: rows.flatMap(({ trials }) => trials),
      timeline: rows.flatMap(({ timeline }) => timeline),
      failures: rows.flatMap(({ failures }) => failures),
    },
  )
  const lines = compared ? comparisonLines(compared) : []

  it('are a table, with the codes that said so', () => {
    expect(lines).toContainEqual(expect.stringMatching(/^a http undici ramp 0\s+40\.0\/s\s+100\/s\s+429$/))
    expect(lines).toContainEqual(expect.stringMatching(/^d smtp nodemailer ramp 0\s+over 100\/s\s+-\s+-$/))
  })

  it('say which is the fastest at which rate: who is slower and takes less is nobody’s choice', () => {
    expect(lines).toContain(
      'Fastest by rate: a http undici up to 40.0/s, then c smtp nodemailer up to 60.0/s, then d smtp nodemailer.',
    )
  })

  describe('of a client that could not offer what was planned', () => {
    const [[near, nearRamp], , , [far, farRamp]] = ways
    const held = [limited(nearRamp, 1, 1466, true), limited(farRamp, 2, 5710, true)]
    const told = compareTargets([near, nearRamp, far, farRamp], {
      trials: held.flatMap(({ trials }) => trials),
      timeline: held.flatMap(({ timeline }) => timeline),
      failures: [],
    })

    it('are what was reached, and say whose limit that was', () => {
      expect(told && comparisonLines(told)).toContainEqual(
        expect.stringMatching(/^a http undici ramp 0 +over 1,466\/s +- +client or in-flight cap$/),
      )
    })

    it('do not pass for the rate that was planned where the fastest is named', () => {
      expect(told && comparisonLines(told)).toContain(
        'Fastest by rate: a http undici up to 1,466/s, then d smtp nodemailer.',
      )
    })
  })

  it('alone are a table with no blank line after it', () => {
    const [, ramp] = ways[0]
    const alone = compareTargets([ramp], limited(ramp, 1, 40))
    expect(alone && comparisonLines(alone).map(line => line.slice(0, 10))).toEqual([
      'rate limit',
      'a http und',
    ])
  })
})

import { describe, expect, it } from 'vitest'
import { type RampRows, rateLimits } from './rate-limit.ts'

/** A ramp of one trial: what came due, was accepted and failed in each of its seconds. */
function ramp(
  trial: number,
  seconds: readonly (readonly [number, number, number])[],
  label = 'smtp',
): RampRows {
  return {
    trials: [
      {
        trial,
        label,
        purpose: 'measure',
        load: 'ramp',
        valid: true,
        dropped: 0,
        start_lag_p99_ms: 0.1,
        latency_p99_ms: 20,
      },
    ],
    timeline: seconds.map(([scheduled, accepted, failed], second) => ({
      trial,
      second,
      scheduled,
      accepted,
      failed,
    })),
    failures: seconds.some(([, , failed]) => failed > 0)
      ? [{ trial, cause: 'throttled', code: 421, enhanced_code: '4.7.1' }]
      : [],
  }
}
const together = (...runs: readonly RampRows[]): RampRows => ({
  trials: runs.flatMap(({ trials }) => trials),
  timeline: runs.flatMap(({ timeline }) => timeline),
  failures: runs.flatMap(({ failures }) => failures),
})

it('is the most that was taken in a whole second after the first refusal', () => {
  const rows = ramp(7, [
    [30, 30, 0],
    [45, 44, 1],
    [60, 41, 19],
    [75, 39, 36],
    [20, 10, 10],
  ])
  expect(rateLimits(rows)).toEqual([
    {
      label: 'smtp',
      perS: 41,
      refusedAtPerS: 45,
      offeredPerS: 75,
      reachedPerS: 44,
      heldBack: false,
      codes: ['421 4.7.1'],
    },
  ])
})

it('is not a burst that a stall made, where refusals that last come later', () => {
  const rows = ramp(1, [
    [20, 15, 5],
    [30, 30, 0],
    [40, 38, 2],
    [50, 40, 10],
    [60, 31, 29],
    [70, 39, 31],
    [5, 4, 1],
  ])
  expect(rateLimits(rows)).toMatchObject([{ perS: 40, refusedAtPerS: 40 }])
})

it('is not known of a server that took all, nor of one that refused in the last second only', () => {
  const [all] = rateLimits(
    ramp(1, [
      [20, 20, 0],
      [30, 30, 0],
    ]),
  )
  expect(all).toMatchObject({ perS: null, refusedAtPerS: null, offeredPerS: 30, codes: [] })
  const [late] = rateLimits(
    ramp(1, [
      [20, 20, 0],
      [30, 28, 2],
    ]),
  )
  expect(late).toMatchObject({ perS: null, refusedAtPerS: 30 })
})

describe('of a server that never refused', () => {
  const slow: (readonly [number, number, number])[] = [
    [200, 198, 0],
    [3000, 466, 0],
    [5710, 440, 0],
  ]
  const withTrial = (rows: RampRows, more: Partial<RampRows['trials'][number]>): RampRows => ({
    ...rows,
    trials: rows.trials.map(row => ({ ...row, ...more })),
  })

  it.each([
    ['dropped what was due', { dropped: 52_360 }],
    ['started it late', { start_lag_p99_ms: 900, latency_p99_ms: 1000 }],
  ])('is what it took, when the client %s', (_, more) => {
    expect(rateLimits(withTrial(ramp(1, slow), more))).toMatchObject([
      { perS: null, refusedAtPerS: null, offeredPerS: 5710, reachedPerS: 466, heldBack: true },
    ])
  })

  it('is not the client’s when it kept to the schedule, or when the rate was reached all the same', () => {
    expect(rateLimits(ramp(1, slow))).toMatchObject([{ reachedPerS: 466, heldBack: false }])
    const quick = ramp(2, [
      [4000, 3990, 0],
      [5710, 5700, 0],
    ])
    expect(rateLimits(withTrial(quick, { dropped: 3 }))).toMatchObject([
      { reachedPerS: 5700, heldBack: false },
    ])
    expect(rateLimits(together(withTrial(ramp(1, slow), { dropped: 9 }), quick))).toMatchObject([
      { reachedPerS: 5700, heldBack: false },
    ])
  })

  it('is no more than was asked for, where a second took what a stall had held back', () => {
    const stalled = ramp(1, [
      [20, 0, 0],
      [30, 50, 0],
    ])
    expect(rateLimits(stalled)).toMatchObject([{ offeredPerS: 30, reachedPerS: 30 }])
  })
})

it('is the median of a label’s repetitions, apart from other labels, and from trials that are no ramps', () => {
  const limited = (trial: number, perS: number, label: string) =>
    ramp(
      trial,
      [
        [perS + 1, perS, 1],
        [perS + 9, perS, 9],
        [perS + 9, perS, 9],
        [1, 1, 0],
      ],
      label,
    )
  const other = ramp(
    9,
    [
      [5, 1, 4],
      [5, 1, 4],
      [5, 1, 4],
    ],
    'closed',
  )
  const closed: RampRows = { ...other, trials: other.trials.map(row => ({ ...row, load: 'closed' })) }
  const rows = together(limited(1, 50, 'smtp'), limited(2, 10, 'http'), limited(3, 52, 'smtp'), closed)
  expect(rateLimits(rows).map(({ label, perS }) => [label, perS])).toEqual([
    ['http', 10],
    ['smtp', 51],
  ])
})

it('names a status once, where the provider’s own code repeats it', () => {
  const rows = ramp(1, [
    [20, 10, 10],
    [20, 10, 10],
  ])
  const failures = [{ trial: 1, cause: 'throttled', code: 429, enhanced_code: '429' } as const]
  expect(rateLimits({ ...rows, failures })[0]?.codes).toEqual(['429'])
})

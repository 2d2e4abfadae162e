import { expect, it } from 'vitest'
import { type RampRows, rateLimits } from './rate-limit.ts'

/** A ramp of one trial: what came due, was accepted and failed in each of its seconds. */
function ramp(
  trial: number,
  seconds: readonly (readonly [number, number, number])[],
  label = 'smtp',
): RampRows {
  return {
    trials: [{ trial, label, purpose: 'measure', load: 'ramp', valid: true }],
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
    { label: 'smtp', perS: 41, refusedAtPerS: 45, offeredPerS: 75, codes: ['421 4.7.1'] },
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

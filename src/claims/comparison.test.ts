import { describe, expect, it } from 'vitest'
import { comparisonsOf } from './comparison.ts'
import { seriesIn } from './crossover.ts'
import { exampleRun, type LabelSpec } from './run.fixture.ts'

const ROUNDS = 12
/** Of a label with half as many repetitions, which sits out every other round. */
const HALF = [1, 3, 5, 7, 9, 11]

/** Each round the machine is twice as slow: sides of different rounds are never alike. */
const drifting = (rounds: readonly number[], ms: number) => rounds.map(round => ms * 2 ** round)

const all = Array.from({ length: ROUNDS }, (_, i) => i + 1)

const sides = (rtt: number, smtp: readonly number[], http: readonly number[]): LabelSpec[] => [
  { transport: 'smtp', client: 'nodemailer', link_rtt_ms: rtt, p50s: smtp },
  { transport: 'http', client: 'undici', http_version: '1.1', link_rtt_ms: rtt, p50s: http },
]

describe('labels with unequal numbers of repetitions', () => {
  it('are paired by the round that a repetition was of, and not by its number', () => {
    const run = exampleRun(sides(0, drifting(all, 3), drifting(HALF, 2)))
    const [comparison] = comparisonsOf(run)
    expect(comparison).toMatchObject({ rounds: HALF.length, sooner: 'http' })
    expect(comparison?.ratio?.value).toBeCloseTo(1.5, 9)
    expect(comparison?.ratio?.interval?.low).toBeCloseTo(1.5, 9)
  })

  it('are still so where trials of a round are invalid', () => {
    const run = exampleRun(sides(0, drifting(all, 3), drifting(HALF, 2)))
    const trials = run.trials.map(row => ({
      ...row,
      valid: !(row.transport === 'http' && row.repetition === HALF.length),
    }))
    const [comparison] = comparisonsOf({ ...run, trials })
    expect(comparison?.rounds).toBe(HALF.length - 1)
    expect(comparison?.ratio?.value).toBeCloseTo(1.5, 9)
  })

  it('make lines over the distance from trials of one round', () => {
    const run = exampleRun([
      ...sides(0, drifting(all, 3), drifting(all, 2)),
      ...sides(20, drifting(HALF, 6), drifting(HALF, 2)),
    ])
    const [series] = seriesIn(run, comparisonsOf(run))
    // From 3 to 6 in 20 ms, and of the API level, in units of the round: the median round of six is the sixth.
    expect(series?.smtp.roundTrips).toBeCloseTo(((6 - 3) / 20) * ((2 ** 5 + 2 ** 7) / 2), 6)
    expect(series?.http.roundTrips).toBeCloseTo(0, 6)
  })
})

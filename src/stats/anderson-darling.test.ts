import { describe, expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { andersonDarling, andersonDarlingP, exponentialFit } from './anderson-darling.ts'

describe('Anderson-Darling', () => {
  test('A² of a few values equals the sum written out', () => {
    // n = 3, u = 0.2, 0.5, 0.9: −3 − [ (ln 0.2 + ln 0.1) + 3 (ln 0.5 + ln 0.5) + 5 (ln 0.9 + ln 0.8) ] / 3
    const written =
      -3 - (Math.log(0.2) + Math.log(0.1) + 3 * 2 * Math.log(0.5) + 5 * (Math.log(0.9) + Math.log(0.8))) / 3
    expect(andersonDarling([0.9, 0.2, 0.5])).toBeCloseTo(written, 12)
  })

  // Stephens, "EDF statistics for goodness of fit", JASA 69 (1974), table 1: all parameters known.
  test.each([
    [1.933, 0.1],
    [2.492, 0.05],
    [3.07, 0.025],
    [3.857, 0.01],
  ])('the upper tail at %d is %d', (z, p) => {
    expect(andersonDarlingP(z)).toBeCloseTo(p, 3)
  })

  test('rejects a true hypothesis about as often as it says', () => {
    const random = createRandom('a-d')
    const trials = 2000
    let rejected = 0
    for (let i = 0; i < trials; i++) {
      const gaps = Array.from({ length: 200 }, () => random.exponential(3))
      if (exponentialFit(gaps, 3).p < 0.05) rejected += 1
    }
    // Binomial(2000, 0.05): four standard deviations are 39.
    expect(Math.abs(rejected - 100)).toBeLessThan(39)
  })

  test('finds gaps that are constant, or of another mean', () => {
    const random = createRandom('other')
    const slow = Array.from({ length: 2000 }, () => random.exponential(1.3))
    expect(exponentialFit(slow, 1).p).toBeLessThan(0.001)
    expect(
      exponentialFit(
        Array.from({ length: 500 }, () => 1),
        1,
      ).p,
    ).toBeLessThan(0.001)
  })

  test('takes a gap of 0 without an infinity', () => {
    expect(Number.isFinite(exponentialFit([0, 1, 2], 1).a2)).toBe(true)
  })
})

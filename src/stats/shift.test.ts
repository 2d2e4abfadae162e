import { describe, expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { shiftBetween, shiftOfPairs } from './shift.ts'

describe('between two samples', () => {
  test('Hollander and Wolfe, example 4.5: -0.305, and with 96 percent between -0.76 and 0.15', () => {
    const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    const early = [1.15, 0.88, 0.9, 0.74, 1.21]
    const { estimate, interval } = shiftBetween(term, early, 0.95)
    expect(estimate).toBeCloseTo(-0.305, 9)
    expect(interval?.low).toBeCloseTo(-0.76, 9)
    expect(interval?.high).toBeCloseTo(0.15, 9)
  })

  test('three values a side have no interval, four have one', () => {
    expect(shiftBetween([1, 2, 3], [4, 5, 6], 0.95).interval).toBeUndefined()
    expect(shiftBetween([1, 2, 3, 4], [5, 6, 7, 8], 0.95).interval).toEqual({ low: 1, high: 7 })
  })

  test.each([10, 65])('encloses the true shift of %d values a side in 95 of 100 cases', n => {
    const random = createRandom('coverage')
    const draw = (shift: number) => Array.from({ length: n }, () => random.exponential(1) + shift)
    const rounds = n === 10 ? 2000 : 300
    let enclosed = 0
    for (let round = 0; round < rounds; round++) {
      const { interval } = shiftBetween(draw(0), draw(0.5), 0.95)
      if (interval && interval.low <= 0.5 && interval.high >= 0.5) enclosed++
    }
    expect(enclosed / rounds).toBeGreaterThan(0.93)
    expect(enclosed / rounds).toBeLessThan(0.985)
  })
})

test('bounds of 97.5 percent, of which two hold together with 95, are wider, of many values too', () => {
  const many = Array.from({ length: 65 }, (_, i) => Math.sin(i))
  const [narrow, wide] = [0.95, 0.975].map(confidence => shiftBetween(many, many, confidence).interval)
  expect(wide?.low).toBeLessThan(narrow?.low ?? 0)
  expect(wide?.high).toBeGreaterThan(narrow?.high ?? 0)
})

describe('of pairs', () => {
  test('Hollander and Wolfe, example 3.3: -0.46, and with 96 percent between -0.786 and -0.010', () => {
    const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
    const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    const { estimate, interval } = shiftOfPairs(
      after.map((value, i) => value - (before[i] as number)),
      0.95,
    )
    expect(estimate).toBeCloseTo(-0.46, 9)
    expect(interval?.low).toBeCloseTo(-0.786, 9)
    expect(interval?.high).toBeCloseTo(-0.01, 9)
  })

  test('five pairs have no interval, six have one', () => {
    expect(shiftOfPairs([1, 2, 3, 4, 5], 0.95).interval).toBeUndefined()
    expect(shiftOfPairs([1, 2, 3, 4, 5, 6], 0.95).interval).toEqual({ low: 1, high: 6 })
  })
})

test('of nothing there is no shift', () => {
  expect(() => shiftBetween([], [1], 0.95)).toThrow(RangeError)
  expect(() => shiftOfPairs([], 0.95)).toThrow(RangeError)
})

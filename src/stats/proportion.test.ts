import { expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { shareDifference, wilsonInterval } from './proportion.ts'

// Newcombe (1998), table I, method 3.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('Newcombe 1998: %d of %d lies between %d and %d', (events, n, low, high) => {
  const interval = wilsonInterval(events, n)
  expect(interval?.low).toBeCloseTo(low, 4)
  expect(interval?.high).toBeCloseTo(high, 4)
})

test('its ends are the shares from which the observed one is 1.96 standard errors away', () => {
  const random = createRandom('wilson')
  for (let round = 0; round < 200; round++) {
    const n = 2 + random.integer(5000)
    const events = 1 + random.integer(n - 1)
    const interval = wilsonInterval(events, n)
    for (const bound of [interval?.low ?? Number.NaN, interval?.high ?? Number.NaN]) {
      const score = Math.abs(events / n - bound) / Math.sqrt((bound * (1 - bound)) / n)
      expect(score).toBeCloseTo(1.959964, 5)
    }
  }
})

test('no failure at all still leaves room for some', () => {
  expect(wilsonInterval(0, 100)?.low).toBe(0)
  expect(wilsonInterval(0, 100)?.high).toBeCloseTo(0.037, 3)
  expect(wilsonInterval(100, 100)?.high).toBe(1)
})

test('nothing observed has no interval', () => {
  expect(wilsonInterval(0, 0)).toBeUndefined()
})

test.each([
  [-1, 5],
  [6, 5],
  [1.5, 5],
  [Number.NaN, 5],
])('%d of %d is refused', (events, n) => {
  expect(() => wilsonInterval(events, n)).toThrow(RangeError)
})

// Newcombe 1998, table II, method 10.
test.each([
  [56, 70, 48, 80, 0.0524, 0.3339],
  [9, 10, 3, 10, 0.1705, 0.809],
  [5, 56, 0, 29, -0.0381, 0.1926],
  [0, 10, 0, 20, -0.1611, 0.2775],
  [10, 10, 0, 10, 0.6075, 1],
])('the difference of %i/%i and %i/%i has the published bounds', (a, n, b, m, low, high) => {
  const difference = shareDifference([a, n], [b, m])
  expect(difference?.value).toBeCloseTo(a / n - b / m, 12)
  expect(difference?.low).toBeCloseTo(low, 4)
  expect(difference?.high).toBeCloseTo(high, 4)
})

test('the difference of shares is unknown when a side is empty', () => {
  expect(shareDifference([0, 0], [1, 2])).toBeUndefined()
})

import { expect, test } from 'vitest'
import { median, medianInterval } from './median.ts'

test('the median of an even number is the mean of the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([9, 1, 5])).toBe(5)
  expect(median([7])).toBe(7)
  expect(median([])).toBeUndefined()
})

test('ten repetitions bound their median by the second and the ninth', () => {
  expect(medianInterval([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])).toEqual({ low: 2, high: 9 })
})

test('five repetitions cannot bound their median', () => {
  expect(medianInterval([1, 2, 3, 4, 5])).toBeUndefined()
  expect(medianInterval([1, 2, 3, 4, 5, 6])).toEqual({ low: 1, high: 6 })
})

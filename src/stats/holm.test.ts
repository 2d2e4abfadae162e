import { expect, test } from 'vitest'
import { holm } from './holm.ts'

test('the smallest pays for all, the next for one less, and none comes below the one before', () => {
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02])
})

test('none is surer than 1, and nothing stays nothing', () => {
  expect(holm([0.6, 0.9])).toEqual([1, 1])
  expect(holm([])).toEqual([])
})

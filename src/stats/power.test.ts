import { expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { repetitionsNeeded } from './power.ts'
import { mannWhitney } from './rank-sum.ts'

test('without any spread only the test itself sets a limit', () => {
  expect(repetitionsNeeded(0.05, 0, 0.05)).toBe(4)
  expect(repetitionsNeeded(0.05, 0, 0.05 / 200)).toBe(8)
})

test.each([0.5, 1, 2])('finds a shift of one against a spread of %d in four of five comparisons', spread => {
  const random = createRandom('power')
  const n = repetitionsNeeded(1, spread, 0.05)
  const rounds = 600
  let found = 0
  for (let round = 0; round < rounds; round++) {
    const draw = (shift: number) => Array.from({ length: n }, () => random.normal() * spread + shift)
    if (mannWhitney(draw(0), draw(1)).p <= 0.05) found++
  }
  expect(found / rounds).toBeGreaterThan(0.74)
})

test('a shift that drowns in noise is not promised', () => {
  expect(repetitionsNeeded(0.0001, 1, 0.05)).toBe(1000)
})

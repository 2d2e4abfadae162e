import { expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { signedSumsOf, signFlip } from './signed-rank.ts'

/** Fisher (1935), §17 and §21: Darwin's heights of cross- and self-fertilised maize, differences in eighths of an inch. */
const darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]

test("Fisher 1935: 863 of 32,768 assignments of Darwin's fifteen pairs are as extreme on one side", () => {
  expect(signFlip(darwin, createRandom('unused')) * 2 ** 15).toBeCloseTo(2 * 863, 6)
})

test('more pairs than can be tried are sampled, and come near', () => {
  const pairs = Array.from({ length: 19 }, (_, i) => (i % 3 === 0 ? -1 : 1) * (i + 1))
  const exact = signFlip(pairs.slice(0, 18), createRandom('a'))
  const sampled = signFlip([...pairs.slice(0, 18), 0], createRandom('a'))
  expect(Math.abs(sampled - exact)).toBeLessThan(0.01)
})

test('no difference at all is no evidence', () => {
  expect(signFlip([0, 0, 0], createRandom('a'))).toBe(1)
  expect(() => signFlip([], createRandom('a'))).toThrow(RangeError)
})

test('all 2^n choices of ranks are counted', () => {
  expect([...signedSumsOf(3)]).toEqual([1, 1, 1, 2, 1, 1, 1])
  expect(signedSumsOf(20).reduce((sum, ways) => sum + ways, 0)).toBe(2 ** 20)
})

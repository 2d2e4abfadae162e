import { describe, expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import { doubledRanks, mannWhitney, smallestP } from './rank-sum.ts'

/** Hollander and Wolfe (1999), example 4.1: permeability of human chorioamnion, two terms of pregnancy. */
const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
const early = [1.15, 0.88, 0.9, 0.74, 1.21]

/** A second implementation: every way to choose the second sample from all values. */
function enumeratedP(first: readonly number[], second: readonly number[]): number {
  const all = [...first, ...second]
  const pairs = (chosen: ReadonlySet<number>) => {
    let sum = 0
    for (const b of chosen)
      for (const [i, a] of all.entries()) if (!chosen.has(i)) sum += Math.sign((all[b] as number) - a)
    return sum
  }
  const observed = Math.abs(pairs(new Set(second.map((_, i) => i + first.length))))
  let extreme = 0
  let ways = 0
  for (let mask = 0; mask < 2 ** all.length; mask++) {
    const chosen = new Set([...all.keys()].filter(i => (mask >> i) & 1))
    if (chosen.size !== second.length) continue
    ways++
    if (Math.abs(pairs(chosen)) >= observed) extreme++
  }
  return extreme / ways
}

describe('Mann-Whitney', () => {
  test('Hollander and Wolfe, example 4.1: W = 35 of the first, P = 0.127 on one side', () => {
    const { u, p } = mannWhitney(early, term)
    expect(u).toBe(35)
    expect(p / 2).toBeCloseTo(0.1272, 4)
  })

  test('agrees with an enumeration of all samples, ties or not', () => {
    const random = createRandom('mann-whitney')
    for (let round = 0; round < 40; round++) {
      const draw = (n: number) => Array.from({ length: n }, () => random.integer(round % 2 ? 4 : 1000))
      const first = draw(2 + random.integer(4))
      const second = draw(2 + random.integer(4))
      expect(mannWhitney(first, second).p).toBeCloseTo(enumeratedP(first, second), 9)
    }
  })

  test('is as sure whichever sample is named first, and turns its direction round', () => {
    const there = mannWhitney(early, term)
    const back = mannWhitney(term, early)
    expect(back.p).toBeCloseTo(there.p, 12)
    expect(back.dominance).toBeCloseTo(-there.dominance, 12)
  })

  test('calls samples of one value each the same', () => {
    expect(mannWhitney([3, 3, 3], [3, 3])).toEqual({ u: 3, p: 1, dominance: 0 })
    expect(mannWhitney(new Array(70).fill(1), new Array(70).fill(1)).p).toBe(1)
  })

  test('goes over into its approximation without a step', () => {
    const random = createRandom('large')
    const draw = (n: number, shift: number) => Array.from({ length: n }, () => random.normal() + shift)
    const first = draw(61, 0)
    const second = draw(60, 0.4)
    const approximate = mannWhitney(first, second).p
    const exact = mannWhitney(first.slice(1), second).p
    expect(Math.abs(Math.log(approximate / exact))).toBeLessThan(0.35)
  })

  test('of no values is nothing', () => {
    expect(() => mannWhitney([], [1])).toThrow(RangeError)
  })
})

test('ties share the mean of their ranks', () => {
  expect(doubledRanks([5, 1, 5, 9])).toEqual([5, 2, 5, 8])
})

test.each([
  [3, 3, 2 / 20],
  [5, 5, 2 / 252],
  [10, 10, 2 / 184_756],
])('%d against %d values cannot be surer than %d', (first, second, p) => {
  expect(smallestP(first, second)).toBeCloseTo(p, 12)
  const low = Array.from({ length: first }, (_, i) => i)
  const high = Array.from({ length: second }, (_, i) => 100 + i)
  expect(mannWhitney(low, high).p).toBeCloseTo(p, 12)
})

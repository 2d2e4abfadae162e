import { describe, expect, test } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import { createRandom } from '../random.ts'
import { constantRate, poisson, ramp, type Schedule } from './schedule.ts'

function first(schedule: Schedule, count: number, seed = 'a'): number[] {
  const arrivals: number[] = []
  for (const atNs of schedule.arrivals(createRandom(seed))) {
    if (arrivals.length === count) break
    arrivals.push(atNs)
  }
  return arrivals
}

const seconds = (arrivals: readonly number[]) => arrivals.map(atNs => atNs / NS_PER_S)

describe('constant rate', () => {
  test.each([
    { name: 'one a second', ratePerS: 1, expected: [0, 1e9, 2e9, 3e9] },
    {
      name: 'a rate whose gap is no whole nanosecond',
      ratePerS: 3,
      expected: [0, 333333333, 666666667, 1e9],
    },
    { name: 'less than one a second', ratePerS: 0.5, expected: [0, 2e9, 4e9, 6e9] },
  ])('$name', ({ ratePerS, expected }) => {
    expect(first(constantRate(ratePerS), 4)).toEqual(expected)
  })

  test('rounding does not accumulate over a million arrivals', () => {
    const arrivals = first(constantRate(7), 1_000_001)
    expect(arrivals.at(-1)).toBe(Math.round((1_000_000 * NS_PER_S) / 7))
  })
})

describe('poisson', () => {
  test('the same seed gives the same arrivals, another seed others', () => {
    expect(first(poisson(100), 50)).toEqual(first(poisson(100), 50))
    expect(first(poisson(100), 50)).not.toEqual(first(poisson(100), 50, 'b'))
  })

  test('gaps have the mean and the coefficient of variation of an exponential', () => {
    const arrivals = first(poisson(1000), 200_000)
    const gaps = arrivals.slice(1).map((atNs, i) => atNs - (arrivals[i] ?? 0))
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length
    // Standard error of the mean of 200,000 exponential gaps: 0.22 %.
    expect(mean / 1e6).toBeCloseTo(1, 1)
    expect(Math.abs(mean / 1e6 - 1)).toBeLessThan(0.01)
    expect(Math.abs(Math.sqrt(variance) / mean - 1)).toBeLessThan(0.02)
  })

  test('arrivals are integers and never fall', () => {
    const arrivals = first(poisson(1e6), 10_000)
    expect(arrivals.every(Number.isInteger)).toBe(true)
    expect(arrivals.every((atNs, i) => i === 0 || atNs >= (arrivals[i - 1] ?? 0))).toBe(true)
  })
})

describe('ramp', () => {
  test('from 0 to 10 a second in 2 s: ten arrivals, at the roots of 2.5 t² = k', () => {
    const schedule = ramp([{ fromPerS: 0, toPerS: 10, durationNs: 2 * NS_PER_S }])
    const arrivals = seconds(first(schedule, 100))
    expect(arrivals).toHaveLength(10)
    for (const [k, t] of arrivals.entries()) expect(t).toBeCloseTo(Math.sqrt(k / 2.5), 6)
  })

  test('up and back down is symmetric in numbers, and ends with its last segment', () => {
    const up = { fromPerS: 100, toPerS: 300, durationNs: NS_PER_S }
    const down = { fromPerS: 300, toPerS: 100, durationNs: NS_PER_S }
    const arrivals = seconds(first(ramp([up, down]), 10_000))
    expect(arrivals).toHaveLength(400)
    expect(arrivals.filter(t => t < 1)).toHaveLength(200)
    expect(Math.max(...arrivals)).toBeLessThan(2)
    expect(arrivals.every((t, i) => i === 0 || t > (arrivals[i - 1] ?? 0))).toBe(true)
  })

  test('a segment whose count is no whole number carries the rest into the next', () => {
    const segment = { fromPerS: 1.5, toPerS: 1.5, durationNs: NS_PER_S }
    expect(seconds(first(ramp([segment, segment]), 10))).toEqual([0, 0.666666667, 1.333333333])
  })
})

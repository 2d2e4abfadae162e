import { describe, expect, test } from 'vitest'
import { createRandom, type Random } from '../random.ts'
import type { Bins } from '../run-store/bins.ts'
import { type Blocks, bootstrapPercentiles } from './bootstrap.ts'
import { mergedBins, percentile, percentileInterval } from './quantile.ts'

/** A block of `n` whole values about `center`. */
function block(n: number, center: number, random: Random): Bins {
  return mergedBins(Array.from({ length: n }, () => [[Math.round(center + 100 * random.normal()), 1]]))
}

/** Repetitions whose centers differ by `spread`, of eight blocks each. */
function repetitions(count: number, n: number, spread: number, random: Random): Blocks[] {
  return Array.from({ length: count }, () => {
    const center = 10_000 + spread * random.normal()
    return Array.from({ length: 8 }, () => block(n, center, random))
  })
}

describe('the hierarchical bootstrap', () => {
  test('one seed gives one interval', () => {
    const data = repetitions(5, 60, 50, createRandom('data'))
    const once = bootstrapPercentiles(data, [0.5, 0.9], createRandom(7))
    expect(bootstrapPercentiles(data, [0.5, 0.9], createRandom(7))).toEqual(once)
    expect(bootstrapPercentiles(data, [0.5, 0.9], createRandom(8))).not.toEqual(once)
  })

  test('it agrees with resampling spelled out value by value', () => {
    const data = repetitions(3, 20, 80, createRandom('small'))
    const random = createRandom('same draws')
    const medians = Array.from({ length: 1000 }, () => {
      const drawn: Bins[] = []
      for (let i = 0; i < data.length; i++) {
        const run = data[random.integer(data.length)] ?? []
        for (let j = 0; j < run.length; j++) drawn.push(run[random.integer(run.length)] ?? [])
      }
      return percentile(mergedBins(drawn), 0.5) ?? Number.NaN
    }).sort((a, b) => a - b)
    const [interval] = bootstrapPercentiles(data, [0.5], createRandom('same draws'))
    expect(interval).toEqual({ low: medians[24], high: medians[975] })
  })

  test('a spread between runs widens it, beyond what the submissions of one run show', () => {
    const data = repetitions(10, 100, 200, createRandom('spread'))
    const [bounds] = bootstrapPercentiles(data, [0.5], createRandom(1))
    const naive = percentileInterval(mergedBins(data.flat()), 0.5)
    const width = (interval: { low: number; high: number } | undefined) =>
      interval ? interval.high - interval.low : Number.NaN
    expect(width(bounds)).toBeGreaterThan(5 * width(naive))
  })

  test('with twenty repetitions it encloses the true median about as often as it claims', () => {
    const random = createRandom('coverage')
    const rounds = 200
    let enclosed = 0
    for (let round = 0; round < rounds; round++) {
      const [bounds] = bootstrapPercentiles(repetitions(20, 5, 100, random), [0.5], random)
      if (bounds && bounds.low <= 10_000 && bounds.high >= 10_000) enclosed++
    }
    expect(enclosed / rounds).toBeGreaterThan(0.88)
    expect(enclosed / rounds).toBeLessThan(0.995)
  })

  test('one repetition falls back to order statistics', () => {
    const [only] = repetitions(1, 60, 0, createRandom('one'))
    const blocks = only ?? []
    expect(bootstrapPercentiles([blocks], [0.5], createRandom(1))).toEqual([
      percentileInterval(mergedBins(blocks), 0.5),
    ])
  })

  test('too few samples in all have no bounds, whatever the repetitions', () => {
    const data = repetitions(4, 10, 0, createRandom('few'))
    const [p50, p99] = bootstrapPercentiles(data, [0.5, 0.99], createRandom(1))
    expect(p50).toBeDefined()
    expect(p99).toBeUndefined()
  })

  test('repetitions and blocks without a sample are left out', () => {
    const data = repetitions(3, 30, 20, createRandom('gaps'))
    const gaps = [...data.map(run => [[], ...run, []]), [], [[]]]
    expect(bootstrapPercentiles(gaps, [0.5], createRandom(3))).toEqual(
      bootstrapPercentiles(data, [0.5], createRandom(3)),
    )
    expect(bootstrapPercentiles([], [0.5], createRandom(3))).toEqual([undefined])
  })
})

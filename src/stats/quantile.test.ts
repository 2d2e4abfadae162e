import { describe, expect, test } from 'vitest'
import { createRandom } from '../random.ts'
import {
  coverageOf,
  mergedBins,
  minimumSamples,
  percentile,
  percentileInterval,
  rankInterval,
  rankOf,
} from './quantile.ts'

/** P(B = k) by whole numbers, for p = percent / 100: slow, and right. */
function exactProbability(n: number, percent: number, k: number): number {
  let ways = 1n
  for (let i = 1; i <= k; i++) ways = (ways * BigInt(n - i + 1)) / BigInt(i)
  const favourable = ways * BigInt(percent) ** BigInt(k) * BigInt(100 - percent) ** BigInt(n - k)
  return Number((favourable * 10n ** 18n) / 100n ** BigInt(n)) / 1e18
}

const singles = (values: readonly number[]) => values.map(value => [value, 1] as const)

describe('the samples that a percentile needs', () => {
  test.each([
    [0.5, 6],
    [0.9, 36],
    [0.99, 368],
    [0.999, 3688],
    [0.9999, 36_887],
    [0.01, 368],
  ])('p = %d needs %d', (p, n) => {
    expect(minimumSamples(p)).toBe(n)
    expect(rankInterval(n, p)).toBeDefined()
    expect(rankInterval(n - 1, p)).toBeUndefined()
  })
})

describe('order-statistic bounds', () => {
  test('Conover (1999), §3.2: 16 transistors, upper quartile, P(B ≤ 9) = .0796 and P(B ≤ 14) = .9365', () => {
    expect(coverageOf(16, 0.75, 0, 10)).toBeCloseTo(0.0796, 4)
    expect(coverageOf(16, 0.75, 0, 15)).toBeCloseTo(0.9365, 4)
    expect(coverageOf(16, 0.75, 10, 15)).toBeCloseTo(0.9365 - 0.0796, 3)
  })

  // A textbook's Table A.7, "Confidence Intervals for the Population Median": levels to a tenth of a percent.
  test.each([
    [6, 1, 6, 0.969],
    [10, 2, 9, 0.979],
    [12, 3, 10, 0.961],
    [15, 4, 12, 0.965],
    [20, 6, 15, 0.959],
  ])(
    'by the published table, the median of %d lies between ranks %d and %d, with %d',
    (n, low, high, coverage) => {
      const interval = rankInterval(n, 0.5)
      expect(interval).toMatchObject({ lowRank: low, highRank: high })
      expect(interval?.coverage).toBeCloseTo(coverage, 3)
    },
  )

  test('the median of 100 lies between the 40th and the 61st, with 96.48 %', () => {
    const interval = rankInterval(100, 0.5)
    expect(interval).toMatchObject({ lowRank: 40, highRank: 61 })
    expect(interval?.coverage).toBeCloseTo(0.9648, 4)
  })

  test('ranks agree with brute force over all pairs', () => {
    for (const percent of [10, 50, 75, 90]) {
      for (const n of [36, 40, 57, 100, 163]) {
        const cumulative = [0]
        for (let k = 0; k <= n; k++)
          cumulative.push((cumulative[k] as number) + exactProbability(n, percent, k))
        // cumulative[k] is P(B ≤ k − 1).
        const low = cumulative.findLastIndex((below, k) => k >= 1 && k <= n && below <= 0.025)
        const high = cumulative.findIndex((below, k) => k >= 1 && k <= n && 1 - below <= 0.025)
        const interval = rankInterval(n, percent / 100)
        expect(interval, `n ${n}, p${percent}`).toMatchObject({ lowRank: low, highRank: high })
        expect(interval?.coverage).toBeCloseTo((cumulative[high] as number) - (cumulative[low] as number), 12)
      }
    }
  })

  test('the bounds enclose the true quantile as often as they claim', () => {
    const random = createRandom('coverage')
    const rounds = 2000
    let enclosed = 0
    for (let round = 0; round < rounds; round++) {
      const values = Array.from({ length: 400 }, () => random.next()).sort((a, b) => a - b)
      const interval = percentileInterval(singles(values), 0.9)
      if (interval && interval.low <= 0.9 && interval.high >= 0.9) enclosed++
    }
    const claimed = rankInterval(400, 0.9)?.coverage ?? 0
    expect(claimed).toBeGreaterThanOrEqual(0.95)
    // Four standard errors of a share of 2,000.
    expect(Math.abs(enclosed / rounds - claimed)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / rounds))
  })

  test('two million samples take ranks near the normal approximation', () => {
    const interval = rankInterval(2_000_000, 0.99)
    const reach = 1.96 * Math.sqrt(2_000_000 * 0.99 * 0.01)
    expect(interval?.lowRank).toBeCloseTo(1_980_000 - reach, -1)
    expect(interval?.highRank).toBeCloseTo(1_980_000 + reach, -1)
    expect(interval?.coverage).toBeGreaterThanOrEqual(0.95)
    expect(interval?.coverage).toBeLessThan(0.952)
  })
})

describe('percentiles of buckets', () => {
  test('a percentile is the value at rank ⌈pn⌉', () => {
    const bins = [
      [10, 500],
      [20, 490],
      [30, 10],
    ] as const
    expect(percentile(bins, 0.5)).toBe(10)
    expect(percentile(bins, 0.501)).toBe(20)
    expect(percentile(bins, 0.99)).toBe(20)
    expect(percentile(bins, 0.991)).toBe(30)
  })

  test('the rank forgives the last digit of p · n', () => {
    expect(0.07 * 100).toBeGreaterThan(7)
    expect(rankOf(100, 0.07)).toBe(7)
    expect(rankOf(1_000_000, 0.999)).toBe(999_000)
  })

  test('a percentile and its bounds are undefined together', () => {
    const bins = [[10, 367]] as const
    expect(percentile(bins, 0.99)).toBeUndefined()
    expect(percentileInterval(bins, 0.99)).toBeUndefined()
    expect(percentile([], 0.5)).toBeUndefined()
  })

  test('merging adds the counts of equal values and keeps the order', () => {
    const merged = mergedBins([
      [
        [5, 1],
        [9, 2],
      ],
      [
        [1, 4],
        [9, 3],
      ],
    ])
    expect(merged).toEqual([
      [1, 4],
      [5, 1],
      [9, 5],
    ])
  })
})

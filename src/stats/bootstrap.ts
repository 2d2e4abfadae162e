import type { Random } from '../random.ts'
import type { Bins } from '../run-store/bins.ts'
import { CONFIDENCE, type Interval } from './interval.ts'
import { countOf, mergedBins, minimumSamples, percentileInterval, rankOf } from './quantile.ts'

const RESAMPLES = 1000

/** The blocks of one repetition, in the order of time. */
export type Blocks = readonly Bins[]

/**
 * Every block's counts at or below each distinct value: cumulative[v * blocks + b]. A resample is then only a
 * vector of how often each block was drawn, and its percentile a binary search over v.
 */
interface Pool {
  readonly values: readonly number[]
  readonly cumulative: Float64Array
  readonly blockCounts: readonly number[]
  /** Numbers of the blocks of each repetition. */
  readonly runs: readonly (readonly number[])[]
}

function poolOf(repetitions: readonly Blocks[]): Pool {
  const blocks = repetitions.flat()
  const values = mergedBins(blocks).map(([valueNs]) => valueNs)
  const cumulative = new Float64Array(values.length * blocks.length)
  for (const [b, bins] of blocks.entries()) {
    let next = 0
    let sum = 0
    for (const [v, value] of values.entries()) {
      const bin = bins[next]
      if (bin?.[0] === value) {
        sum += bin[1]
        next++
      }
      cumulative[v * blocks.length + b] = sum
    }
  }
  let numbered = 0
  const runs = repetitions.map(run => run.map(() => numbered++))
  return { values, cumulative, blockCounts: blocks.map(countOf), runs }
}

/** How often each block is drawn: runs with replacement, then in each its blocks with replacement. */
function draw(pool: Pool, random: Random, times: Float64Array): void {
  times.fill(0)
  for (let i = 0; i < pool.runs.length; i++) {
    const run = pool.runs[random.integer(pool.runs.length)] ?? []
    for (let j = 0; j < run.length; j++) {
      const block = run[random.integer(run.length)] as number
      times[block] = (times[block] as number) + 1
    }
  }
}

/** The smallest value at or below which the resample has at least `rank` of its counts. */
function resampledValue(pool: Pool, times: Float64Array, rank: number): number {
  const blocks = times.length
  let low = 0
  let high = pool.values.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    let reached = 0
    for (let b = 0; b < blocks; b++)
      reached += (times[b] as number) * (pool.cumulative[middle * blocks + b] as number)
    if (reached >= rank) high = middle
    else low = middle + 1
  }
  return pool.values[low] as number
}

/** The α/2 and 1 − α/2 order statistics of the resampled percentiles. */
function boundsOf(resampled: Float64Array): Interval {
  resampled.sort()
  const rank = Math.floor((resampled.length + 1) * ((1 - CONFIDENCE) / 2))
  return { low: resampled[rank - 1] as number, high: resampled[resampled.length - rank] as number }
}

/**
 * 95 % bounds on percentiles of pooled repetitions, by a hierarchical bootstrap: runs are drawn with
 * replacement, then blocks within each, because neither submissions nor blocks of one run are independent.
 * Davison and Hinkley, Bootstrap Methods and their Application (1997), §3.8 (two-stage resampling), §5.3.1
 * (percentile bounds); Kalibera and Jones, Rigorous benchmarking in reasonable time, ISMM 2013.
 *
 * Anti-conservative with few repetitions: the variance between R runs is estimated too small by a factor of
 * (R − 1)/R, and bounds can never leave the range of what was seen. Below about ten repetitions read them
 * as too narrow. One repetition shows nothing of the spread between runs: it gets the order-statistic bounds.
 *
 * Cost: R × 8 blocks and V distinct values cost R · 8 · V once, then 1000 · R · 8 · log₂ V a percentile.
 */
export function bootstrapPercentiles(
  repetitions: readonly Blocks[],
  quantiles: readonly number[],
  random: Random,
): (Interval | undefined)[] {
  const runs = repetitions.map(run => run.filter(bins => bins.length > 0)).filter(run => run.length > 0)
  const all = runs.flat()
  if (runs.length < 2) return quantiles.map(p => percentileInterval(mergedBins(all), p))
  const pool = poolOf(runs)
  const n = pool.blockCounts.reduce((sum, count) => sum + count, 0)
  const resampled = quantiles.map(() => new Float64Array(RESAMPLES))
  const times = new Float64Array(all.length)
  for (let i = 0; i < RESAMPLES; i++) {
    draw(pool, random, times)
    const drawn = pool.blockCounts.reduce((sum, count, b) => sum + count * (times[b] as number), 0)
    for (const [q, p] of quantiles.entries()) {
      ;(resampled[q] as Float64Array)[i] = resampledValue(pool, times, rankOf(drawn, p))
    }
  }
  return quantiles.map((p, q) => (n < minimumSamples(p) ? undefined : boundsOf(resampled[q] as Float64Array)))
}

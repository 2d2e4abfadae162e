import { smallestP } from './rank-sum.ts'

/** 0.8416: the quantile of the normal distribution that stands for a power of 80 %. */
const Z_POWER = 0.8416212335729143
/** The rank test needs π/3 of the t test's values where errors are normal: Lehmann (1975), §2.4. */
const EFFICIENCY = Math.PI / 3
export const REPETITIONS_MAX = 1000

/**
 * The normal quantile of 1 − p, for small p: Abramowitz and Stegun (1964), 26.2.23, error below 4.5e-4.
 */
function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(p))
  return (
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3)
  )
}

/**
 * How many repetitions a side are needed to find a shift in four of five comparisons: enough that the exact test can
 * reach `alpha` at all, and enough for the spread between repetitions. G. E. Noether, Sample size determination for
 * some common nonparametric tests, JASA 82 (1987) 645–647.
 * @param spread standard deviation of a repetition's figure, in the unit of the shift
 * @param alpha two-sided, after the correction for as many tests
 */
export function repetitionsNeeded(shift: number, spread: number, alpha: number): number {
  let needed = 2
  while (needed < REPETITIONS_MAX && smallestP(needed, needed) > alpha) needed++
  const z = normalQuantile(alpha / 2)
  // The last term: what few values need more than many, as of the t test (Guenther, American Statistician 35 (1981) 243–244).
  const forSpread = Math.ceil(2 * EFFICIENCY * (((z + Z_POWER) * spread) / shift) ** 2 + z ** 2 / 4)
  return Math.min(REPETITIONS_MAX, Math.max(needed, forSpread))
}

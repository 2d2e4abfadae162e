import type { Random } from '../random.ts'

/** In how many ways the ranks 1 to n, each taken or not, sum to each value. */
export function signedSumsOf(n: number): Float64Array {
  const total = (n * (n + 1)) / 2
  const ways = new Float64Array(total + 1)
  ways[0] = 1
  for (let rank = 1; rank <= n; rank++)
    for (let sum = total; sum >= rank; sum--) ways[sum] = (ways[sum] as number) + (ways[sum - rank] as number)
  return ways
}

/** All 2^n signs are tried up to here. */
const EXACT_MAX = 18
const DRAWS = 100_000

/** Sums that differ by rounding alone are equal. */
const isAsExtreme = (sum: number, observed: number) => Math.abs(sum) >= observed * (1 - 1e-9)

function exactP(values: readonly number[], observed: number): number {
  let extreme = 0
  // A Gray code: from one assignment to the next a single sign turns.
  const signs = values.map(() => 1)
  let sum = values.reduce((all, value) => all + value, 0)
  const all = 2 ** values.length
  for (let step = 1; step <= all; step++) {
    if (isAsExtreme(sum, observed)) extreme++
    const turned = 31 - Math.clz32(step & -step)
    if (turned >= values.length) break
    const sign = -(signs[turned] as number)
    signs[turned] = sign
    sum += 2 * sign * (values[turned] as number)
  }
  return extreme / all
}

/** The observed assignment is one of those that are counted: B. Phipson, G. K. Smyth, SAGMB 9 (2010), 39. */
function sampledP(values: readonly number[], observed: number, random: Random): number {
  let extreme = 1
  for (let draw = 0; draw < DRAWS; draw++) {
    const sum = values.reduce((all, value) => (random.next() < 0.5 ? all + value : all - value), 0)
    if (isAsExtreme(sum, observed)) extreme++
  }
  return extreme / (DRAWS + 1)
}

/**
 * Two-sided p of paired differences: how often their sum is as far from 0 when each might as well have had the
 * other sign. R. A. Fisher, The Design of Experiments (1935), §21. Exact up to 18 pairs, then of 100,000 draws.
 * @throws RangeError when there is none
 */
export function signFlip(differences: readonly number[], random: Random): number {
  if (differences.length === 0) throw new RangeError('nothing to compare')
  const observed = Math.abs(differences.reduce((all, value) => all + value, 0))
  if (observed === 0) return 1
  return differences.length <= EXACT_MAX
    ? exactP(differences, observed)
    : sampledP(differences, observed, random)
}

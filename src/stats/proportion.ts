import type { Interval } from './interval.ts'

/** The normal quantile of 0.975: two-sided 95 %. */
const Z = 1.959963984540054

/**
 * Wilson's score interval for a share. E. B. Wilson, Probable inference, the law of succession, and
 * statistical inference, JASA 22 (1927) 209–212; recommended for small shares by Newcombe, Statistics in
 * Medicine 17 (1998) 857–872, method 3. Unlike p ± z·s it is honest at 0 failures of n: it then says
 * how many there may be. Undefined when n is 0.
 */
export function wilsonInterval(events: number, n: number): Interval | undefined {
  if (!(Number.isInteger(events) && Number.isInteger(n) && events >= 0 && events <= n))
    throw new RangeError(`${events} of ${n} is no share`)
  if (n === 0) return undefined
  const center = 2 * events + Z * Z
  const reach = Z * Math.sqrt(Z * Z + 4 * events * (1 - events / n))
  const scale = 2 * (n + Z * Z)
  // At the ends the formula is exactly 0 or 1; rounding must not print -1e-19.
  return {
    low: events === 0 ? 0 : (center - reach) / scale,
    high: events === n ? 1 : (center + reach) / scale,
  }
}

/**
 * Bounds on how much the second share exceeds the first: R. G. Newcombe, Interval estimation for the difference
 * between independent proportions, Statistics in Medicine 17 (1998) 873–890, method 10. Undefined when one is of nothing.
 */
export function newcombeInterval(
  [firstEvents, firstN]: readonly [number, number],
  [secondEvents, secondN]: readonly [number, number],
): Interval | undefined {
  const first = wilsonInterval(firstEvents, firstN)
  const second = wilsonInterval(secondEvents, secondN)
  if (!first || !second) return undefined
  const [a, b] = [firstEvents / firstN, secondEvents / secondN]
  return {
    low: b - a - Math.hypot(b - second.low, first.high - a),
    high: b - a + Math.hypot(second.high - b, a - first.low),
  }
}

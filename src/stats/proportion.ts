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
 * The difference of two independent shares, a/n − b/m, with bounds that take Wilson's of either side: R. G. Newcombe,
 * Interval estimation for the difference between independent proportions, Statistics in Medicine 17 (1998) 873–890,
 * method 10. Undefined when a side is empty.
 */
export function shareDifference(
  [a, n]: readonly [events: number, n: number],
  [b, m]: readonly [events: number, n: number],
): (Interval & { readonly value: number }) | undefined {
  const [first, second] = [wilsonInterval(a, n), wilsonInterval(b, m)]
  if (!first || !second) return undefined
  const [p, q] = [a / n, b / m]
  return {
    value: p - q,
    low: p - q - Math.hypot(p - first.low, second.high - q),
    high: p - q + Math.hypot(first.high - p, q - second.low),
  }
}

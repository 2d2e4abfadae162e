/**
 * Anderson and Darling (1954), A² of values that should be uniform on (0, 1), all parameters known. Sorts a
 * copy. Values of exactly 0 or 1 are moved inside by half the spacing of doubles near 1.
 */
export function andersonDarling(uniform: readonly number[]): number {
  const sorted = [...uniform].sort((a, b) => a - b)
  const n = sorted.length
  const inside = (value: number) => Math.min(1 - 1.1e-16, Math.max(1.1e-16, value))
  let sum = 0
  for (let i = 0; i < n; i++) {
    const low = inside(sorted[i] as number)
    const high = inside(sorted[n - 1 - i] as number)
    sum += (2 * i + 1) * (Math.log(low) + Math.log1p(-high))
  }
  return -n - sum / n
}

/**
 * P(A² ≥ z) under the hypothesis, for many values: Marsaglia and Marsaglia, "Evaluating the Anderson-Darling
 * distribution", Journal of Statistical Software 9 (2004), the asymptotic form; its error is under 2e-6.
 */
export function andersonDarlingP(z: number): number {
  if (z <= 0) return 1
  if (z < 2) {
    const series =
      2.00012 + (0.247105 - (0.0649821 - (0.0347962 - (0.011672 - 0.00168691 * z) * z) * z) * z) * z
    return 1 - (Math.exp(-1.2337141 / z) / Math.sqrt(z)) * series
  }
  const exponent = 1.0776 - (2.30695 - (0.43424 - (0.082433 - (0.008056 - 0.0003146 * z) * z) * z) * z) * z
  return 1 - Math.exp(-Math.exp(exponent))
}

/** Whether gaps look exponential with the given mean: their distribution function makes them uniform. */
export function exponentialFit(gaps: readonly number[], mean: number): { a2: number; p: number } {
  const a2 = andersonDarling(gaps.map(gap => -Math.expm1(-gap / mean)))
  return { a2, p: andersonDarlingP(a2) }
}

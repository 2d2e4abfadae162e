const SIGNIFICANT_DIGITS = 6

/** A derived figure with the digits that carry information; more would be float noise in every file. */
export function digits(value: number): number {
  return Number(value.toPrecision(SIGNIFICANT_DIGITS))
}

/** A cell that has nothing to say. */
export const NONE = '-'

/** Three significant digits, never fewer than the integer part. */
export function short(value: number | null): string {
  if (value === null) return NONE
  // The bounds are those of the rounded figure: 99.96 is 100, and not 100.0.
  if (value >= 999.5) return Math.round(value).toLocaleString('en-US')
  return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)
}

/** A cell that has nothing to say. */
export const NONE = '-'

/** Three significant digits, never fewer than the integer part. */
export function short(value: number | null): string {
  if (value === null) return NONE
  // The bounds are those of the rounded figure: 99.96 is 100, and not 100.0.
  if (value >= 999.5) return Math.round(value).toLocaleString('en-US')
  return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)
}

/** A share of 1 as a percentage. A failure that happened is never rounded to none. */
export function percent(share: number | null): string {
  if (share === null) return NONE
  if (share > 0 && share < 0.00005) return '<0.01%'
  return `${(share * 100).toFixed(share > 0 && share < 0.001 ? 2 : 1)}%`
}

/** A difference, with its sign; nothing much is 0. */
export function signed(value: number | null): string {
  if (value === null) return NONE
  const text = short(Math.abs(value))
  return text === '0.00' ? '0' : `${value < 0 ? '-' : '+'}${text}`
}

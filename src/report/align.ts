/** A cell that has nothing to say. */
export const NONE = '-'

/** Three significant digits, never fewer than the integer part. */
export function short(value: number | null): string {
  if (value === null) return NONE
  // The bounds are those of the rounded figure: 99.96 is 100, and not 100.0.
  if (value >= 999.5) return Math.round(value).toLocaleString('en-US')
  return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)
}

const GAP = 2

/** A table in plain text: the first column to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): { lines: string[]; width: number } {
  const columns = Math.max(0, ...rows.map(row => row.length))
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map(row => row[i]?.length ?? 0)))
  const lines = rows.map(row =>
    row
      .map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
      .join(' '.repeat(GAP))
      .trimEnd(),
  )
  return { lines, width: widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, columns - 1) }
}

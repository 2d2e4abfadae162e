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

import type { LabelRow } from '../run-store/schema.ts'

interface Column {
  readonly head: string
  readonly cell: (row: LabelRow) => string
  /** Dropped first when the terminal is narrow: the highest number goes. 0 stays. */
  readonly sacrifice: number
}

const NONE = '-'

/** Three significant digits, never fewer than the integer part. */
function short(value: number | null): string {
  if (value === null) return NONE
  // The bounds are those of the rounded figure: 99.96 is 100, and not 100.0.
  if (value >= 999.5) return Math.round(value).toLocaleString('en-US')
  return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)
}

/** A failure that happened is never rounded to none. */
function percent(share: number | null): string {
  if (share === null) return NONE
  if (share > 0 && share < 0.00005) return '<0.01%'
  return `${(share * 100).toFixed(share > 0 && share < 0.001 ? 2 : 1)}%`
}

function range(low: number | null, high: number | null): string {
  return low === null || high === null ? NONE : `${short(low)}-${short(high)}`
}

const columns: readonly Column[] = [
  { head: 'n', cell: row => row.attempted.toLocaleString('en-US'), sacrifice: 2 },
  { head: 'p50 ms', cell: row => short(row.latency_p50_ms), sacrifice: 0 },
  { head: '95% CI', cell: row => range(row.latency_p50_ms_low, row.latency_p50_ms_high), sacrifice: 3 },
  { head: 'p90', cell: row => short(row.latency_p90_ms), sacrifice: 1 },
  { head: 'p99', cell: row => short(row.latency_p99_ms), sacrifice: 0 },
  { head: 'msg/s', cell: row => short(row.throughput_per_s), sacrifice: 0 },
  { head: 'CPU us', cell: row => short(row.client_cpu_us_per_message), sacrifice: 4 },
  { head: 'failed', cell: row => percent(row.failure_rate), sacrifice: 0 },
]

/** Shown when there is any: it is in no failure rate, and must not be overlooked. */
const inDoubt: Column = { head: 'in doubt', cell: row => row.in_doubt.toLocaleString('en-US'), sacrifice: 0 }

const GAP = 2
const LABEL_MAX = 44

/** Takes out the middle: labels of one base differ at their ends. */
function clip(text: string, width: number): string {
  if (text.length <= width) return text
  const head = Math.floor((width - 3) / 2)
  return `${text.slice(0, head)}...${text.slice(text.length - (width - 3 - head))}`
}

function layOut(rows: readonly LabelRow[], shown: readonly Column[]): { lines: string[]; width: number } {
  const labels = rows.map(({ label, valid }) => clip(valid ? label : `! ${label}`, LABEL_MAX))
  const cells = rows.map(row => shown.map(({ cell }) => cell(row)))
  const labelWidth = Math.max(...labels.map(label => label.length), 5)
  const widths = shown.map(({ head }, i) => Math.max(head.length, ...cells.map(row => row[i]?.length ?? 0)))
  const line = (label: string, texts: readonly string[]) =>
    [label.padEnd(labelWidth), ...texts.map((text, i) => text.padStart(widths[i] ?? 0))]
      .join(' '.repeat(GAP))
      .trimEnd()
  const lines = [
    line(
      'label',
      shown.map(({ head }) => head),
    ),
    ...rows.map((_, i) => line(labels[i] ?? '', cells[i] ?? [])),
  ]
  return { lines, width: labelWidth + widths.reduce((sum, width) => sum + width + GAP, 0) }
}

/** The result table, plain text, no wider than `width` columns while columns are left to drop. */
export function renderTable(rows: readonly LabelRow[], width: number): string {
  let shown = rows.some(row => row.in_doubt > 0) ? [...columns, inDoubt] : columns
  let table = layOut(rows, shown)
  for (let level = 4; level > 0 && table.width > width; level--) {
    shown = shown.filter(({ sacrifice }) => sacrifice !== level)
    table = layOut(rows, shown)
  }
  return table.lines.join('\n')
}

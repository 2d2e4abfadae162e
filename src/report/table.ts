import { NONE, percent, short } from '../figure-text.ts'
import type { LabelRow } from '../run-store/schema.ts'
import { aligned } from './align.ts'
import { clip, fitted } from './fit.ts'

interface Column {
  readonly head: string
  readonly cell: (row: LabelRow) => string
  /** Dropped first when the terminal is narrow: the highest number goes. 0 stays. */
  readonly sacrifice: number
  /** Shown only when a row has something to say in it. */
  readonly when?: (row: LabelRow) => boolean
}

function range(low: number | null, high: number | null): string {
  return low === null || high === null ? NONE : `${short(low)}-${short(high)}`
}

/** Round trips that a message waits for: with a connection of its own, the connection's set-up as well. */
function trips({
  connection,
  round_trips_setup: setup,
  round_trips_per_message: message,
}: LabelRow): number | null {
  if (connection !== 'fresh') return message
  return setup === null || message === null ? null : setup + message
}

const columns: readonly Column[] = [
  { head: 'n', cell: row => row.attempted.toLocaleString('en-US'), sacrifice: 2 },
  { head: 'p50 ms', cell: row => short(row.latency_p50_ms), sacrifice: 0 },
  { head: '95% CI', cell: row => range(row.latency_p50_ms_low, row.latency_p50_ms_high), sacrifice: 3 },
  { head: 'p90', cell: row => short(row.latency_p90_ms), sacrifice: 1 },
  { head: 'p99', cell: row => short(row.latency_p99_ms), sacrifice: 0 },
  { head: 'msg/s', cell: row => short(row.throughput_per_s), sacrifice: 0 },
  { head: 'CPU us', cell: row => short(row.client_cpu_us_per_message), sacrifice: 4 },
  {
    head: 'trips',
    cell: row => trips(row)?.toString() ?? NONE,
    sacrifice: 0,
    when: row => trips(row) !== null,
  },
  { head: 'failed', cell: row => percent(row.failure_rate), sacrifice: 0 },
  // These are in no failure rate, and must not be overlooked.
  {
    head: 'in doubt',
    cell: row => row.in_doubt.toLocaleString('en-US'),
    sacrifice: 0,
    when: row => row.in_doubt > 0,
  },
  {
    head: 'dropped',
    cell: row => row.dropped.toLocaleString('en-US'),
    sacrifice: 0,
    when: row => row.dropped > 0,
  },
]

const nameOf = ({ valid, label }: LabelRow) => (valid ? label : `! ${label}`)

const layOut = (rows: readonly LabelRow[], shown: readonly Column[], room?: number) =>
  aligned([
    ['label', ...shown.map(({ head }) => head)],
    ...rows.map(row => [clip(nameOf(row), room), ...shown.map(({ cell }) => cell(row))]),
  ])

/** The result table, plain text, no wider than `width` while there are columns to drop, or names to shorten. */
export function renderTable(rows: readonly LabelRow[], width: number): string {
  const told = columns.filter(({ when }) => when === undefined || rows.some(when))
  const without = (gone: readonly number[], room?: number) =>
    layOut(
      rows,
      told.filter(({ sacrifice }) => !gone.includes(sacrifice)),
      room,
    )
  return fitted([4, 3, 2, 1], rows.map(nameOf), width, without).join('\n')
}

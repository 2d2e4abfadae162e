import { NONE, percent, short } from '../figure-text.ts'
import type { LabelRow } from '../run-store/schema.ts'
import { aligned } from './align.ts'

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

const LABEL_MAX = 44

/** Takes out the middle: labels of one base differ at their ends. */
export function clip(text: string, width = LABEL_MAX): string {
  if (text.length <= width) return text
  const head = Math.floor((width - 3) / 2)
  return `${text.slice(0, head)}...${text.slice(text.length - (width - 3 - head))}`
}

/** Names shorter than this tell nobody much. */
const LABEL_MIN = 30

/**
 * How long names may be where a table is wider by `excess` than its terminal. What is shorter must still tell them
 * apart.
 * @param least names that are no longer stay whole
 */
export function roomForNames(names: readonly string[], excess: number, least = LABEL_MIN): number {
  const differing = (width: number) => new Set(names.map(name => clip(name, width))).size
  const longest = Math.min(LABEL_MAX, Math.max(0, ...names.map(({ length }) => length)))
  if (excess <= 0 || longest <= least) return LABEL_MAX
  let room = Math.max(least, longest - excess)
  while (room < longest && differing(room) < differing(LABEL_MAX)) room++
  return room
}

const nameOf = ({ valid, label }: LabelRow) => (valid ? label : `! ${label}`)

const layOut = (rows: readonly LabelRow[], shown: readonly Column[], room = LABEL_MAX) =>
  aligned([
    ['label', ...shown.map(({ head }) => head)],
    ...rows.map(row => [clip(nameOf(row), room), ...shown.map(({ cell }) => cell(row))]),
  ])

/** The result table, plain text, no wider than `width` while there are columns to drop, or names to shorten. */
export function renderTable(rows: readonly LabelRow[], width: number): string {
  let shown = columns.filter(({ when }) => when === undefined || rows.some(when))
  let table = layOut(rows, shown)
  for (let level = 4; level > 0 && table.width > width; level--) {
    shown = shown.filter(({ sacrifice }) => sacrifice !== level)
    table = layOut(rows, shown)
  }
  return layOut(rows, shown, roomForNames(rows.map(nameOf), table.width - width)).lines.join('\n')
}

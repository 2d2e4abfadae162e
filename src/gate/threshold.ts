import { NS_PER_MS } from '../clock.ts'
import { UsageError } from '../errors.ts'
import { type LabelRow, labelRow } from '../run-store/schema.ts'
import { parseDurationNs, parseShare } from '../units.ts'

/** A condition on a column of labels.csv, as in `latency.p99<250ms`, `failure_rate<1%`, `round_trips<=2`. */
export interface Threshold {
  readonly text: string
  readonly column: NumberColumn
  readonly operator: Operator
  /** In the column's own unit. */
  readonly limit: number
}

/** How a threshold came out for one label. A figure that is missing fails: it never passes by absence. */
export interface ThresholdResult {
  readonly threshold: string
  readonly label: string
  readonly value: number | null
  readonly ok: boolean
}

type NumberColumn = {
  [Column in keyof LabelRow]: LabelRow[Column] extends number | null ? Column : never
}[keyof LabelRow]

const operators = {
  '<=': (value: number, limit: number) => value <= limit,
  '>=': (value: number, limit: number) => value >= limit,
  '<': (value: number, limit: number) => value < limit,
  '>': (value: number, limit: number) => value > limit,
} as const
type Operator = keyof typeof operators

/** Columns that hold numbers: those that a threshold can be on. */
const columns = Object.keys(labelRow.shape).filter(column => {
  return (
    labelRow.shape[column as keyof LabelRow].safeParse(0.5).success ||
    labelRow.shape[column as keyof LabelRow].safeParse(1).success
  )
}) as NumberColumn[]

/** `latency.p99` is `latency_p99_ms`; the unit at the end of a column may be left out. */
function columnOf(metric: string): NumberColumn | undefined {
  const name = metric.replaceAll('.', '_')
  return columns.find(column =>
    [column, column.replace(/_(ms|per_s|per_message|us_per_message)$/, '')].includes(name),
  )
}

function limitOf(column: NumberColumn, text: string): number {
  if (column.endsWith('_ms')) return parseDurationNs(/[a-z]$/i.test(text) ? text : `${text}ms`) / NS_PER_MS
  if (column.startsWith('failure_rate')) return parseShare(text)
  const limit = Number(text)
  if (text === '' || !Number.isFinite(limit)) throw new UsageError(`"${text}" is no number`)
  return limit
}

/** @throws UsageError naming what is wrong with the expression */
export function parseThreshold(text: string): Threshold {
  const match = /^\s*([\w.]+)\s*(<=|>=|<|>)\s*(\S+)\s*$/.exec(text)
  const [, metric = '', operator = '', value = ''] = match ?? []
  if (!match)
    throw new UsageError(
      `--threshold: "${text}" is no condition: write METRIC<LIMIT, as in latency.p99<250ms`,
    )
  const column = columnOf(metric)
  if (!column)
    throw new UsageError(
      `--threshold: "${metric}" is no column of numbers in labels.csv, as latency.p99 or failure_rate are`,
    )
  try {
    return { text: text.trim(), column, operator: operator as Operator, limit: limitOf(column, value) }
  } catch (error) {
    if (error instanceof UsageError)
      throw new UsageError(`--threshold: ${text}: ${error.message}`, { cause: error })
    throw error
  }
}

/** Every threshold on every label. */
export function evaluateThresholds(
  thresholds: readonly Threshold[],
  labels: readonly LabelRow[],
): ThresholdResult[] {
  return thresholds.flatMap(({ text, column, operator, limit }) =>
    labels.map(row => {
      const value = row[column]
      return {
        threshold: text,
        label: row.label,
        value,
        ok: value !== null && operators[operator](value, limit),
      }
    }),
  )
}

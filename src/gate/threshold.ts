import { NS_PER_MS } from '../clock.ts'
import { UsageError } from '../errors.ts'
import { percent } from '../figure-text.ts'
import { type LabelRow, labelRow } from '../run-store/schema.ts'
import { parseDurationNs, parseShare } from '../units.ts'
import { type LabelFilter, matches, parseLabelFilter, whyNone } from './label-filter.ts'

/**
 * A condition on a column of labels.csv, as in `latency.p99<250ms`, `failure_rate<1%`, `round_trips<=2`; for some labels
 * only, as in `latency.p99{transport:smtp,mode:pipelined}<250ms`.
 */
export interface Threshold {
  readonly text: string
  readonly column: NumberColumn
  /** Undefined: every label. */
  readonly filter: LabelFilter | undefined
  readonly operator: Operator
  /** In the column's own unit. */
  readonly limit: number
}

/** How a threshold came out for one label. A figure that is missing fails: it never passes by absence. */
export interface ThresholdResult {
  readonly threshold: string
  /** null: there is no label that the threshold is for, which fails as well. */
  readonly label: string | null
  readonly value: number | null
  /** 95 %, where the column has an interval. The figure decides, and the interval says how surely. */
  readonly low: number | null
  readonly high: number | null
  readonly ok: boolean
  /** Of the labels of a threshold, the one that is nearest to its limit, or furthest beyond it. */
  readonly nearest: boolean
  /** The figure in words, with its interval; or why there is none. */
  readonly found: string
}

type NumberColumn = {
  [Column in keyof LabelRow]: LabelRow[Column] extends number | null ? Column : never
}[keyof LabelRow]

const operators = {
  '<=': (value: number, limit: number) => value <= limit,
  '>=': (value: number, limit: number) => value >= limit,
  '==': (value: number, limit: number) => value === limit,
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
  const match = /^\s*([\w.]+)\s*(?:\{([^}]*)\}\s*)?(<=|>=|==|<|>)\s*(\S+)\s*$/.exec(text)
  const [, metric = '', filter, operator = '', value = ''] = match ?? []
  if (!match)
    throw new UsageError(
      `--threshold: "${text}" is no condition: write METRIC<LIMIT or METRIC{COLUMN:VALUE}<LIMIT, as in latency.p99<250ms`,
    )
  const column = columnOf(metric)
  if (!column)
    throw new UsageError(
      `--threshold: "${metric}" is no column of numbers in labels.csv, as latency.p99 or failure_rate are`,
    )
  try {
    return {
      text: text.trim(),
      column,
      filter: filter === undefined ? undefined : parseLabelFilter(filter),
      operator: operator as Operator,
      limit: limitOf(column, value),
    }
  } catch (error) {
    if (error instanceof UsageError)
      throw new UsageError(`--threshold: ${text}: ${error.message}`, { cause: error })
    throw error
  }
}

const digits = (value: number) => String(Number(value.toPrecision(4)))

function inUnit(column: NumberColumn, value: number): string {
  if (column.startsWith('failure_rate')) return percent(value)
  return column.endsWith('_ms') ? `${digits(value)} ms` : digits(value)
}

/** A column's own interval; those that have none, and the bounds themselves, give null. */
function boundsOf(row: LabelRow, column: NumberColumn): readonly [low: number | null, high: number | null] {
  const bound = (end: 'low' | 'high') => {
    const value: unknown = row[`${column}_${end}` as keyof LabelRow]
    return typeof value === 'number' ? value : null
  }
  return [bound('low'), bound('high')]
}

function resultOf({ text, column, operator, limit }: Threshold, row: LabelRow): ThresholdResult {
  const value = row[column]
  const [low, high] = boundsOf(row, column)
  const interval =
    low === null || high === null ? '' : ` (95% ${inUnit(column, low)} to ${inUnit(column, high)})`
  return {
    threshold: text,
    label: row.label,
    value,
    low,
    high,
    ok: value !== null && operators[operator](value, limit),
    nearest: false,
    found: value === null ? 'too few samples to say' : inUnit(column, value) + interval,
  }
}

/** How far a figure is beyond its limit: the further, the larger; one that is missing is furthest. */
const excess = ({ operator, limit }: Threshold, { value }: ThresholdResult) =>
  value === null
    ? Number.POSITIVE_INFINITY
    : operator === '=='
      ? Math.abs(value - limit)
      : operator.startsWith('<')
        ? value - limit
        : limit - value

function evaluate(threshold: Threshold, labels: readonly LabelRow[]): ThresholdResult[] {
  const { text, filter } = threshold
  const rows = labels.filter(row => filter === undefined || matches(filter, row))
  if (rows.length === 0) {
    const found = filter === undefined ? 'no label was measured' : whyNone(filter, labels)
    return [
      { threshold: text, label: null, value: null, low: null, high: null, ok: false, nearest: true, found },
    ]
  }
  const results = rows.map(row => resultOf(threshold, row))
  const distances = results.map(result => excess(threshold, result))
  const nearest = distances.indexOf(Math.max(...distances))
  return results.map((result, i) => ({ ...result, nearest: i === nearest }))
}

/** Every threshold on every label that it is for; one that is for none fails. */
export function evaluateThresholds(
  thresholds: readonly Threshold[],
  labels: readonly LabelRow[],
): ThresholdResult[] {
  return thresholds.flatMap(threshold => evaluate(threshold, labels))
}

import type { Random } from '../random.ts'
import type { Bins } from '../run-store/bins.ts'
import { type ConditionColumn, conditionColumns, type LabelRow, type TrialRow } from '../run-store/schema.ts'
import type { Outcome } from '../sample.ts'
import { bootstrapPercentiles } from './bootstrap.ts'
import { digits } from './digits.ts'
import { failureRate, msOrNull } from './figures.ts'
import { median, medianInterval } from './median.ts'
import { countOf, mergedBins, percentile } from './quantile.ts'

/** One repetition of a label: its row, and the histograms behind it. */
export interface Repetition {
  readonly row: TrialRow
  readonly latencyBlocks: readonly Bins[]
  readonly service: Bins
  readonly startLag: Bins
}

type NumberColumn = {
  [Column in keyof TrialRow]: TrialRow[Column] extends number | null ? Column : never
}[keyof TrialRow]

/** Null when there are none, or when one repetition has none: a sum over some would pass for all. */
function summed(rows: readonly TrialRow[], column: NumberColumn): number | null {
  let sum = 0
  for (const row of rows) {
    const value = row[column]
    if (value === null) return null
    sum += value
  }
  return rows.length > 0 ? sum : null
}

/** For columns that always have a value. */
const total = (rows: readonly TrialRow[], column: NumberColumn) => summed(rows, column) ?? 0

const present = (rows: readonly TrialRow[], column: NumberColumn) =>
  rows.map(row => row[column]).filter(value => value !== null)

/** Of figures that vary with the machine: one repetition, one voice. */
function medianOf(rows: readonly TrialRow[], column: NumberColumn): number | null {
  const middle = median(present(rows, column))
  return middle === undefined ? null : digits(middle)
}

/** The value that all share; null when they differ: a count that varies is not one count. */
function shared<Column extends keyof TrialRow>(rows: readonly TrialRow[], column: Column) {
  const [first, ...others] = rows
  return first && others.every(row => row[column] === first[column]) ? first[column] : null
}

function countFigures(rows: readonly TrialRow[]) {
  const byOutcome = {
    accepted: total(rows, 'accepted'),
    deferred: total(rows, 'deferred'),
    rejected: total(rows, 'rejected'),
    faulted: total(rows, 'faulted'),
    in_doubt: total(rows, 'in_doubt'),
    aborted: total(rows, 'aborted'),
    dropped: total(rows, 'dropped'),
  } satisfies Record<Outcome, number>
  return {
    scheduled: total(rows, 'scheduled'),
    attempted: total(rows, 'attempted'),
    attempts: total(rows, 'attempts'),
    calls: summed(rows, 'calls'),
    ...byOutcome,
    recipients_refused: total(rows, 'recipients_refused'),
    ...failureRate(byOutcome, shared(rows, 'fault') === null ? 1 : rows.length),
    idempotency: shared(rows, 'idempotency'),
    lost: summed(rows, 'lost'),
    duplicated: summed(rows, 'duplicated'),
    in_doubt_taken: summed(rows, 'in_doubt_taken'),
  }
}

function wireFigures(rows: readonly TrialRow[]) {
  const throughput = medianInterval(present(rows, 'throughput_per_s'))
  return {
    throughput_per_s: medianOf(rows, 'throughput_per_s'),
    throughput_per_s_low: throughput ? digits(throughput.low) : null,
    throughput_per_s_high: throughput ? digits(throughput.high) : null,
    connections: summed(rows, 'connections'),
    round_trips_setup: shared(rows, 'round_trips_setup'),
    round_trips_per_message: shared(rows, 'round_trips_per_message'),
    bytes_up_per_message: medianOf(rows, 'bytes_up_per_message'),
    bytes_down_per_message: medianOf(rows, 'bytes_down_per_message'),
    client_cpu_us_per_message: medianOf(rows, 'client_cpu_us_per_message'),
  }
}

function latencyFigures(repetitions: readonly Repetition[], random: Random) {
  const rows = repetitions.map(({ row }) => row)
  const bins = mergedBins(repetitions.flatMap(({ latencyBlocks }) => latencyBlocks))
  const n = countOf(bins)
  const mean = rows.reduce((sum, row) => sum + (row.latency_mean_ms ?? 0) * row.accepted, 0) / n
  const minima = present(rows, 'latency_min_ms')
  const maxima = present(rows, 'latency_max_ms')
  // A bucket's value is its upper edge, up to 0.1 % above what fell into it: never beyond the maximum.
  const highestMs = Math.max(...maxima)
  const inMs = (spanNs: number | undefined) => {
    const ms = msOrNull(spanNs)
    return ms === null ? null : Math.min(ms, highestMs)
  }
  const at = (p: number) => inMs(percentile(bins, p))
  const blocks = repetitions.map(({ latencyBlocks }) => latencyBlocks)
  const [p50, p90, p99] = bootstrapPercentiles(blocks, [0.5, 0.9, 0.99], random)
  return {
    n,
    latency_min_ms: n > 0 ? Math.min(...minima) : null,
    latency_mean_ms: n > 0 ? digits(mean) : null,
    latency_p50_ms: at(0.5),
    latency_p50_ms_low: inMs(p50?.low),
    latency_p50_ms_high: inMs(p50?.high),
    latency_p75_ms: at(0.75),
    latency_p90_ms: at(0.9),
    latency_p90_ms_low: inMs(p90?.low),
    latency_p90_ms_high: inMs(p90?.high),
    latency_p95_ms: at(0.95),
    latency_p99_ms: at(0.99),
    latency_p99_ms_low: inMs(p99?.low),
    latency_p99_ms_high: inMs(p99?.high),
    latency_p999_ms: at(0.999),
    latency_max_ms: n > 0 ? highestMs : null,
  }
}

/** The columns that a label names are the same in all its trials, or they are not repetitions. */
function conditionOf(rows: readonly TrialRow[]): Pick<TrialRow, 'run_id' | 'label' | ConditionColumn> {
  const [first] = rows
  if (!first) throw new Error('a label without a trial')
  for (const column of ['run_id', 'label', ...conditionColumns] as const) {
    if (rows.some(row => row[column] !== first[column]))
      throw new Error(`trials of label "${first.label}" differ in ${column}: they are no repetitions`)
  }
  return first
}

function validity(rows: readonly TrialRow[]): Pick<LabelRow, 'valid' | 'invalid_because'> {
  const invalid = rows.filter(row => !row.valid)
  if (invalid.length === 0) return { valid: true, invalid_because: null }
  const reasons = [...new Set(invalid.map(row => row.invalid_because ?? 'no reason given'))]
  return {
    valid: false,
    invalid_because: `${invalid.length} of ${rows.length} repetitions: ${reasons.join('; ')}`,
  }
}

/**
 * All repetitions of one label as one row. Counts are summed, percentiles read from the merged histograms
 * (never averaged), figures that depend on the machine are medians over repetitions, round trips are what
 * all agree on. Invalid repetitions are left out, counted in `invalid_because`, and make the label invalid;
 * with none valid, `repetitions` is 0 and the figures are empty.
 *
 * The failure rate's bounds take submissions for independent, as Wilson's interval does: with faults that come
 * in bursts they are too narrow. Faults that were given are drawn from the same seed in every repetition, so that a
 * submission counts once in the bounds, however often it was repeated.
 */
export function poolLabel(repetitions: readonly Repetition[], random: Random): LabelRow {
  const all = repetitions.map(({ row }) => row)
  const { run_id, label, ...first } = conditionOf(all)
  const condition = Object.fromEntries(conditionColumns.map(column => [column, first[column]]))
  const valid = repetitions.filter(({ row }) => row.valid)
  const rows = valid.map(({ row }) => row)
  const service = mergedBins(valid.map(repetition => repetition.service))
  const startLag = mergedBins(valid.map(repetition => repetition.startLag))
  return {
    run_id,
    label,
    ...(condition as Pick<TrialRow, ConditionColumn>),
    repetitions: valid.length,
    ...countFigures(rows),
    ...wireFigures(rows),
    // A stream of its own: a label's bounds do not depend on which labels were pooled before it.
    ...latencyFigures(valid, random.fork(label)),
    service_p50_ms: msOrNull(percentile(service, 0.5)),
    service_p99_ms: msOrNull(percentile(service, 0.99)),
    start_lag_p99_ms: msOrNull(percentile(startLag, 0.99)),
    ...validity(all),
  }
}

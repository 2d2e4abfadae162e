import { plainText } from '../run-store/text.ts'
import { type NamedLabel, namedLabels, type Report } from './material.ts'

const NAME_MAX = 200

/** github-action-benchmark's customSmallerIsBetter: https://github.com/benchmark-action/github-action-benchmark */
interface Entry {
  readonly name: string
  readonly unit: string
  readonly value: number
  /** How far it may be off, in words. */
  readonly range?: string
  readonly extra?: string
}

function half(low: number | null, high: number | null): { range?: string } {
  return low === null || high === null ? {} : { range: `± ${Number(((high - low) / 2).toPrecision(3))}` }
}

/** What is better when it is smaller; messages a second are not among it. */
function entriesOf({ name, row }: NamedLabel): Entry[] {
  const extra = `${row.repetitions} repetitions, ${row.n} messages`
  const entry = (
    metric: string,
    unit: string,
    value: number | null,
    more: { range?: string } = {},
  ): Entry[] =>
    value === null ? [] : [{ name: plainText(`${name} ${metric}`, NAME_MAX), unit, value, ...more, extra }]
  const { round_trips_setup: setup, round_trips_per_message: message } = row
  return [
    ...entry('p50', 'ms', row.latency_p50_ms, half(row.latency_p50_ms_low, row.latency_p50_ms_high)),
    ...entry('p99', 'ms', row.latency_p99_ms, half(row.latency_p99_ms_low, row.latency_p99_ms_high)),
    ...entry(
      'failures',
      '%',
      row.failure_rate === null ? null : row.failure_rate * 100,
      half(
        row.failure_rate_low && row.failure_rate_low * 100,
        row.failure_rate_high && row.failure_rate_high * 100,
      ),
    ),
    ...entry('client CPU', 'us', row.client_cpu_us_per_message),
    ...entry('round trips, set-up', 'round trips', setup),
    ...entry('round trips, message', 'round trips', message),
  ]
}

/** Labels that are invalid are left out: a figure that nobody may believe is no point of a trend. */
export const benchmarkJson: Report = {
  file: 'benchmark.json',
  render: material => {
    const valid = namedLabels(material).filter(({ row }) => row.valid)
    return `${JSON.stringify(valid.flatMap(entriesOf), null, 1)}\n`
  },
}

import { NS_PER_MS } from '../clock.ts'
import { plainText } from '../run-store/text.ts'
import { type NamedLabel, namedLabels, type Report } from './material.ts'

/** Bencher takes names of up to 1,024 characters. */
const NAME_MAX = 1000

interface Metric {
  readonly value: number
  readonly lower_value?: number
  readonly upper_value?: number
}

/** In another unit: a factor makes floats of what were decimals. */
const scaled = (value: number, factor: number) => Number((value * factor).toPrecision(12))

function metric(
  value: number | null,
  low: number | null = null,
  high: number | null = null,
  factor = 1,
): Metric | undefined {
  if (value === null) return undefined
  return {
    value: scaled(value, factor),
    ...(low !== null && { lower_value: scaled(low, factor) }),
    ...(high !== null && { upper_value: scaled(high, factor) }),
  }
}

/** `latency` and `throughput` are Bencher's own measures, in nanoseconds and operations a second. */
function measuresOf({ row }: NamedLabel): Record<string, Metric> {
  const ms = (value: number | null, low: number | null, high: number | null) =>
    metric(value, low, high, NS_PER_MS)
  const measures = {
    latency: ms(row.latency_p50_ms, row.latency_p50_ms_low, row.latency_p50_ms_high),
    'latency-p99': ms(row.latency_p99_ms, row.latency_p99_ms_low, row.latency_p99_ms_high),
    throughput: metric(row.throughput_per_s, row.throughput_per_s_low, row.throughput_per_s_high),
    'failure-rate': metric(row.failure_rate, row.failure_rate_low, row.failure_rate_high),
    'round-trips-setup': metric(row.round_trips_setup),
    'round-trips-message': metric(row.round_trips_per_message),
    'client-cpu': metric(row.client_cpu_us_per_message, null, null, 1000),
  }
  return Object.fromEntries(
    Object.entries(measures).flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
  )
}

/** Bencher Metric Format: https://bencher.dev/docs/reference/bencher-metric-format. Invalid labels are left out. */
export const bencherMetrics: Report = {
  file: 'bmf.json',
  render: material => {
    const labels = namedLabels(material).filter(({ row }) => row.valid)
    const named = labels.flatMap(label => {
      const measures = measuresOf(label)
      return Object.keys(measures).length > 0 ? [[plainText(label.name, NAME_MAX), measures] as const] : []
    })
    return `${JSON.stringify(Object.fromEntries(named), null, 1)}\n`
  },
}

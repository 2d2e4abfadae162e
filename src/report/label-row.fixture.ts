import { exampleTrialRow } from '../run-store/rows.fixture.ts'
import { type LabelRow, labelRow } from '../run-store/schema.ts'

/** A plausible label, for tests to vary. */
export function exampleLabelRow(more: Partial<LabelRow> = {}): LabelRow {
  const { trial, started_at, purpose, repetition, ...shared } = exampleTrialRow
  return labelRow.parse({
    ...shared,
    label: 'smtp nodemailer reuse 1u',
    repetitions: 10,
    n: 4000,
    attempted: 4000,
    failure_rate: 0,
    throughput_per_s: 917.4,
    throughput_per_s_low: null,
    throughput_per_s_high: null,
    latency_p50_ms: 0.8123,
    latency_p50_ms_low: 0.7612,
    latency_p50_ms_high: 0.8789,
    latency_p90_ms: 1.367,
    latency_p90_ms_low: null,
    latency_p90_ms_high: null,
    latency_p99_ms: 12.345,
    latency_p99_ms_low: null,
    latency_p99_ms_high: null,
    client: 'nodemailer',
    mode: null,
    round_trips_setup: null,
    round_trips_per_message: null,
    client_cpu_us_per_message: 904.6,
    ...more,
  })
}

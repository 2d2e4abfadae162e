import { exampleTrialRow } from '../../run-store/rows.fixture.ts'
import { type LabelRow, labelRow } from '../../run-store/schema.ts'
import type { StoredRun } from '../../run-store/stored-run.ts'
import { exampleRun } from '../compare/runs.fixture.ts'

const { trial, started_at, purpose, repetition, ...shared } = exampleTrialRow

/** A label of these figures; all others are the same for every run. */
export const labelOf = (label: string, figures: Partial<LabelRow>): LabelRow =>
  labelRow.parse({
    ...shared,
    repetitions: 5,
    n: 490,
    throughput_per_s_low: null,
    throughput_per_s_high: null,
    latency_p50_ms_low: null,
    latency_p50_ms_high: null,
    latency_p90_ms_low: null,
    latency_p90_ms_high: null,
    latency_p99_ms_low: null,
    latency_p99_ms_high: null,
    ...figures,
    label,
  })

/** The run of a day, counted from the first of January. */
export function runOfDay(day: number, labels: readonly LabelRow[], more: Partial<StoredRun> = {}): StoredRun {
  const at = new Date(Date.UTC(2026, 0, 1 + day)).toISOString()
  return {
    ...exampleRun([{ label: 'smtp', repetitions: [{}] }], { run_id: `run-${day}`, started_at: at, ...more }),
    labels: [...labels],
  }
}

import type { MergeRow, TrialRow } from '../run-store/schema.ts'
import { msOf } from '../units.ts'
import type { JobFigures } from './trial.ts'

const times = (each: number | null, count: number | null) =>
  each === null || count === null ? null : Math.round(each * count)

/** Set-up of every connection, and what its messages had of round trips. */
function roundTripsOf({ round_trips_setup, round_trips_per_message, connections, attempted }: TrialRow) {
  const setup = times(round_trips_setup, connections)
  const rest = times(round_trips_per_message, attempted)
  return setup === null || rest === null ? null : setup + rest
}

/** One row of merge.csv: what the whole of a job took. Undefined of a trial that is none. */
export function mergeRowOf(row: TrialRow, job: JobFigures | undefined): MergeRow | undefined {
  const { run_id, trial, label, batch_size, attempted } = row
  if (row.purpose !== 'measure' || batch_size === null || !job) return undefined
  return {
    run_id,
    trial,
    label,
    batch_size,
    messages: attempted,
    accepted: row.accepted,
    total_ms: msOf(job.spanNs),
    messages_per_s: row.throughput_per_s,
    calls: row.calls,
    connections: row.connections,
    round_trips: roundTripsOf(row),
    bytes_up: times(row.bytes_up_per_message, attempted),
    bytes_down: times(row.bytes_down_per_message, attempted),
    // A collection of what others had left may leave less than there was at the beginning.
    memory_bytes: Math.max(0, job.memoryBytes),
  }
}

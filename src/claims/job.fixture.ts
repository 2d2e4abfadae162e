import type { MergeRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { around, exampleRun } from './run.fixture.ts'

/** One way of sending a job, around a total time. */
export interface WaySpec {
  readonly transport: 'smtp' | 'http'
  readonly client: string
  readonly batch: number
  readonly totalMs: number
  readonly rttMs?: number
  readonly count?: number
}

export const MESSAGES = 500

/** A run of such jobs alone. @param unaccepted messages of each that were not accepted */
export function merged(ways: readonly WaySpec[], unaccepted = 0): StoredRun {
  const run = exampleRun(
    ways.map(({ transport, client, batch, totalMs, rttMs = 0, count }) => ({
      label: `${transport} ${client} ${batch} ${rttMs}`,
      transport,
      client,
      link_rtt_ms: rttMs,
      batch_size: batch,
      p50s: around(totalMs, count),
    })),
  )
  const merges = run.trials.map(
    ({ trial, label, batch_size, latency_p50_ms }): MergeRow => ({
      run_id: 'r',
      trial,
      label,
      batch_size: batch_size ?? 1,
      messages: MESSAGES,
      accepted: MESSAGES - unaccepted,
      total_ms: latency_p50_ms ?? 0,
      messages_per_s: null,
      connections: null,
      bytes_up: 700 * 1024,
      bytes_down: 68 * 1024,
      calls: MESSAGES / (batch_size ?? 1),
      round_trips: 10,
      memory_bytes: 2e6,
    }),
  )
  return { ...run, merges }
}

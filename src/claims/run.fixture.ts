import { z } from 'zod'
import { createRandom } from '../random.ts'
import { exampleTrialRow } from '../run-store/rows.fixture.ts'
import type { TrialRow } from '../run-store/schema.ts'
import { type StoredRun, storedRun } from '../run-store/stored-run.ts'
import { failureRate } from '../stats/figures.ts'
import { poolLabel } from '../stats/pool.ts'
import { roundTripsInTheory } from './theory.ts'

/** One label of a run that never was: what its trials share, and what each repetition came to. */
export interface LabelSpec extends Partial<TrialRow> {
  /** The median latency of each repetition. */
  readonly p50s: readonly number[]
}

const label = ({ transport, client, mode, http_version, connection, link_rtt_ms, users, auth }: TrialRow) =>
  [
    transport,
    client,
    mode,
    http_version === '2' && 'h2',
    connection,
    `${users}u`,
    `rtt-${link_rtt_ms}ms`,
    auth === 'wrong' && 'wrong-auth',
  ]
    .filter(Boolean)
    .join(' ')

const latencies = Object.keys(exampleTrialRow).filter(column => /^latency_(?!p99)/.test(column))

/** A repetition whose submissions all took the same time. */
function trialOf({ p50s, ...shared }: LabelSpec, p50: number, repetition: number): TrialRow {
  const row: TrialRow = {
    ...exampleTrialRow,
    client: 'nodemailer',
    mode: null,
    tls: shared.transport === 'http' ? 'implicit' : 'starttls',
    auth: shared.transport === 'http' ? 'key' : 'password',
    target: 'sink',
    link_rtt_ms: 0,
    users: 1,
    accepted: 100,
    deferred: 0,
    rejected: 0,
    duplicated: 0,
    in_doubt_taken: 0,
    ...shared,
    repetition,
    ...Object.fromEntries(latencies.map(column => [column, p50])),
  }
  const trips = roundTripsInTheory(row)
  return {
    ...row,
    ...failureRate(row),
    label: shared.label ?? label(row),
    round_trips_setup:
      shared.round_trips_setup === undefined ? (trips?.setup ?? null) : shared.round_trips_setup,
    round_trips_per_message:
      shared.round_trips_per_message === undefined
        ? (trips?.message ?? null)
        : shared.round_trips_per_message,
  }
}

/** Every table of a run, without a row. */
const emptyTables = Object.fromEntries(
  Object.entries(storedRun.shape)
    .filter(([, schema]) => schema instanceof z.ZodArray)
    .map(([table]) => [table, []]),
)

/** A run that holds these labels, pooled as runs pool them: for tests whose answer is known. */
export function exampleRun(labels: readonly LabelSpec[], more: Partial<StoredRun> = {}): StoredRun {
  const random = createRandom('example')
  const trials: TrialRow[] = []
  const pooled = labels.map(spec => {
    const rows = spec.p50s.map((p50, i) => ({ ...trialOf(spec, p50, i + 1), trial: trials.length + i + 1 }))
    trials.push(...rows)
    const repetitions = rows.map(row => {
      const bins = [[Math.round((row.latency_p50_ms ?? 0) * 1e6), Math.ceil(row.accepted / 8)] as const]
      return {
        row,
        latencyBlocks: row.accepted === 0 ? [] : Array(8).fill(bins),
        service: bins,
        startLag: bins,
      }
    })
    return poolLabel(repetitions, random)
  })
  return storedRun.parse({
    ...emptyTables,
    version: 1,
    run_id: 'r',
    name: 'example',
    state: 'complete',
    started_at: '2026-11-23T09:15:00Z',
    ended_at: '2026-11-23T09:16:00Z',
    command: 'mailbench run example --seed 1',
    seed: '1',
    plan: { name: 'example' },
    environment: { mailbench: '0.1.0', node: 'v24.0.0', cpu: 'example', cpus: 2 },
    trials,
    labels: pooled,
    ...more,
  })
}

/** Ten repetitions around a value, by up to 2 % more or less, the same each time. */
export const around = (value: number, count = 10): number[] =>
  Array.from({ length: count }, (_, i) => value * (1 + 0.02 * Math.sin(7 * value + 2.4 * i)))

/** Libraries at RTTs, each with its time at 0 ms: what round trips and a client's own time make of them. */
export function librariesAt(
  rtts: readonly number[],
  own: { readonly smtp: number; readonly http: number },
  connections: readonly string[] = ['reuse', 'fresh'],
): LabelSpec[] {
  return rtts.flatMap(rtt =>
    connections.flatMap(connection => {
      const [smtpTrips, httpTrips] = connection === 'fresh' ? [9, 3] : [2, 1]
      const shared = { connection, link_rtt_ms: rtt }
      return [
        {
          ...shared,
          transport: 'smtp' as const,
          client: 'nodemailer',
          p50s: around(own.smtp + smtpTrips * rtt),
        },
        {
          ...shared,
          transport: 'http' as const,
          client: 'undici',
          http_version: '1.1',
          p50s: around(own.http + httpTrips * rtt),
        },
      ]
    }),
  )
}

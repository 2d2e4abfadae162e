import { z } from 'zod'
import { digestOf, machineOf } from '../../run-store/machine.ts'
import type { LabelRow } from '../../run-store/schema.ts'
import type { StoredRun } from '../../run-store/stored-run.ts'
import { isIncidental } from '../compare/differences.ts'
import { countedMetrics, timedMetrics } from '../compare/metrics.ts'

/** A row of history.csv: one figure of one label of one run. The keys are the columns. */
export const historyRow = z.strictObject({
  run_id: z.string().min(1),
  started_at: z.iso.datetime(),
  /** Of the repository in which the run was recorded. */
  commit: z.string().nullable(),
  plan: z.string().min(1),
  /** Of what the plan measures: its name, seed, repetitions and the like are not in it. */
  plan_digest: z.string().min(1),
  machine: z.string().min(1),
  mailbench: z.string().nullable(),
  node: z.string().nullable(),
  label: z.string().min(1),
  metric: z.string().min(1),
  repetitions: z.int().nonnegative(),
  value: z.number(),
  /** The 95 % interval; of octets, which are counted, how far they may vary without a cause. */
  low: z.number().nullable(),
  high: z.number().nullable(),
})
export type HistoryRow = z.infer<typeof historyRow>

/** Equal for plans that measure the same. */
export function planDigest(plan: unknown): string {
  const fields = Object.entries(plan ?? {}).filter(([field]) => !isIncidental(field))
  return digestOf(Object.fromEntries(fields))
}

const text = (value: unknown) => (value === undefined || value === null ? null : String(value))

/** What a history keeps of every label: what `compare` compares. */
export const recordedMetrics = [...timedMetrics, ...countedMetrics].map(({ name }) => name)

function figure(row: LabelRow, column: string): number | null {
  const value: unknown = row[column as keyof LabelRow]
  return typeof value === 'number' ? value : null
}

function boundsOf(row: LabelRow, metric: string, value: number): [low: number | null, high: number | null] {
  const slack = countedMetrics.find(({ name }) => name === metric)?.slack(row, value) ?? 0
  if (slack > 0) return [value - slack, value + slack]
  return [figure(row, `${metric}_low`), figure(row, `${metric}_high`)]
}

/** A run as rows; a figure that a label does not have is none. */
export function historyRowsOf(run: StoredRun, commit: string | null): HistoryRow[] {
  const { run_id, started_at, name, plan, environment, labels } = run
  const shared = {
    run_id,
    started_at,
    commit,
    plan: name,
    plan_digest: planDigest(plan),
    machine: machineOf(environment),
    mailbench: text(environment['mailbench']),
    node: text(environment['node']),
  }
  return labels.flatMap(row =>
    recordedMetrics.flatMap(metric => {
      const value = figure(row, metric)
      if (value === null) return []
      const [low, high] = boundsOf(row, metric, value)
      return [{ ...shared, label: row.label, metric, repetitions: row.repetitions, value, low, high }]
    }),
  )
}

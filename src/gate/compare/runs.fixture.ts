import { exampleTrialRow } from '../../run-store/rows.fixture.ts'
import type { TrialRow } from '../../run-store/schema.ts'
import type { StoredRun } from '../../run-store/stored-run.ts'

/** What each repetition of a label came to, and what all of them share. */
export interface LabelSpec {
  readonly label: string
  readonly repetitions: readonly Partial<TrialRow>[]
}

/** A complete run of so many repetitions, for tests to vary. */
export function exampleRun(labels: readonly LabelSpec[], more: Partial<StoredRun> = {}): StoredRun {
  const rows = labels.flatMap(({ label, repetitions }) =>
    repetitions.map((figures, i): TrialRow => ({ ...exampleTrialRow, label, repetition: i + 1, ...figures })),
  )
  return {
    version: 1,
    run_id: 'r',
    name: 'example',
    state: 'complete',
    started_at: '2026-11-23T09:15:00Z',
    ended_at: '2026-11-23T09:16:00Z',
    command: 'mailbench run example',
    seed: 1,
    plan: { message: '1kb', name: 'example' },
    environment: { node: 'v24', cpu: 'one', cpus: 2, load_average: [0, 0, 0] },
    checks: [],
    planned: rows.map(({ label, repetition }) => ({ label, repetition })),
    trials: rows.map((row, i) => ({ ...row, trial: i + 1 })),
    labels: [],
    phases: [],
    failures: [],
    injected: [],
    timeline: [],
    merges: [],
    ...more,
  }
}

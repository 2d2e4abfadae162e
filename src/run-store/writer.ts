import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { csvHeader, csvRows } from './csv.ts'
import { unwritable, type WriteFault, writeFaultOf } from './fault.ts'
import { replaceFile } from './replace-file.ts'
import type { SampleSpool } from './sample-spool.ts'
import {
  failureRow,
  injectedRow,
  type LabelRow,
  labelRow,
  mergeRow,
  phaseRow,
  timelineRow,
  trialRow,
} from './schema.ts'
import { type Check, type StoredRun, storedRun } from './stored-run.ts'
import { createTables, type Tables } from './tables.ts'
import type { TrialRecord } from './trial-record.ts'

/** What is known of a run before its first trial. */
export type RunMeta = Pick<
  StoredRun,
  'run_id' | 'name' | 'started_at' | 'command' | 'seed' | 'plan' | 'environment' | 'planned'
>

export interface RunWriterOptions {
  /** Keep every submission, in samples.csv.gz. @default false */
  readonly samples?: boolean
  /** Keep what whole jobs took, in merge.csv. @default false */
  readonly merges?: boolean
}

/**
 * Writes the run as it goes. A method resolves with a fault when the disk refuses, a full one for instance:
 * the run on disk then is what it was before, up to its last finished trial. Calls may overlap (Ctrl-C
 * ends a run while a trial is being written): they take turns.
 */
export interface RunWriter {
  /** Where the submissions of the trial under way go; its record then reads them. Undefined without `samples`. */
  readonly spool: SampleSpool | undefined
  trial(record: TrialRecord): Promise<WriteFault | undefined>
  /** Replaces what was given before. */
  labels(rows: readonly LabelRow[]): Promise<WriteFault | undefined>
  /** Replaces what was given before. */
  checks(checks: readonly Check[]): Promise<WriteFault | undefined>
  /** The last call: closes the files. @param endedAt ISO 8601, UTC */
  finish(state: 'complete' | 'interrupted', endedAt: string): Promise<WriteFault | undefined>
}

/** A trial's rows, checked: a figure that is NaN, or a misspelt column, is a bug and must not be stored. */
const recordSchema = z.object({
  row: trialRow,
  phases: z.array(phaseRow),
  failures: z.array(failureRow),
  injected: z.array(injectedRow),
  timeline: z.array(timelineRow),
  merge: mergeRow.optional(),
})

async function create(dir: string, run: StoredRun, options: RunWriterOptions): Promise<Tables> {
  const { samples = false, merges = false } = options
  try {
    await mkdir(dir, { recursive: true })
    const tables = await createTables(dir, Date.parse(run.started_at), { samples, merges })
    await replaceFile(join(dir, 'labels.csv'), csvHeader(labelRow))
    await replaceFile(join(dir, 'run.json'), jsonOf(run))
    return tables
  } catch (error) {
    throw unwritable(error, dir)
  }
}

function jsonOf(run: StoredRun): string {
  return `${JSON.stringify(run, null, 1)}\n`
}

/**
 * Creates every file of the run, so that a folder that cannot be written is met before the first trial.
 * @throws UsageError naming the folder
 */
export async function openRunWriter(
  dir: string,
  meta: RunMeta,
  options: RunWriterOptions = {},
): Promise<RunWriter> {
  const run: StoredRun = storedRun.parse({
    version: 1,
    ...meta,
    state: 'running',
    ended_at: null,
    checks: [],
    trials: [],
    labels: [],
    phases: [],
    failures: [],
    injected: [],
    timeline: [],
    merges: [],
  })
  const tables = await create(dir, run, options)
  const writeRun = () => replaceFile(join(dir, 'run.json'), jsonOf(run))

  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = (write: () => Promise<void>): Promise<WriteFault | undefined> => {
    const done = turn.then(write).then(
      () => undefined,
      error => writeFaultOf(error, dir),
    )
    turn = done.catch(() => {})
    return done
  }

  return {
    spool: tables.spool,
    trial: record =>
      inTurn(async () => {
        const { row, phases, failures, injected, timeline, merge } = recordSchema.parse(record)
        await tables.add(record)
        run.trials.push(row)
        run.phases = run.phases.concat(phases)
        run.failures = run.failures.concat(failures)
        run.injected = run.injected.concat(injected)
        run.timeline = run.timeline.concat(timeline)
        if (merge) run.merges.push(merge)
        await writeRun()
      }),
    labels: rows =>
      inTurn(async () => {
        run.labels = z.array(labelRow).parse(rows)
        await replaceFile(join(dir, 'labels.csv'), csvHeader(labelRow) + csvRows(labelRow, run.labels))
        await writeRun()
      }),
    checks: checks =>
      inTurn(async () => {
        run.checks = [...checks]
        await writeRun()
      }),
    finish: (state, endedAt) =>
      inTurn(async () => {
        run.state = state
        run.ended_at = endedAt
        try {
          await writeRun()
        } finally {
          await tables.close()
        }
      }),
  }
}

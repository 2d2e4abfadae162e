import { stringify } from 'csv-stringify/sync'
import type { SampleRow, TrialRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { plainText } from '../run-store/text.ts'

/** One submission as another tool's format has it. */
export interface SampleExport {
  /** The header row; formats whose columns have no names have none. */
  readonly head: readonly string[] | undefined
  /** Whether those that were sent before the measured part belong to it. */
  readonly keepsWarmup: boolean
  row(sample: SampleRow, trial: TrialRow): readonly (string | number | null)[]
}

/** When a submission was due, since the Unix epoch: as near as the trial's start tells. */
export const dueAtMs = (sample: SampleRow, trial: TrialRow) => Date.parse(trial.started_at) + sample.due_ms

/** From the due instant to the end; of what was never sent, nothing. */
export const responseMs = ({ due_ms, end_ms }: SampleRow) =>
  end_ms === null ? 0 : Math.max(0, end_ms - due_ms)

/** Success in numbers: 250 is the only reply that accepts a message (RFC 5321 §4.3.2), 200 stands for any 2xx. */
export function codeOf({ code, outcome }: SampleRow, { transport }: TrialRow): number {
  if (code !== null) return code
  if (outcome !== 'accepted') return 0
  return transport === 'smtp' ? 250 : 200
}

/** What became of a submission that was not accepted, in words; empty for one that was. */
export function failureOf({ outcome, phase, cause, code, enhanced_code }: SampleRow): string {
  if (outcome === 'accepted') return ''
  const codes = [code, enhanced_code].filter(part => part !== null).join(' ')
  const where = phase === null ? '' : ` in ${phase}`
  const why = [cause, codes].filter(Boolean).join(', ')
  return `${outcome}${where}${why && ` (${why})`}`
}

const BATCH = 1000

/** As safe as our own tables: no formulas, no control characters. */
function lines(rows: readonly (readonly (string | number | null)[])[]): string {
  return stringify(
    rows.map(row => [...row]),
    {
      record_delimiter: 'unix',
      escape_formulas: true,
      cast: { string: value => plainText(value), number: value => String(value) },
    },
  )
}

/** The submissions of a run's trials in another format, some thousand at a time. */
export async function* exportSamples(
  run: StoredRun,
  samples: AsyncIterable<SampleRow>,
  { head, keepsWarmup, row }: SampleExport,
): AsyncGenerator<string> {
  const trials = new Map(run.trials.map(trial => [trial.trial, trial]))
  let batch: (readonly (string | number | null)[])[] = head ? [head] : []
  for await (const sample of samples) {
    const trial = trials.get(sample.trial)
    // Floors and anatomies are measurements of another thing.
    if (trial?.purpose !== 'measure' || (sample.due_ms < 0 && !keepsWarmup)) continue
    batch.push(row(sample, trial))
    if (batch.length < BATCH) continue
    yield lines(batch)
    batch = []
  }
  if (batch.length > 0) yield lines(batch)
}

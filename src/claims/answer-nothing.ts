import type { FailureRow, LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { transportNames } from './words.ts'

/** None of its messages got through, so that it has no latency. */
export const isRefused = ({ accepted }: LabelRow) => accepted === 0

const wordsOf = ({ outcome, phase, cause, code }: FailureRow) => {
  // A code says more than that nothing says why.
  const known = cause === 'unknown' && code !== null ? null : cause
  const why = [known, code].filter(part => part !== null).join(', ')
  return `${outcome.replace('_', ' ')}${phase === null ? '' : ` in ${phase}`}${why && `: ${why}`}`
}

/** How most of the messages of these labels ended: `1,590 of 1,590 rejected in wait: policy, 404`. */
function endOf(rows: readonly LabelRow[], runs: readonly StoredRun[]): string {
  const labels = new Map(rows.map(({ run_id, label }) => [`${run_id} ${label}`, true]))
  const kinds = new Map<string, number>()
  for (const { trials, failures } of runs) {
    const counted = new Set(
      trials.flatMap(({ trial, purpose, valid }) => (purpose === 'measure' && valid ? [trial] : [])),
    )
    for (const failure of failures) {
      if (!labels.has(`${failure.run_id} ${failure.label}`) || !counted.has(failure.trial)) continue
      const kind = wordsOf(failure)
      kinds.set(kind, (kinds.get(kind) ?? 0) + failure.count)
    }
  }
  const scheduled = rows.reduce((sum, row) => sum + row.scheduled, 0).toLocaleString('en-US')
  const [most] = [...kinds].sort(([, a], [, b]) => b - a)
  return most ? `${most[1].toLocaleString('en-US')} of ${scheduled} ${most[0]}` : `0 of ${scheduled}`
}

/** Over which transport nothing was accepted, of how many labels, and why; none where something was of all. */
export function nothingAcceptedIn(rows: readonly LabelRow[], runs: readonly StoredRun[]): string[] {
  return (['smtp', 'http'] as const).flatMap(transport => {
    const own = rows.filter(row => row.transport === transport)
    const refused = own.filter(isRefused)
    if (refused.length === 0) return []
    const share = refused.length === own.length ? '' : ` under ${refused.length} of ${own.length} labels`
    return [`over ${transportNames[transport]} nothing was accepted${share} (${endOf(refused, runs)})`]
  })
}

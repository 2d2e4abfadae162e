import { hlogCut, type StoredHistogram } from './hlog.ts'
import type { StoredRun } from './stored-run.ts'

type Rows = readonly Pick<StoredRun['trials'][number], 'trial' | 'valid' | 'accepted'>[]

const countOf = ({ blocks }: StoredHistogram) =>
  blocks.reduce((sum, bins) => sum + bins.reduce((all, [, count]) => all + count, 0), 0)

/**
 * What the log lacks of the trials that stand in run.json, in words; undefined when it has all of them. A trial
 * reaches the log before it reaches run.json, so that a run that was killed, or whose disk was full, lacks nothing:
 * its log may only end in a piece of a trial that run.json does not know.
 */
export function lackOf(
  { state, trials }: { readonly state: StoredRun['state']; readonly trials: Rows },
  log: string,
  latencies: readonly StoredHistogram[],
): string | undefined {
  const counts = new Map(latencies.map(stored => [stored.trial, countOf(stored)]))
  const owed = trials.filter(({ valid, accepted }) => valid && accepted > 0)
  const at = owed.findIndex(({ trial, accepted }) => counts.get(trial) !== accepted)
  const short = owed[at]
  if (short) {
    const { trial, accepted } = short
    const count = counts.get(trial) ?? 0
    if (count > 0 || owed.slice(at).some(row => counts.has(row.trial)))
      return `trial ${trial} of ${trials.length} has ${count} of its ${accepted} latencies`
    const before = owed[at - 1]?.trial
    return before === undefined
      ? `it has none of the run's ${trials.length} trials`
      : `cut off after trial ${before} of ${trials.length}`
  }
  const cut = hlogCut(log)
  if (cut === undefined) return undefined
  // Of a run that is under way, or was killed, the last line may be that of a trial which had not ended.
  const isStored = trials.some(({ trial }) => cut.startsWith(`Tag=t${trial}.`))
  return state === 'running' && !isStored ? undefined : 'its last line is cut off'
}

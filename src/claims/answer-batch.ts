import { short } from '../figure-text.ts'
import type { LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { median } from '../stats/median.ts'
import { shiftBetween } from '../stats/shift.ts'
import { circumstancesOf, clientInWords, inWords } from './condition.ts'

/** A whole job by one way of an API. */
interface Job {
  readonly row: LabelRow
  readonly batch: number
  readonly messages: number
  readonly totalsMs: readonly number[]
  readonly totalMs: number
}

function jobsIn(run: StoredRun): Job[] {
  const counting = new Map(
    run.trials.flatMap(({ trial, purpose, valid, label }) =>
      purpose === 'measure' && valid ? [[trial, label] as const] : [],
    ),
  )
  return run.labels.flatMap(row => {
    if (row.transport !== 'http' || row.fault !== null) return []
    const rows = run.merges.filter(
      ({ trial, accepted, messages }) => counting.get(trial) === row.label && accepted === messages,
    )
    const [first] = rows
    const totalsMs = rows.map(({ total_ms }) => total_ms)
    const totalMs = median(totalsMs)
    return first && totalMs !== undefined
      ? [{ row, batch: first.batch_size, messages: first.messages, totalsMs, totalMs }]
      : []
  })
}

/** The same job by the same client over as many connections: only how it is cut into calls differs. */
const jobKey = ({ row, messages }: Job) =>
  JSON.stringify([messages, clientInWords(row), { ...circumstancesOf(row), batch: 0 }])

/** The quickest batches beside one by one, where the difference is more than chance. */
function savingOf(jobs: readonly Job[]): { single: Job; batched: Job } | undefined {
  const single = jobs.find(({ batch }) => batch === 1)
  const [batched] = jobs.filter(({ batch }) => batch > 1).toSorted((a, b) => a.totalMs - b.totalMs)
  if (!single || !batched) return undefined
  const { interval } = shiftBetween(batched.totalsMs, single.totalsMs, 0.95)
  return interval && interval.low > 0 ? { single, batched } : undefined
}

/** What batch calls of an API save, of libraries before bare clients, on the longest network. */
export function batchSentences(runs: readonly StoredRun[]): string[] {
  const groups = new Map<string, Job[]>()
  for (const run of runs) {
    for (const job of jobsIn(run)) {
      const key = JSON.stringify([run.run_id, jobKey(job)])
      groups.set(key, [...(groups.get(key) ?? []), job])
    }
  }
  const [best] = [...groups.values()]
    .flatMap(jobs => savingOf(jobs) ?? [])
    .toSorted(
      (a, b) =>
        Number(a.single.row.client === 'wire') - Number(b.single.row.client === 'wire') ||
        (b.single.row.link_rtt_ms ?? 0) - (a.single.row.link_rtt_ms ?? 0),
    )
  if (!best) return []
  const { single, batched } = best
  const where = inWords(circumstancesOf(single.row), ['rttMs', 'load'])
  return [
    `Over the API, send many messages in batch calls: ${single.messages.toLocaleString('en-US')} took ${short(batched.totalMs)} ms in calls of ${batched.batch.toLocaleString('en-US')}, ${short(single.totalMs)} ms one by one (${clientInWords(single.row)}, ${where}).`,
  ]
}

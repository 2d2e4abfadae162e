import { short } from '../figure-text.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { type Comparison, repetitionsOf } from './comparison.ts'
import type { Contest } from './contest.ts'

/** One trial of many may have met a stall of the machine; it says nothing of a median over all. */
const MOST = 0.5

/**
 * Whether several users shared a client process that was fully busy, in at least half of the trials of either side:
 * latency is then mostly waiting for one another.
 */
export function isAtLimit(run: StoredRun, { smtp, http }: Comparison): boolean {
  const noted = new Set(
    run.checks.flatMap(({ check, ok, trial }) => (check === 'event-loop' && !ok ? trial : [])),
  )
  return [smtp, http].some(row => {
    const trials = [...repetitionsOf(run, row).values()]
    const busy = trials.filter(({ trial }) => noted.has(trial)).length
    return (row.users ?? 0) > 1 && busy > 0 && busy >= MOST * trials.length
  })
}

/** More are not named one by one. */
const NAMED_MAX = 3

/** Why latencies of a client that is fully busy are long, and what their ratio is worth. */
export function limitSentences(contests: readonly Contest[]): string[] {
  const own = contests.filter(({ atLimit }) => atLimit)
  const [first] = own
  if (!first) return []
  const places = own.map(({ where }) => where).filter(Boolean)
  const where =
    places.length === 0
      ? ''
      : places.length > NAMED_MAX
        ? ` (${own.length} of ${contests.length} conditions)`
        : ` (${places.join('; ')})`
  const { users, throughput_per_s: perS } = first.comparison.smtp
  const example =
    users !== null && perS
      ? ` (over SMTP ${users} / ${short(perS)} per s = ${short((users / perS) * 1000)} ms)`
      : ''
  return [
    `Where the client process was fully busy${where}, its users wait for one another: a message takes about users / throughput${example}, most of it in a queue.`,
    `Such a ratio compares what messages cost to process under full load; from run to run it may vary by more than its interval, which is of one run.`,
  ]
}

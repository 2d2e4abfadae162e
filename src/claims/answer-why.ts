import { short } from '../figure-text.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { isOffZero } from '../stats/interval.ts'
import { limitSentences } from './answer-limit.ts'
import { clientInWords } from './condition.ts'
import type { Contest } from './contest.ts'
import { type Excess, libraryCosts } from './library-cost.ts'

function tripsOf(contests: readonly Contest[], { comparison: { smtp, http } }: Contest): string[] {
  const several = new Set(contests.map(({ comparison }) => clientInWords(comparison.smtp))).size > 1
  const [ours, theirs] = [smtp, http].map(({ round_trips_setup: setup, round_trips_per_message: message }) =>
    setup === null || message === null ? null : { first: setup + message, next: message },
  )
  return ours && theirs
    ? [
        `A message waits for ${ours.next} network round trips over SMTP${several ? ` (${clientInWords(smtp)})` : ''} and ${theirs.next} over the API where the connection is kept, for ${ours.first} and ${theirs.first} where it is new.`,
      ]
    : []
}

const range = ({ interval }: Excess) => (interval ? `${short(interval.low)} to ${short(interval.high)}` : '')

/** What the libraries add, as far as it can be told from nothing. */
function librariesOf(run: StoredRun, { comparison: { smtp, http }, where }: Contest): string[] {
  const costs = libraryCosts(run)
  const told = [smtp, http].flatMap(row => {
    const cost = costs.find(({ label }) => label === row.label)
    const interval = cost?.latencyMs.interval
    if (!cost || !isOffZero(interval) || interval.low < 0) return []
    const cpu = cost.cpuUs && isOffZero(cost.cpuUs.interval) ? `; CPU time ${short(cost.cpuUs.value)} us` : ''
    return [`${clientInWords(row)} adds ${short(cost.latencyMs.value)} ms (${range(cost.latencyMs)}${cpu})`]
  })
  return told.length === 0
    ? []
    : [`To what a bare client takes for a message${where && ` (${where})`} ${told.join(' and ')}.`]
}

/** Round trips, and what the libraries cost: of the first contest of either kind of connection; and full load. */
export function whyOf(run: StoredRun, contests: readonly Contest[]): string[] {
  const [first] = contests
  return first ? [...tripsOf(contests, first), ...librariesOf(run, first), ...limitSentences(contests)] : []
}

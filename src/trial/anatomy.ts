import { NS_PER_MS, NS_PER_S } from '../clock.ts'
import { formatDuration } from '../units.ts'
import { bareOf, type Condition, isAdmitted } from './condition.ts'
import { labelled } from './condition-label.ts'

/** Long beside timers and CPU time, so that a turn is told from bytes that merely cross; short for a run's sake. */
const RTT_NS = 10 * NS_PER_MS
/** The first opens a connection; of those that find it open, the median is taken. */
const MESSAGES = { reuse: 4, fresh: 2 } as const
/** Of a server off loopback: each is real mail. */
const MESSAGES_CAPPED = { reuse: 2, fresh: 1 } as const
/** Of a job: more of the same costs no more a message. */
const JOB_MESSAGES_MAX = 1000
const LIMIT_NS = 30 * NS_PER_S

/** What a message has to do there, whatever may go wrong. */
function siteOf(target: Condition['target']) {
  return target.kind === 'sink' ? [target.tls, target.auth] : target.url
}

/** What decides how often a message crosses the network: conditions that share it share their anatomy. */
export function anatomyKey(condition: Condition): string {
  const { targetName, protocol, client, mode, httpVersion, connection, target, message, recipients } =
    condition
  // A key is one field more of the request's header.
  const kind = [protocol, client, mode, httpVersion, connection, siteOf(target), message, recipients]
  const whose = [targetName, ...kind, condition.idempotency]
  return JSON.stringify(isJob(condition) ? [...whose, jobOf(condition)] : whose)
}

/** Its messages share round trips, those of a call or of a connection: how many there are of them decides. */
export const isJob = ({ batch }: Condition) => batch !== undefined

/** What else the round trips of a job depend on. */
const jobOf = ({ batch, load, connections, messages }: Condition) => ({
  batch,
  load,
  connections,
  messages: Math.min(messages, JOB_MESSAGES_MAX),
})

/** How a kind of condition is dissected: a job as it is, others message by message. */
function subjectOf(condition: Condition, isCapped: boolean): Partial<Condition> {
  if (isJob(condition)) return jobOf(condition)
  const messages = (isCapped ? MESSAGES_CAPPED : MESSAGES)[condition.connection]
  return { load: { kind: 'closed', users: 1, thinkNs: 0 }, connections: 1, messages }
}

/**
 * The anatomy of each kind of condition: one user, one message in flight, an emulated network, so that every
 * round trip shows; of a job (a mail merge, batch calls) the whole of it. Other trials of the kind copy its figures. The null transport has none.
 */
export function anatomiesOf(conditions: readonly Condition[], isCapped: boolean): Condition[] {
  const kinds = new Map<string, Condition>()
  for (const condition of conditions) {
    const key = anatomyKey(condition)
    if (condition.client === 'null' || !isAdmitted(condition)) continue
    // A whole job is too much to be sent to somebody else's server for its round trips' sake.
    if (isCapped && isJob(condition)) continue
    if (!kinds.has(key)) kinds.set(key, condition)
  }
  const anatomies = [...kinds.values()].map(
    (condition): Condition => ({
      ...condition,
      ...subjectOf(condition, isCapped),
      link: { rtt: formatDuration(RTT_NS) },
      target: bareOf(condition.target),
      retry: undefined,
      durationNs: LIMIT_NS,
      warmup: { messages: 0, durationNs: 0 },
      repetitions: 1,
    }),
  )
  return labelled(anatomies).map(condition => ({ ...condition, label: `anatomy ${condition.label}` }))
}

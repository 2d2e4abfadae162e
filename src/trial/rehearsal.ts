import { NS_PER_S } from '../clock.ts'
import { bareOf, type Condition, isAdmitted } from './condition.ts'
import { sinkFloorsOf } from './floor.ts'

/** Enough for the compiler to have settled on the hot paths of client, harness and sink. */
const MESSAGES = { reuse: 2000, fresh: 200 } as const
/** A plan of small trials gets small rehearsals. */
const TRIALS = 5
const LIMIT_NS = 2 * NS_PER_S
const USERS_MAX = 10

const kindOf = ({ protocol, client, mode, httpVersion, connection, batch = 1 }: Condition) =>
  [protocol, client, mode, httpVersion, connection, batch > 1].join(' ')

/**
 * One unrecorded trial for each kind of client and connection, before the first round. A process that has
 * just started runs its code interpreted: without this, the first round of a plan is slower than the others,
 * up to three times, whichever labels come first. Servers that are not ours are never sent a rehearsal.
 */
export function rehearsalsOf(conditions: readonly Condition[]): Condition[] {
  const kinds = new Map<string, Condition>()
  for (const condition of [...sinkFloorsOf(conditions), ...conditions]) {
    if (condition.target.kind === 'sink' && isAdmitted(condition)) kinds.set(kindOf(condition), condition)
  }
  return [...kinds.values()].map(condition => ({
    ...condition,
    load: { kind: 'closed', users: Math.min(condition.connections, USERS_MAX), thinkNs: 0 },
    connections: Math.min(condition.connections, USERS_MAX),
    link: {}, // waiting warms nothing up
    target: bareOf(condition.target), // nor does what goes wrong
    retry: undefined,
    messages: Math.min(TRIALS * condition.messages, MESSAGES[condition.connection]),
    durationNs: Math.min(condition.durationNs, LIMIT_NS),
    warmup: { messages: 0, durationNs: 0 },
  }))
}

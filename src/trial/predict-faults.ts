import { type Nanoseconds, NS_PER_MS } from '../clock.ts'
import { shareOf } from '../share.ts'
import { stepsOf } from '../sink/fault/fault.ts'
import { stepsAt } from '../sink/fault/fault-place.ts'
import type { FaultSpec } from '../sink/fault/fault-spec.ts'
import type { Condition } from './condition.ts'

/** Steps that come with each connection, and those that are no message's. */
const setUp: readonly string[] = ['connect', 'tls', 'greeting', 'hello', 'starttls', 'auth']
const besides: readonly string[] = ['head', 'body', 'chunk', 'rset', 'noop', 'vrfy', 'help', 'quit']

/** Faults that nobody is told of: the client waits until its patience ends. */
const silent: readonly string[] = ['silence', 'unacknowledged by silence']
/** Of a connection that is opened again, and of nodemailer's pool, which pauses after a failure. */
const RECOVERY_NS = 5 * NS_PER_MS
const POOL_PAUSE_NS = 100 * NS_PER_MS
/** Of bytes, roughly: what a small message takes. */
const MESSAGE_BYTES = 5000

function often({ share, every, first }: FaultSpec): number {
  if (share !== undefined) return shareOf(share)
  if (every !== undefined) return 1 / every
  return first === undefined ? 1 : 0
}

/** How often a fault hits a message, on average; of bytes a guess. */
function hitsOf(spec: FaultSpec, { protocol, connection }: Condition): number {
  const places = stepsAt(spec.at)
  if (places.length === 0) return (often(spec) * MESSAGE_BYTES) / 10_000
  const met = stepsOf(protocol).filter(
    step => !besides.includes(step) && (connection === 'fresh' || !setUp.includes(step)),
  )
  return Math.min(1, often(spec) * met.filter(step => places.includes(step)).length)
}

function costOf({ do: kind, by }: FaultSpec, condition: Condition): Nanoseconds {
  const { timeout, client, connection } = condition
  const isSilent = silent.includes(by === undefined ? kind : `${kind} by ${by}`)
  const pauseNs = client.startsWith('nodemailer') && connection === 'reuse' ? POOL_PAUSE_NS : 0
  return (isSilent && timeout !== 'rfc' ? timeout : RECOVERY_NS) + pauseNs
}

/** What the faults of a condition add to a message's time, and a retry to that, on average. */
export function faultsNs(condition: Condition): Nanoseconds {
  const { target, retry } = condition
  const faults = target.kind === 'sink' ? (target.faults ?? []) : []
  const againNs = retry ? retry.backoffNs / 2 : 0
  return faults.reduce((sum, spec) => sum + hitsOf(spec, condition) * (costOf(spec, condition) + againNs), 0)
}

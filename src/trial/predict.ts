import { type Nanoseconds, NS_PER_MS, NS_PER_S } from '../clock.ts'
import type { Condition } from './condition.ts'
import type { ClientName, Mode } from './pairings.ts'

/**
 * Rough time of one submission against a local sink, client and server together, in microseconds on one
 * core: what `run` predicts from before it starts. Measured once with the quick plan on a 2-core virtual
 * machine; only the prediction depends on it.
 */
const costUs = {
  nodemailer: { reuse: 550, fresh: 3200 },
  'nodemailer-raw': { reuse: 400, fresh: 3000 },
  undici: { reuse: 150, fresh: 2000 },
  null: { reuse: 5, fresh: 5 },
} as const

/** The same for round trips, which an emulated network makes long. Setup: STARTTLS or TLS, with authentication. */
const roundTrips: Record<ClientName, { setup: number; message: (mode: Mode | undefined) => number }> = {
  nodemailer: { setup: 7, message: () => 2 },
  'nodemailer-raw': { setup: 7, message: () => 2 },
  undici: { setup: 2, message: () => 1 },
  null: { setup: 0, message: () => 0 },
}

function linkedNs({ client, mode, connection, rttNs }: Condition): {
  coldNs: Nanoseconds
  messageNs: Nanoseconds
} {
  const { setup, message } = roundTrips[client]
  const coldNs = setup * rttNs
  return { coldNs, messageNs: message(mode) * rttNs + (connection === 'fresh' ? coldNs : 0) }
}

/** Opening sinks, transports and files of a trial. */
const TRIAL_OVERHEAD_NS = 60 * NS_PER_MS
/** Client and sink run side by side on two cores when there is more than one user. */
const OVERLAP = 1.5

/** Time between two messages. */
function paceNs(condition: Condition): Nanoseconds {
  const { client, connection, load } = condition
  const cpuNs = costUs[client][connection] * 1000
  if (load.kind === 'ramp') return (2 * NS_PER_S) / (load.fromPerS + load.toPerS)
  if (load.kind !== 'closed') return NS_PER_S / load.ratePerS
  const { users, thinkNs } = load
  const waitNs = thinkNs + linkedNs(condition).messageNs
  return Math.max(cpuNs / (users > 1 ? OVERLAP : 1), (waitNs + cpuNs) / users)
}

/** Predicted time of one repetition. */
export function predictNs(condition: Condition): Nanoseconds {
  const { messages, warmup, durationNs } = condition
  const pace = paceNs(condition)
  const spanOf = (count: number, boundNs: Nanoseconds) => Math.min(count * pace, boundNs)
  const { coldNs } = linkedNs(condition)
  return (
    spanOf(messages, durationNs) + spanOf(warmup.messages, warmup.durationNs) + coldNs + TRIAL_OVERHEAD_NS
  )
}

import { type Nanoseconds, NS_PER_MS, NS_PER_S } from '../clock.ts'
import { linkRttNs } from '../link/link.ts'
import { phaseMeanings } from '../phase.ts'
import { rfc5321Limits } from '../transport/step-limits.ts'
import type { Condition } from './condition.ts'
import type { Mode } from './pairings.ts'
import { faultsNs } from './predict-faults.ts'

/**
 * Rough time of one submission against a local sink, client and server together, in microseconds on one
 * core: what `run` predicts from before it starts. Measured once with the quick plan on a 2-core virtual
 * machine; only the prediction depends on it.
 */
const costUs = {
  nodemailer: { reuse: 550, fresh: 3200 },
  'nodemailer-raw': { reuse: 400, fresh: 3000 },
  undici: { reuse: 150, fresh: 2000 },
  wire: { reuse: 60, fresh: 1500 },
  null: { reuse: 5, fresh: 5 },
} as const

const BATCHED_COST_US = 50

const messageTrips: Readonly<Record<Mode, number>> = { lockstep: 4, pipelined: 2, chunked: 1 }

/** Round trips, which an emulated network makes long; setup with STARTTLS or TLS, and authentication. */
function roundTripsOf({ client, protocol, mode = 'pipelined' }: Condition): {
  setup: number
  message: number
} {
  if (client === 'null') return { setup: 0, message: 0 }
  return protocol === 'http' ? { setup: 2, message: 1 } : { setup: 7, message: messageTrips[mode] }
}

function linkedNs(condition: Condition): { coldNs: Nanoseconds; messageNs: Nanoseconds } {
  const { setup, message } = roundTripsOf(condition)
  const rttNs = linkRttNs(condition.link)
  const coldNs = setup * rttNs
  const messageNs = (message * rttNs) / (condition.batch ?? 1)
  return { coldNs, messageNs: messageNs + (condition.connection === 'fresh' ? coldNs : 0) }
}

/** Opening sinks, transports and files of a trial. */
const TRIAL_OVERHEAD_NS = 60 * NS_PER_MS
/** Client and sink run side by side on two cores when there is more than one user. */
const OVERLAP = 1.5

/** Time between two messages. */
function paceNs(condition: Condition): Nanoseconds {
  const { client, connection, load, batch = 1 } = condition
  // A batch call spares each of its messages most of what a client does for one.
  const cpuNs = (batch > 1 ? BATCHED_COST_US : costUs[client][connection]) * 1000
  if (load.kind === 'ramp') return (2 * NS_PER_S) / (load.fromPerS + load.toPerS)
  if (load.kind !== 'closed') return NS_PER_S / load.ratePerS
  const { users, thinkNs, maxPerS = Number.POSITIVE_INFINITY } = load
  const waitNs = thinkNs + linkedNs(condition).messageNs + faultsNs(condition)
  return Math.max(cpuNs / (users > 1 ? OVERLAP : 1), (waitNs + cpuNs) / users, NS_PER_S / maxPerS)
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

/** Predicted time of one repetition where each submission takes `submissionNs`, as one does that is never answered. */
export function predictSlowNs(condition: Condition, submissionNs: Nanoseconds): Nanoseconds {
  const { load, messages, warmup, durationNs } = condition
  const predictedNs = predictNs(condition)
  // A schedule does not wait for replies, but a trial does for its last.
  if (load.kind !== 'closed' || submissionNs === 0) return predictedNs + submissionNs
  const spanOf = (count: number, boundNs: Nanoseconds) =>
    Math.min(Math.ceil(count / load.users), Math.ceil(boundNs / submissionNs)) * submissionNs
  return Math.max(
    predictedNs,
    spanOf(messages, durationNs) + spanOf(warmup.messages, warmup.durationNs) + TRIAL_OVERHEAD_NS,
  )
}

const LONGEST_STEP_NS = Math.max(...Object.values(rfc5321Limits().ofPhase))

/** What one repetition takes at most: each step of each attempt of each submission all the time that it may. */
export function slowestNs(condition: Condition): Nanoseconds {
  const { protocol, timeout, retry } = condition
  const steps = Object.values(phaseMeanings).filter(facts => protocol in facts).length
  const stepNs = timeout === 'rfc' ? LONGEST_STEP_NS : timeout
  const retries = retry?.times ?? 0
  return predictSlowNs(condition, steps * stepNs * (1 + retries) + retries * (retry?.maxBackoffNs ?? 0))
}

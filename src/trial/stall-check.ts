import { type Nanoseconds, NS_PER_MS } from '../clock.ts'
import { short } from '../figure-text.ts'
import { isJob } from './anatomy.ts'
import type { Condition } from './condition.ts'
import type { Measured } from './trial.ts'

/** A shorter wait may be the machine's. */
const STALL_MIN_MS = 200
/** A wait that is longer than the highest percentile by this factor is hidden by it. */
const HIDDEN_FACTOR = 4
/** The part of a steady rate's arrivals that must meet the wait for their p99 to show it. */
const MET_SHARE = 0.01
/** More than this part of the p99 spent waiting for a connection makes the p99 the queue's. */
const QUEUED_SHARE = 0.5

export interface Stall {
  readonly ok: boolean
  readonly detail: string
}

const ms = (value: number) => `${short(value)} ms`

/**
 * Whether one long wait stands in the percentiles as those would have met it who do not wait for each other, or,
 * in a closed load, is hidden by them: coordinated omission (G. Tene, "How NOT to Measure Latency").
 */
export function stallOf(condition: Condition, { recording, pace }: Measured): Stall | undefined {
  const { latency_p50_ms, latency_p99_ms, latency_max_ms: longestMs } = recording.figures
  const highestMs = latency_p99_ms ?? latency_p50_ms
  if (longestMs === null || highestMs === null || isJob(condition)) return undefined
  const name = latency_p99_ms === null ? 'p50' : 'p99'
  if (condition.load.kind === 'closed') {
    const spanNs: Nanoseconds = Math.max(pace.startSpanNs, longestMs * NS_PER_MS)
    const share = (longestMs * NS_PER_MS) / spanNs
    const isHidden = longestMs >= STALL_MIN_MS && longestMs >= HIDDEN_FACTOR * highestMs && share >= MET_SHARE
    return {
      ok: !isHidden,
      detail: isHidden
        ? `a reply took ${ms(longestMs)}, ${Math.round(share * 100)}% of the trial; users who wait for replies ask less meanwhile, so that the ${name} of ${ms(highestMs)} hides it: a load at a rate (--rate) does not`
        : `the longest reply took ${ms(longestMs)}, the ${name} is ${ms(highestMs)}`,
    }
  }
  const queuedMs = recording.phases.find(({ phase }) => phase === 'queue')?.p99_ms ?? 0
  const isQueued =
    condition.load.kind !== 'ramp' && queuedMs >= STALL_MIN_MS && queuedMs >= QUEUED_SHARE * highestMs
  return {
    ok: !isQueued,
    detail: isQueued
      ? `${name} of ${ms(highestMs)} since messages were due, and at its p99 ${ms(queuedMs)} spent waiting for a connection: the server stalled, or takes less than the rate; users who wait for replies would not have shown it`
      : `at the p99 ${ms(queuedMs)} were spent waiting for a connection`,
  }
}

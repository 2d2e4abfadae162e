import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import type { Attempted, Reply } from '../sample.ts'
import { backoffNs, isRetried, type RetryPolicy } from './retry-policy.ts'
import type { Transport } from './transport.ts'

export interface RetryingOptions {
  readonly policy: RetryPolicy
  readonly clock: Clock
  /** Of equal streams a message waits equally long, whatever else is sent. */
  readonly random: Random
  /** Ends waiting: what was to be tried again ends as its last attempt did. */
  readonly signal: AbortSignal
}

/**
 * How a submission ended that was attempted more than once. Accepted is accepted. But where an attempt is in doubt,
 * a later one that fails does not undo it: the message may have been taken, and is never called failed.
 */
function endOf(attempts: readonly Attempted[], last: Reply): Reply {
  const doubted = attempts.find(({ reply }) => reply.outcome === 'in_doubt')?.reply
  const end = last.outcome === 'accepted' ? last : (doubted ?? last)
  return { ...end, attempts }
}

/**
 * A transport whose submissions are attempted again, as the policy says. Waiting holds up nobody: other submissions
 * go on, and the schedule of an open load is none of its business.
 */
export function retrying(transport: Transport, options: RetryingOptions): Transport {
  const { policy, clock, random, signal } = options
  return {
    protocol: transport.protocol,
    get connectionsOpened() {
      return transport.connectionsOpened
    },
    get fallbacks() {
      return transport.fallbacks ?? []
    },
    async submit(message) {
      const attempts: Attempted[] = []
      for (;;) {
        const startNs = clock.nowNs()
        const reply = await transport.submit(message)
        const attempt = attempts.length + 1
        const goesOn = isRetried(policy, reply, attempt) && !signal.aborted
        // Most are accepted at once, and cost nothing more.
        if (attempt === 1 && !goesOn) return reply
        attempts.push({ startNs, endNs: clock.nowNs(), reply })
        if (!goesOn) return endOf(attempts, reply)
        const draw = random.fork(`${message.index}/${attempt}`)
        await clock.sleep(backoffNs(policy, attempt, reply.retryAfterNs ?? 0, draw), signal)
        if (signal.aborted) return endOf(attempts, reply)
      }
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  }
}

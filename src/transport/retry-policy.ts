import { z } from 'zod'
import type { Nanoseconds } from '../clock.ts'
import type { Random } from '../random.ts'
import type { Reply } from '../sample.ts'
import { durationText, wholeNumber } from '../text-schema.ts'
import { formatDuration, parseDurationNs } from '../units.ts'

/** What is worth another attempt: the server asked for one, nothing was taken, or nobody knows. */
export const retriedOutcomes = ['deferred', 'faulted', 'in_doubt'] as const

const jitters = ['full', 'equal', 'none'] as const

const RETRIES_MAX = 100

export const retryDefaults = {
  backoff: '100ms',
  max_backoff: '10s',
  jitter: 'full',
  on: retriedOutcomes,
} as const

/** A plan's `retry:`: how many attempts follow the first, and when. */
export const retrySpec = z.union(
  [
    wholeNumber(0, RETRIES_MAX),
    z.strictObject({
      times: wholeNumber(1, RETRIES_MAX).describe('attempts after the first'),
      backoff: durationText.optional().describe('before the first of them; it doubles with each'),
      max_backoff: durationText.optional().describe('the longest that is waited, whatever a server asks for'),
      jitter: z
        .enum(jitters)
        .optional()
        .describe('what of the backoff is drawn from the seed: full (all of it), equal (half), none'),
      on: z
        .array(z.enum(retriedOutcomes))
        .min(1, 'must not be empty')
        .optional()
        .describe('the outcomes that are tried again'),
    }),
  ],
  { error: `must be a number of retries up to ${RETRIES_MAX}, or a mapping with times` },
)

export type RetrySpec = z.infer<typeof retrySpec>

/** When a submission is attempted again. */
export interface RetryPolicy {
  /** Attempts after the first. */
  readonly times: number
  readonly backoffNs: Nanoseconds
  readonly maxBackoffNs: Nanoseconds
  readonly jitter: (typeof jitters)[number]
  readonly on: readonly Reply['outcome'][]
}

/** undefined: what fails once has failed. */
export function retryPolicyOf(spec: RetrySpec | undefined): RetryPolicy | undefined {
  if (spec === undefined || spec === 0) return undefined
  const given: Exclude<RetrySpec, number> = typeof spec === 'number' ? { times: spec } : spec
  const { times, backoff = retryDefaults.backoff, max_backoff: most = retryDefaults.max_backoff } = given
  const { jitter = retryDefaults.jitter, on = retryDefaults.on } = given
  return {
    times,
    backoffNs: parseDurationNs(backoff),
    maxBackoffNs: parseDurationNs(most),
    jitter,
    // In one order, so that the same policy is the same condition.
    on: retriedOutcomes.filter(outcome => on.includes(outcome)),
  }
}

/** Whether `reply`, to attempt number `attempt`, is followed by another. Our own lack of resources is nobody's fault. */
export function isRetried({ times, on }: RetryPolicy, { outcome, cause }: Reply, attempt: number): boolean {
  return attempt <= times && cause !== 'local' && on.includes(outcome)
}

const drawnShares = { full: 1, equal: 0.5, none: 0 } as const

/**
 * How long to wait after attempt number `attempt`: a backoff that doubles, of which a part is drawn so that those
 * who failed together do not come back together (M. Brooker, Exponential backoff and jitter, AWS Architecture Blog,
 * 2015), and no less than the server asked for (Retry-After, RFC 9110 §10.2.3).
 */
export function backoffNs(
  { backoffNs: firstNs, maxBackoffNs, jitter }: RetryPolicy,
  attempt: number,
  askedNs: Nanoseconds,
  random: Random,
): Nanoseconds {
  const wholeNs = Math.min(maxBackoffNs, firstNs * 2 ** (attempt - 1))
  const drawn = drawnShares[jitter] * random.next()
  return Math.min(maxBackoffNs, Math.max(askedNs, Math.round(wholeNs * (1 - drawn))))
}

/** What tells a policy from others with as many retries. */
export const retryDetails = ({ backoffNs: firstNs, maxBackoffNs, jitter, on }: RetryPolicy) =>
  `backoff-${formatDuration(firstNs)}-${formatDuration(maxBackoffNs)}-${jitter}-on-${on.join('-')}`

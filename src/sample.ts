import type { Nanoseconds } from './clock.ts'
import type { Phase, PhaseTimes } from './phase.ts'

/** How a due submission ended; each has exactly one. */
export const outcomeMeanings = {
  accepted: '2xx, perhaps with some recipients refused',
  deferred: 'SMTP 4xx, HTTP 429, 500, 503: worth a retry',
  rejected: 'SMTP 5xx, other HTTP 4xx, an unexpected 3xx',
  faulted: 'no reply, and the message had not been handed over whole: certainly not taken',
  in_doubt:
    'no decisive reply after the hand-over (RFC 1047), HTTP 502 and 504 among them: it may have been taken',
  aborted: 'we ended it: Ctrl-C, or the end of the run',
  dropped: 'due, but the limit of messages in flight was reached, so never sent',
} as const

export type Outcome = keyof typeof outcomeMeanings
export const outcomes = Object.keys(outcomeMeanings) as [Outcome, ...Outcome[]]

/** Why a submission was not accepted: the same words for both protocols. */
export const causeMeanings = {
  dns: 'the name does not resolve',
  refused: 'nobody listens there',
  unreachable: 'there is no way to the host',
  reset: 'the connection ended before a decisive reply',
  timeout: 'a step took longer than it may',
  tls: 'no encrypted connection came about: its handshake, its certificate, or STARTTLS itself',
  protocol: 'one side said what the other does not understand, or not at this point',
  auth: 'the credentials are wrong, missing, or not good for this',
  throttled: 'too much, for now: a rate or a quota',
  sender: 'of the sender: its address, or its right to it',
  recipient: 'of a recipient: its address, or its mailbox',
  content: 'of the message: its size or its form',
  policy: 'the server does not want it',
  server: 'the server cannot for now, or has failed',
  local: 'our own lack of resources: a trial that meets it is invalid',
  unknown: 'nothing says why',
} as const
export type Cause = keyof typeof causeMeanings
export const causes = Object.keys(causeMeanings) as [Cause, ...Cause[]]

/** What a server decided about a message. Shared by sinks (which give it) and clients (which read it). */
export interface Verdict {
  readonly outcome: 'accepted' | 'deferred' | 'rejected' | 'in_doubt'
  readonly cause?: Cause
  /** SMTP reply code (RFC 5321 §4.2) or HTTP status (RFC 9110 §15). */
  readonly code?: number
  /** Enhanced status code (RFC 3463), such as `5.7.8`. */
  readonly enhancedCode?: string
  /** The server's own words. Hostile until escaped. */
  readonly text?: string
  /** What Retry-After or a rate-limit header asked for. */
  readonly retryAfterNs?: Nanoseconds
  /** Recipients refused of an accepted message, where the answer itself says so. */
  readonly recipientsRefused?: number
  /** Of a batch call: what was decided about each of its messages, in their order. */
  readonly each?: readonly Verdict[]
}

/** What a transport reports of one submission. A value for every fault; it never throws. */
export interface Reply {
  readonly outcome: Exclude<Outcome, 'dropped'>
  /** Where a submission that was not accepted ended. */
  readonly phase?: Phase | undefined
  readonly cause?: Cause | undefined
  readonly code?: number | undefined
  readonly enhancedCode?: string | undefined
  readonly text?: string | undefined
  /** How long the server asked to wait before another attempt. */
  readonly retryAfterNs?: Nanoseconds | undefined
  /** Recipients refused of an accepted message. */
  readonly recipientsRefused: number
  /** Of a batch call, where its answer was read. */
  readonly each?: readonly Verdict[] | undefined
  /** Counts from 1 within a transport; 0 when no connection was reached. */
  readonly connectionId: number
  readonly phases: PhaseTimes
  /** All attempts, in order, where there was more than one; the rest then tells of the one that counts. */
  readonly attempts?: readonly Attempted[] | undefined
}

/** One attempt of a submission that was attempted more than once. */
export interface Attempted {
  readonly startNs: Nanoseconds
  readonly endNs: Nanoseconds
  readonly reply: Reply
}

/** One submission's record: what happened, and when. Instants are of the run's clock. */
export interface Sample {
  readonly index: number
  readonly messageId: string
  /** When the schedule wanted it. */
  readonly dueNs: Nanoseconds
  /** When `submit()` was called: its first attempt. */
  readonly startNs: Nanoseconds
  /** When its final reply was parsed, or it failed. */
  readonly endNs: Nanoseconds
  /** The number of its last attempt, from 1: a retry is an attempt of its submission, not a submission. */
  readonly attempt: number
  readonly reply: Reply
}

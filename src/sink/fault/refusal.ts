import { type Nanoseconds, NS_PER_S } from '../../clock.ts'
import type { Cause, Verdict } from '../../sample.ts'
import type { Step } from './fault.ts'

/** How a server says no: for good, for now, or because there is too much of it. */
export const refusalKinds = ['reject', 'defer', 'throttle'] as const

/** What a fault can have a sink answer: not that something broke, but no. */
export interface Refusal {
  readonly kind: (typeof refusalKinds)[number]
  /** Of `throttle`: what it asks the client to wait. */
  readonly retryAfterNs: Nanoseconds
}

export const DEFAULT_RETRY_AFTER_NS = NS_PER_S

export function isRefusal(fault: { readonly kind: string }): fault is Refusal {
  return refusalKinds.some(kind => kind === fault.kind)
}

type Words = readonly [code: number, enhancedCode: string, cause: Cause, text: string]

/** RFC 5321 §4.3.2 with RFC 3463, RFC 3207 §4 and RFC 4954 §6: what each command may be refused with. */
const rejections: Partial<Record<Step, Words>> = {
  greeting: [554, '5.3.2', 'server', 'No SMTP service here'],
  hello: [550, '5.7.1', 'policy', 'Refused by policy'],
  starttls: [554, '5.7.0', 'tls', 'TLS not possible'],
  auth: [535, '5.7.8', 'auth', 'Authentication credentials invalid'],
  sender: [553, '5.1.8', 'sender', 'Sender refused'],
  recipient: [550, '5.1.1', 'recipient', 'No such mailbox'],
}
const rejection: Words = [550, '5.7.1', 'policy', 'Refused by policy']

const deferrals: Partial<Record<Step, Words>> = {
  // Nothing else may follow a greeting that is none (§3.1).
  greeting: [421, '4.3.2', 'server', 'Try again later'],
  starttls: [454, '4.7.0', 'tls', 'TLS not available for now'],
  auth: [454, '4.7.0', 'auth', 'Temporary authentication failure'],
  recipient: [450, '4.2.1', 'recipient', 'Mailbox busy'],
}
const deferral: Words = [451, '4.3.0', 'server', 'Try again later']

const throttlings: Partial<Record<Step, Words>> = {
  greeting: [421, '4.7.0', 'throttled', 'Too many connections'],
}
const throttling: Words = [451, '4.7.1', 'throttled', 'Too many messages']

function wordsAt(kind: Refusal['kind'], step: Step): Words {
  if (kind === 'reject') return rejections[step] ?? rejection
  return kind === 'defer' ? (deferrals[step] ?? deferral) : (throttlings[step] ?? throttling)
}

/** Over HTTP there is one exchange; a provider says these in its own words. */
const overHttp = {
  reject: { outcome: 'rejected', cause: 'policy', code: 422, text: 'Refused by policy' },
  defer: { outcome: 'deferred', cause: 'server', code: 503, text: 'Try again later' },
  throttle: { outcome: 'deferred', cause: 'throttled', code: 429, text: 'Too many messages' },
} as const satisfies Record<Refusal['kind'], Verdict>

/** What a refusal says at a step of a protocol. */
export function refusalAt(
  { protocol, step }: { readonly protocol: 'smtp' | 'http'; readonly step: Step },
  { kind, retryAfterNs }: Refusal,
): Verdict {
  const wait = kind === 'throttle' && { retryAfterNs }
  if (protocol === 'http') return { ...overHttp[kind], ...wait }
  const [code, enhancedCode, cause, text] = wordsAt(kind, step)
  return { outcome: kind === 'reject' ? 'rejected' : 'deferred', cause, code, enhancedCode, text, ...wait }
}

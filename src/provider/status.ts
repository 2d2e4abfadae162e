import { type Cause, causes, type Verdict } from '../sample.ts'
import type { HttpHeaders, HttpResponse } from './provider.ts'
import { retryAfter } from './wait.ts'

const causeOfStatus: Record<number, Cause> = {
  400: 'content',
  401: 'auth',
  403: 'auth',
  407: 'auth',
  408: 'timeout',
  413: 'content',
  415: 'content',
  422: 'content',
  429: 'throttled',
}

function outcomeOf(status: number): Verdict['outcome'] {
  if (status >= 200 && status < 300) return 'accepted'
  // A gateway answered for a server that may have taken the message (RFC 9110 §15.6.3, §15.6.5).
  if (status === 502 || status === 504) return 'in_doubt'
  if (status === 429 || status >= 500) return 'deferred'
  return 'rejected'
}

/** What a status says by itself; a dialect refines it with what it knows of the body. */
export function verdictOfStatus(status: number, headers: HttpHeaders): Verdict {
  const outcome = outcomeOf(status)
  if (outcome === 'accepted') return { outcome, code: status }
  const waitNs = retryAfter(headers)
  return {
    outcome,
    code: status,
    cause: causeOfStatus[status] ?? (status >= 500 ? 'server' : status < 400 ? 'protocol' : 'unknown'),
    ...(waitNs !== undefined && { retryAfterNs: waitNs }),
  }
}

/** What is read of a refusal's body; what is left out is as the status has it. */
export type Details = Partial<Omit<Verdict, 'code'>>

const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0

/**
 * What a dialect made of an answer, without what has not the type that it should: a server may answer with
 * anything, and `constructor` is a member of every table.
 */
export function sound<T extends Partial<Verdict>>(read: T): T {
  const { text, cause, recipientsRefused, retryAfterNs, ...rest } = read
  return {
    ...rest,
    ...(typeof text === 'string' && { text }),
    ...(cause !== undefined && causes.includes(cause) && { cause }),
    ...(isCount(recipientsRefused) && { recipientsRefused }),
    ...(isCount(retryAfterNs) && { retryAfterNs }),
  } as T
}

/**
 * Reads an answer. Of one that is not accepted the body is asked as well, as far as it is readable: another
 * server's error, a proxy's say, is of any shape. Texts are not cut: what they repeat of a secret could no
 * longer be found and masked.
 * @param detailsOf may throw on a body that is not the dialect's
 */
export function readVerdict(
  { status, headers, body }: HttpResponse,
  detailsOf: (value: unknown) => Details,
): Verdict {
  const base = verdictOfStatus(status, headers)
  if (base.outcome === 'accepted') return base
  try {
    const { text = body, ...details } = sound(detailsOf(JSON.parse(body)))
    return { ...base, ...details, text }
  } catch {
    return { ...base, text: body }
  }
}

/**
 * Reads an answer of which the status says little: one with 2xx may hold a refusal. Where its body cannot be
 * read, the message may have been taken.
 * @param detailsOf see readVerdict; returns nothing of a message that was taken
 */
export function readVerdictOfBody(response: HttpResponse, detailsOf: (value: unknown) => Details): Verdict {
  const { status, headers, body } = response
  const base = verdictOfStatus(status, headers)
  if (base.outcome !== 'accepted') return readVerdict(response, detailsOf)
  try {
    const details = sound(detailsOf(JSON.parse(body)))
    return { ...base, ...(details.outcome !== undefined && { text: body }), ...details }
  } catch {
    return { ...base, outcome: 'in_doubt', cause: 'protocol', text: body }
  }
}

/** A provider's own word for an error, if it is short and harmless enough to be kept as a code. */
export function errorCode(value: unknown): Pick<Verdict, 'enhancedCode'> {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && /^[\w.:#-]{1,60}$/.test(text) ? { enhancedCode: text } : {}
}

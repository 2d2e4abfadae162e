import type { Cause, Verdict } from '../sample.ts'
import { jsonResponse } from './json.ts'
import type { HttpResponse, Stamp } from './provider.ts'
import { type Rate, rateFields, rateNames, wholeSeconds } from './rate-fields.ts'
import { readResults } from './results.ts'
import { type Flaw, rejection, type TypeFlaw } from './route.ts'
import { type Details, errorCode, readVerdictOfBody, verdictOfStatus } from './status.ts'

/** How MailerSend answers: errors are of fields, and their words end in a number such as `#MS42207`. */
interface WireErrors {
  readonly message: string
  readonly errors?: Readonly<Record<string, readonly string[]>>
}

/** A message that was taken for some of its recipients, or with 202 as well, for none. */
interface WireWarnings {
  readonly warnings?: readonly {
    readonly type: string
    readonly recipients: readonly unknown[]
  }[]
}

const causeOfCode: Record<string, Cause> = {
  MS42207: 'sender',
  // What an account may not: write to these recipients, to more of them, or with fields of its own.
  MS42212: 'policy',
  MS42222: 'policy',
  MS42225: 'policy',
  MS42235: 'policy',
}

function causeOfField(field: string): Cause {
  if (/^(?:from|reply_to)\b/.test(field)) return 'sender'
  return /^(?:to|cc|bcc)\b/.test(field) ? 'recipient' : 'content'
}

function detailsOfErrors(status: number, { message, errors = {} }: WireErrors): Details {
  const [[field, [words = message]] = ['', [message]]] = Object.entries(errors)
  const code = /#(MS\d{5})\b/.exec(words)?.[1]
  const cause = causeOfCode[code ?? ''] ?? (status === 422 ? causeOfField(field) : undefined)
  return { text: words, ...errorCode(code), ...(cause && { cause }) }
}

function detailsOfWarnings({ warnings = [] }: WireWarnings): Details {
  if (warnings.some(({ type }) => type === 'ALL_SUPPRESSED'))
    return { outcome: 'rejected', cause: 'recipient' }
  const refused = warnings.flatMap(({ type, recipients }) => (type === 'SOME_SUPPRESSED' ? recipients : []))
  return refused.length > 0 ? { recipientsRefused: refused.length } : {}
}

export function mailersendVerdict(response: HttpResponse): Verdict {
  const { status, headers, body } = response
  // Without warnings there is no body.
  if (status === 202 && body === '') return verdictOfStatus(status, headers)
  const read = readVerdictOfBody(response, value =>
    status < 300 ? detailsOfWarnings(value as WireWarnings) : detailsOfErrors(status, value as WireErrors),
  )
  // Maintenance (RFC 9110 §15.5.20 means another thing by 421).
  return status === 421 ? { ...read, outcome: 'deferred', cause: 'server' } : read
}

/** A bulk call is answered before its messages are looked at. */
export function mailersendVerdicts(response: HttpResponse, count: number): readonly Verdict[] {
  const whole = mailersendVerdict(response)
  return readResults(response, whole, count, value =>
    typeof (value as { bulk_email_id: unknown }).bulk_email_id === 'string' ? whole : undefined,
  )
}

/** By the rules of the framework that it is written in. */
export function typeWords({ field, expected, isMissing }: TypeFlaw): string {
  const article = /^[aeiou]/.test(expected) ? 'an' : 'a'
  return isMissing
    ? `The ${field} field is required. #MS42209`
    : `The ${field} must be ${article} ${expected}.`
}

/** What a body's flaw is called: the field stands where a code would. */
export function criticiseMailersend(flaw: Flaw | undefined): Verdict {
  const { field, message } = flaw ?? { field: 'from', message: 'The from field is required. #MS42209' }
  return rejection(422, causeOfField(field), message, field || 'message')
}

const RATE: Rate = { prefix: 'x-ratelimit-', limit: 120, windowS: 60 }
const quota = { remaining: 'x-apiquota-remaining', reset: 'x-apiquota-reset' }
export const rateHeaders = [...rateNames(RATE), ...Object.values(quota)]

/** The rate is of a minute, the quota of a day, which ends at midnight (UTC). */
export function mailersendRate({ wallMs }: Stamp, refusal?: Verdict): Record<string, string> {
  const midnight = new Date(wallMs)
  midnight.setUTCHours(24, 0, 0, 0)
  return {
    ...rateFields(RATE, refusal, Math.floor(wallMs / 1000)),
    [quota.remaining]: '99',
    [quota.reset]: midnight.toISOString().replace('.000', ''),
  }
}

/** What a script's refusal is called, of which only the cause is given. */
const wordsOfCause: Partial<Record<Cause, readonly [status: number, field?: string, code?: string]>> = {
  auth: [401],
  sender: [422, 'from.email', '#MS42207'],
  recipient: [422, 'to.0.email'],
  content: [422, 'html'],
  policy: [422, '', '#MS42225'],
  throttled: [429, '', '#MS42903'],
}

export function refuseMailersend(verdict: Verdict, stamp: Stamp): HttpResponse {
  const { outcome, cause = 'content', code = 503, enhancedCode, text = '', retryAfterNs } = verdict
  const [own, ownField, number] =
    outcome === 'rejected' || cause === 'throttled' ? (wordsOfCause[cause] ?? []) : []
  const status = code === 413 ? code : (own ?? code)
  const field = status === 422 ? (enhancedCode ?? ownField) : undefined
  const message = number === undefined || enhancedCode !== undefined ? text : `${text} ${number}`
  return jsonResponse(
    status,
    { message, ...(field !== undefined && { errors: { [field]: [message] } }) },
    {
      ...mailersendRate(stamp, verdict),
      ...(retryAfterNs !== undefined && { 'retry-after': String(wholeSeconds(retryAfterNs)) }),
    },
  )
}

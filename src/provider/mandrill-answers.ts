import type { Cause, Verdict } from '../sample.ts'
import { hexOf } from './ids.ts'
import { jsonResponse } from './json.ts'
import type { HttpResponse, Stamp, Taken } from './provider.ts'
import { readResults } from './results.ts'
import { type Flaw, rejection } from './route.ts'
import { type Details, errorCode, readVerdictOfBody } from './status.ts'

/**
 * How Mandrill answers: with 200 and what became of each recipient, or with 500 and the name of an error,
 * whoever is to blame for it.
 */
interface WireError {
  readonly status: 'error'
  readonly name: string
  readonly message: string
}

interface WireResult {
  readonly status: string
  readonly reject_reason?: string | null
}

const causeOfName: Record<string, Cause> = {
  Invalid_Key: 'auth',
  PaymentRequired: 'policy',
  PoorReputation: 'policy',
  Unknown_Subaccount: 'policy',
  Unknown_Template: 'content',
}

/** A validation error says in its words what it is of, such as `{"message":{"from_email":"…"}}`. */
function causeOfWords(words: string): Cause {
  if (/specify a key/i.test(words)) return 'auth'
  if (words.includes('"from_email"')) return 'sender'
  return words.includes('"to"') ? 'recipient' : 'content'
}

function detailsOfError({ name, message }: WireError): Details {
  const text = { text: message, ...errorCode(name) }
  const cause = name === 'ValidationError' ? causeOfWords(message) : causeOfName[name]
  return cause === undefined ? text : { ...text, outcome: 'rejected', cause }
}

const causeOfReason: Record<string, Cause> = {
  'invalid-sender': 'sender',
  unsigned: 'sender',
  custom: 'policy',
  rule: 'policy',
  'test-mode-limit': 'policy',
}

/** Bounced before, complained, unsubscribed, or no address at all: the rest are of the recipient. */
function detailsOfResult({ status, reject_reason }: WireResult): Details {
  if (status !== 'rejected' && status !== 'invalid') return {}
  const reason = reject_reason ?? status
  return { outcome: 'rejected', cause: causeOfReason[reason] ?? 'recipient', ...errorCode(reason) }
}

function detailsOfResults(results: readonly WireResult[]): Details {
  const refused = results.map(detailsOfResult).filter(({ outcome }) => outcome !== undefined)
  const [first] = refused
  if (results.length === 0) throw new TypeError('an answer about nobody')
  if (!first) return {}
  return refused.length === results.length ? first : { recipientsRefused: refused.length }
}

function detailsOfAnswer(value: unknown): Details {
  const answer = value as WireError | { readonly PING: string }
  if ('PING' in answer) return {}
  if (answer.status !== 'error') throw new TypeError('an answer of another kind')
  return detailsOfError(answer)
}

export function mandrillVerdict(response: HttpResponse): Verdict {
  return readVerdictOfBody(response, value =>
    Array.isArray(value) ? detailsOfResults(value) : detailsOfAnswer(value),
  )
}

/** Results are of recipients, in their order: in a batch each message has one. */
export function mandrillVerdicts(response: HttpResponse, count: number): readonly Verdict[] {
  const whole = readVerdictOfBody(response, value => (Array.isArray(value) ? {} : detailsOfAnswer(value)))
  return readResults(response, whole, count, (value, i) => {
    const results = value as readonly WireResult[]
    const result = results.length === count ? results[i] : undefined
    if (!result) return undefined
    const details = detailsOfResult(result)
    return details.outcome === undefined ? whole : { ...whole, text: JSON.stringify(result), ...details }
  })
}

export const mandrillKeyError = (key: string | undefined): Verdict =>
  key === undefined
    ? rejection(500, 'auth', 'You must specify a key value', 'ValidationError')
    : rejection(500, 'auth', 'Invalid API key', 'Invalid_Key')

/** `message.to` and `TEXT` make `Validation error: {"message":{"to":"TEXT"}}`. */
function validationError(field: string, text: string): string {
  const path = field.split('.').filter(name => name !== '')
  const error = path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), text)
  return `Validation error: ${JSON.stringify(error)}`
}

/** What a body's flaw is called. */
export function criticiseMandrill(flaw: Flaw | undefined): Verdict {
  const text = flaw ? validationError(flaw.field, flaw.message) : 'You must specify a key value'
  return rejection(500, causeOfWords(text), text, 'ValidationError')
}

export const invalidRecipient = rejection(200, 'recipient', 'invalid', 'invalid')

/** What a script's refusal is called, of which only the cause is given. */
function wordsOf(cause: Cause, text: string): readonly [name: string, message: string] {
  switch (cause) {
    case 'auth':
      return ['Invalid_Key', text]
    case 'sender':
      return ['ValidationError', validationError('message.from_email', text)]
    case 'recipient':
      return ['ValidationError', validationError('message.to', text)]
    case 'policy':
      return ['PoorReputation', text]
    case 'content':
      return ['ValidationError', text]
    default:
      return ['ServiceUnavailable', text]
  }
}

const codeOfName: Record<string, number> = { ValidationError: -2 }

export function refuseMandrill(verdict: Verdict): HttpResponse {
  const { outcome, cause = 'content', code = 503, enhancedCode, text = '' } = verdict
  const [name, message] = enhancedCode === undefined ? wordsOf(cause, text) : [enhancedCode, text]
  const status = outcome === 'rejected' && code !== 413 ? 500 : code
  return jsonResponse(status, { status: 'error', code: codeOfName[name] ?? -1, name, message })
}

/** One for each recipient; one that is refused has an id all the same. */
export function acceptMandrill({ messages }: Taken, { serial }: Stamp): HttpResponse {
  const results = messages.flatMap(({ recipients, recipientsRefused = [] }, i) => [
    ...recipients.map((email, j) => ({
      email,
      status: 'sent',
      _id: hexOf(serial + i, 28) + hexOf(j, 4),
      reject_reason: null,
      queued_reason: null,
    })),
    ...recipientsRefused.map((email, j) => ({
      email,
      status: 'invalid',
      _id: hexOf(serial + i, 28) + hexOf(recipients.length + j, 4),
      reject_reason: null,
    })),
  ])
  return jsonResponse(200, results)
}

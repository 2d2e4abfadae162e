import type { Cause, Verdict } from '../sample.ts'
import { jsonResponse } from './json.ts'
import type { HttpResponse } from './provider.ts'
import { type Flaw, rejection } from './route.ts'
import { type Details, errorCode, readVerdictOfBody } from './status.ts'

/** What SparkPost calls what is wrong: its extended error codes, and what each is called. */
const messages: Record<string, string> = {
  '1300': 'invalid data format/type',
  '1400': 'required field is missing',
  '1902': 'Message generation rejected',
  '2101': 'Exceed Sending Limit (hourly)',
  '5002': 'At least one valid recipient is required',
  '7001': 'Invalid domain',
}

export const unauthorized = 'Unauthorized.'

export const descriptions = {
  from: 'No sending domain specified',
  email: 'address.email is required for each recipient',
  content: 'content object or template_id required',
  recipients: 'recipients or list_id required',
  reply: 'reply_to is no valid email address',
  text: 'At least one of text or html needs to exist in content',
} as const

const causeOfCode: Record<string, Cause> = {
  '1100': 'auth',
  '1303': 'auth',
  '1304': 'auth',
  '1902': 'policy',
  '2008': 'sender',
  '5001': 'recipient',
  '5002': 'recipient',
  '7000': 'sender',
  '7001': 'sender',
}

/** The codes of a missing and of a malformed field: only the words say which. */
function causeOfWords(words: string): Cause {
  if (/recipient|address\.email/i.test(words)) return 'recipient'
  return /\bfrom\b|reply_to|sending domain/i.test(words) ? 'sender' : 'content'
}

interface WireError {
  readonly message: string
  readonly description?: string
  readonly code?: string | number
}

function detailsOfError({ message, description, code }: WireError, status: number): Details {
  const text = description === undefined ? message : `${message}: ${description}`
  const named = { text, ...errorCode(code) }
  if (status === 420) return named
  const cause =
    causeOfCode[String(code)] ?? (status === 400 || status === 422 ? causeOfWords(text) : undefined)
  return cause === undefined ? named : { ...named, cause }
}

interface WireResults {
  readonly total_accepted_recipients?: number
  readonly total_rejected_recipients?: number
}

/** An answer with 200 counts the recipients that were taken, and those that were not. */
function detailsOfResults(results: WireResults): Details {
  const { total_accepted_recipients: taken = 1, total_rejected_recipients: refused = 0 } = results
  if (refused === 0) return {}
  return taken > 0 ? { recipientsRefused: refused } : { outcome: 'rejected', cause: 'recipient' }
}

export function verdict(response: HttpResponse): Verdict {
  const { status } = response
  const read = readVerdictOfBody(response, value => {
    const { results, errors } = value as { results: WireResults; errors: readonly WireError[] }
    if (status < 300) return detailsOfResults(results)
    const [error] = errors
    return error ? detailsOfError(error, status) : {}
  })
  // 420 is SparkPost's own: the account has sent its share of the hour or the day.
  return status === 420 ? { ...read, outcome: 'deferred', cause: 'throttled' } : read
}

/** Refused recipients are counted and not named: of which messages they were, an answer does not say. */
export function verdicts(response: HttpResponse, count: number): readonly Verdict[] {
  const { recipientsRefused, ...whole } = verdict(response)
  const each: Verdict =
    recipientsRefused === undefined
      ? whole
      : { ...whole, outcome: 'in_doubt', cause: 'recipient', text: response.body }
  return Array.from({ length: count }, () => each)
}

export const noRecipient = rejection(400, 'recipient', messages['5002'] ?? '', '5002')

/** What a body's flaw is called. */
export function criticise(flaw: Flaw | undefined): Verdict {
  if (!flaw) return rejection(422, 'content', 'Problems parsing request as JSON', '1300')
  const { field, message } = flaw
  if (message === descriptions.from) return rejection(400, 'sender', message, '7001')
  const cause = field.startsWith('recipients') ? 'recipient' : 'content'
  return rejection(422, cause, message, /required|needs to exist/.test(message) ? '1400' : '1300')
}

/** What a script's refusal is called, of which only the cause is given. */
const codeOfCause: Partial<Record<Cause, readonly [status: number, code?: string]>> = {
  auth: [401],
  sender: [400, '7001'],
  recipient: [400, '5002'],
  content: [422, '1300'],
  policy: [400, '1902'],
  throttled: [420, '2101'],
}

export function refuse({
  outcome,
  cause = 'content',
  code: status,
  enhancedCode,
  text,
}: Verdict): HttpResponse {
  const [own, code] = codeOfCause[cause] ?? []
  const isWorded = status !== 413 && (outcome === 'rejected' || cause === 'throttled')
  const known = isWorded ? (enhancedCode ?? code) : undefined
  const message = isWorded && cause === 'auth' ? unauthorized : (messages[known ?? ''] ?? text)
  const error = {
    message,
    ...(message !== text && { description: text }),
    ...(known !== undefined && { code: known }),
  }
  const isFound = enhancedCode !== undefined || !isWorded
  return jsonResponse((isFound ? status : own) ?? 503, { errors: [error] })
}

import type { Cause, Verdict } from '../sample.ts'
import { uuidOf } from './ids.ts'
import { jsonResponse } from './json.ts'
import type { HttpResponse, Stamp } from './provider.ts'
import { readResults } from './results.ts'
import { type Flaw, rejection, type TypeFlaw } from './route.ts'
import { type Details, errorCode, readVerdictOfBody, verdictOfStatus } from './status.ts'

/** How SMTP2GO answers: all is in `data`, refusals of single recipients within 200. */
const CODE = 'E_ApiResponseCodes.'

/** What became of one message. A message that is sent in the background has its id only. */
interface WireResult {
  readonly email_id?: string
  readonly succeeded?: number
  readonly failed?: number
  readonly failures?: readonly unknown[]
  readonly error?: string
  readonly error_code?: string
  readonly field_validation_errors?: { readonly fieldname?: string; readonly message?: string }
}

const causeOfCode: Record<string, Cause> = {
  ENDPOINT_PERMISSION_DENIED: 'auth',
  API_KEY_INVALID: 'auth',
  SENDER_NOT_VERIFIED: 'sender',
}

function causeOfField(field: string): Cause {
  if (/\bsender\b|reply-to/i.test(field)) return 'sender'
  return /\b(?:to|cc|bcc)\b/.test(field) ? 'recipient' : 'content'
}

function detailsOfError({ error, error_code, field_validation_errors }: WireResult, status: number): Details {
  const { fieldname, message } = field_validation_errors ?? {}
  const words = message ?? error
  const own = causeOfCode[String(error_code).replace(CODE, '')]
  const ofField = status === 400 || status === 200 ? causeOfField(fieldname ?? words ?? '') : undefined
  // 402 is of a request that is right, and is refused all the same.
  const cause = own ?? (status === 402 ? 'policy' : ofField)
  return { ...(words !== undefined && { text: words }), ...errorCode(error_code), ...(cause && { cause }) }
}

function detailsOfResult(result: WireResult): Details {
  const { email_id, succeeded = 0, failed = 0, failures = [], error, error_code } = result
  if (error ?? error_code) return { outcome: 'rejected', ...detailsOfError(result, 200) }
  const refused = Math.max(failed, failures.length)
  if (refused > 0 && succeeded === 0)
    return { outcome: 'rejected', cause: 'recipient', text: failures.map(String).join('; ') }
  if (refused > 0) return { recipientsRefused: refused }
  if (email_id === undefined) throw new TypeError('an answer without an id')
  return {}
}

/** @param detailsOfData reads the data of an answer with 200 */
const readAnswer = (response: HttpResponse, detailsOfData: (data: unknown) => Details): Verdict =>
  readVerdictOfBody(response, value => {
    const { data } = value as { data?: unknown }
    if (response.status < 300) return detailsOfData(data)
    // Documented beside `data`, too.
    return detailsOfError((data ?? value) as WireResult, response.status)
  })

/** Of a call that only asks for the key, too: that lists what the key may do. */
export const smtp2goVerdict = (response: HttpResponse): Verdict =>
  readAnswer(response, data =>
    Array.isArray((data as { permissions?: unknown }).permissions) ? {} : detailsOfResult(data as WireResult),
  )

export function smtp2goVerdicts(response: HttpResponse, count: number): readonly Verdict[] {
  const whole = readAnswer(response, data => (Array.isArray(data) ? {} : detailsOfResult(data as WireResult)))
  return readResults(response, whole, count, (value, i) => {
    const { data } = value as { data: readonly WireResult[] }
    const result = data.length === count ? data[i] : undefined
    return result && { ...verdictOfStatus(response.status, {}), ...detailsOfResult(result) }
  })
}

/** As the library says it that checks bodies there. */
export function typeWords({ field, expected, isMissing, input }: TypeFlaw): string {
  const name = field.split('.').findLast(part => !/^\d+$/.test(part)) ?? 'emails'
  return isMissing
    ? `'${name}' is a required property`
    : `${JSON.stringify(input)} is not of type '${expected}'`
}

/** What a body's flaw is called: the field stands where a code would. */
export function criticiseSmtp2go(flaw: Flaw | undefined): Verdict {
  const { field, message } = flaw ?? { field: 'sender', message: "'sender' is a required property" }
  // Of a list, the name of the list.
  const name = field.split('.').findLast(part => !/^\d+$/.test(part)) ?? 'emails'
  return rejection(400, causeOfField(name), message, name)
}

/** What a script's refusal is called, of which only the cause is given. */
const namesOfCause: Partial<Record<Cause, readonly [status: number, name: string, field?: string]>> = {
  auth: [401, 'API_KEY_INVALID'],
  sender: [400, 'NON_VALIDATING_IN_PAYLOAD', 'sender'],
  recipient: [400, 'NON_VALIDATING_IN_PAYLOAD', 'to'],
  content: [400, 'NON_VALIDATING_IN_PAYLOAD', 'html_body'],
  policy: [402, 'API_EXCEPTION'],
  throttled: [429, 'RATE_LIMITED'],
}

export function refuseSmtp2go(verdict: Verdict, { serial }: Stamp): HttpResponse {
  const { outcome, cause = 'content', code = 503, enhancedCode, text = '' } = verdict
  const isWorded = code !== 413 && (outcome === 'rejected' || cause === 'throttled')
  const [own, name, ownField] = (isWorded && namesOfCause[cause]) || [code, 'API_EXCEPTION']
  const field = ownField && (enhancedCode ?? ownField)
  const data = {
    error: text,
    error_code: CODE + name,
    ...(field !== undefined && { field_validation_errors: { fieldname: field, message: text } }),
  }
  return jsonResponse(own, { request_id: uuidOf(serial), data })
}

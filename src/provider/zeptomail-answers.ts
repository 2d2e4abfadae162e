import type { Cause, Verdict } from '../sample.ts'
import { uuidOf } from './ids.ts'
import { jsonResponse } from './json.ts'
import type { HttpResponse, Stamp } from './provider.ts'
import { readResults } from './results.ts'
import { type Flaw, rejection } from './route.ts'
import { type Details, errorCode, readVerdict } from './status.ts'

/** How ZeptoMail refuses: a group such as TM_4001, and in the details what it is of, with a code of its own. */
interface WireError {
  readonly error: {
    readonly code: string
    readonly message?: string
    readonly details?: readonly {
      readonly code?: string
      readonly message?: string
      readonly target?: string
    }[]
  }
}

/** TM_4001 alone is of a token, a sender, a recipient and an account. */
const causeOfCode: Record<string, Cause> = {
  AE_101: 'policy',
  LE_101: 'policy',
  LE_102: 'policy',
  SERR_156: 'policy',
  SERR_157: 'auth',
  SM_111: 'sender',
  SM_128: 'policy',
  SM_133: 'policy',
  SM_151: 'throttled',
  SMI_115: 'throttled',
}

const ofFields = /^(?:GE_102|SM_113|SM_127|SM_129)$/

function causeOfField(field: string): Cause {
  if (/\b(?:from|bounce_address|reply_to)\b/.test(field)) return 'sender'
  return /\b(?:to|cc|bcc|recipient)\b/.test(field) ? 'recipient' : 'content'
}

function detailsOf(value: unknown): Details {
  const { code, message, details = [] } = (value as WireError).error
  const [detail] = details
  const words = detail?.message ?? message
  const own = detail?.code ?? code
  const cause =
    causeOfCode[own] ?? (ofFields.test(own) ? causeOfField(detail?.target ?? words ?? '') : undefined)
  return {
    ...(words !== undefined && { text: words }),
    ...errorCode(own),
    ...(cause && { cause }),
    // What is sent today is sent: the share of a day, which another day renews.
    ...(cause === 'throttled' && { outcome: 'deferred' }),
  }
}

export const zeptomailVerdict = (response: HttpResponse): Verdict => readVerdict(response, detailsOf)

/** One bad recipient refuses the call: all its messages share one fate, and one id. */
export function zeptomailVerdicts(response: HttpResponse, count: number): readonly Verdict[] {
  const whole = zeptomailVerdict(response)
  return readResults(response, whole, count, value =>
    typeof (value as { request_id: unknown }).request_id === 'string' ? whole : undefined,
  )
}

const groupOfCode: Record<string, string> = {
  AE_101: 'TM_3601',
  GE_102: 'TM_3201',
  SM_101: 'TM_3301',
  SM_127: 'TM_8001',
  SMI_115: 'TM_3601',
}

/** What a body's flaw is called. */
export function criticiseZeptomail(flaw: Flaw | undefined): Verdict {
  if (!flaw) return rejection(400, 'content', 'Invalid JSON.', 'SM_101')
  const { field, message } = flaw
  const code = /limit/.test(message) ? 'SM_127' : /Invalid Value/.test(message) ? 'SM_113' : 'GE_102'
  return rejection(400, causeOfField(field), message, code)
}

const targetOfCause: Partial<Record<Cause, string>> = { sender: 'from', recipient: 'to', content: 'htmlbody' }

/** What a script's refusal is called, of which only the cause is given. */
const codeOfCause: Partial<Record<Cause, readonly [status: number, code: string]>> = {
  auth: [401, 'SERR_157'],
  sender: [400, 'SM_111'],
  recipient: [400, 'SM_113'],
  content: [400, 'GE_102'],
  policy: [403, 'AE_101'],
}

export function refuseZeptomail(verdict: Verdict, { serial }: Stamp): HttpResponse {
  const { outcome, cause = 'content', code: status = 503, enhancedCode, text } = verdict
  const [own, ownCode] = (outcome === 'rejected' && status !== 413 && codeOfCause[cause]) || [status]
  const code = enhancedCode ?? (cause === 'throttled' ? 'SMI_115' : ownCode)
  const target = targetOfCause[cause]
  const detail = { code, message: text, ...(target !== undefined && { target }) }
  return jsonResponse(own, {
    error: {
      code: code === undefined ? 'TM_5001' : (groupOfCode[code] ?? 'TM_4001'),
      ...(code !== undefined && { details: [detail] }),
      message: cause === 'auth' ? 'Access Denied' : text,
      request_id: uuidOf(serial),
    },
  })
}

import { NS_PER_S } from '../clock.ts'
import type { Cause, Verdict } from '../sample.ts'
import { jsonResponse } from './json.ts'
import type { HttpResponse } from './provider.ts'
import { type Flaw, rejection } from './route.ts'
import { type Details, errorCode, readVerdict } from './status.ts'

/** How all of Scaleway's APIs refuse: a type of error, and details that depend on it. */
interface WireError {
  readonly type?: string
  readonly message?: string
  /** Of `not_found`. */
  readonly resource?: string
  /** Of `too_many_requests`. */
  readonly help_message?: string
  readonly reset_seconds?: number
  /** Of `invalid_arguments`; other types have other details. */
  readonly details?: readonly { readonly argument_name?: string; readonly help_message?: string }[]
}

const causeOfType: Record<string, Cause> = {
  denied_authentication: 'auth',
  permissions_denied: 'auth',
  quotas_exceeded: 'policy',
  precondition_failed: 'policy',
  too_many_requests: 'throttled',
}

function causeOfField(field: string): Cause {
  if (/^from\b/.test(field)) return 'sender'
  return /^(?:to|cc|bcc)\b/.test(field) ? 'recipient' : 'content'
}

function detailsOf(value: unknown): Details {
  const { type = '', message, resource, help_message, reset_seconds, details = [] } = value as WireError
  const [detail] = details
  const ofArguments = type === 'invalid_arguments' ? causeOfField(detail?.argument_name ?? '') : undefined
  // The domain of a sender that the project does not have.
  const ofResource = type === 'not_found' && resource === 'domain' ? ('sender' as const) : undefined
  const cause = causeOfType[type] ?? ofArguments ?? ofResource
  const words = detail?.help_message ?? help_message ?? message
  return {
    ...(words !== undefined && { text: words }),
    ...errorCode(type),
    ...(cause && { cause }),
    ...(typeof reset_seconds === 'number' && { retryAfterNs: Math.ceil(reset_seconds * NS_PER_S) }),
  }
}

export const scalewayVerdict = (response: HttpResponse): Verdict => readVerdict(response, detailsOf)

/** What a body's flaw is called: the argument stands where a code would. */
export function criticiseScaleway(flaw: Flaw | undefined): Verdict {
  if (!flaw) return rejection(400, 'content', 'The body is no valid JSON', 'body')
  return rejection(400, causeOfField(flaw.field), flaw.message, flaw.field || 'body')
}

const argumentOfCause: Partial<Record<Cause, string>> = { sender: 'from.email', recipient: 'to.0.email' }

function invalidArgument(argument_name: string, text: string): HttpResponse {
  const reason = /required/.test(text) ? 'required' : /at (?:least|most)/.test(text) ? 'constraint' : 'format'
  return jsonResponse(400, {
    details: [{ argument_name, help_message: text, reason }],
    message: 'invalid argument(s)',
    type: 'invalid_arguments',
  })
}

export function refuseScaleway(verdict: Verdict): HttpResponse {
  const { outcome, cause = 'content', code = 503, enhancedCode, text: message = '' } = verdict
  if (cause === 'throttled')
    return jsonResponse(429, { help_message: message, message, type: 'too_many_requests' })
  if (outcome !== 'rejected' || code === 413) return jsonResponse(code, { message })
  switch (cause) {
    case 'auth':
      return jsonResponse(401, {
        message,
        method: 'api_key',
        reason: 'invalid_argument',
        type: 'denied_authentication',
      })
    case 'policy':
      return jsonResponse(403, { details: [], message, type: 'quotas_exceeded' })
    default:
      return invalidArgument(enhancedCode ?? argumentOfCause[cause] ?? 'html', message)
  }
}

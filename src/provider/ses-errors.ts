import type { Cause, Verdict } from '../sample.ts'
import { uuidOf } from './ids.ts'
import { jsonResponse } from './json.ts'
import type { HttpHeaders, HttpResponse, Stamp } from './provider.ts'
import { type Flaw, rejection } from './route.ts'
import { type Details, errorCode, readVerdict } from './status.ts'

/** How Amazon SES names what is wrong: an exception, whose words say more where its name says little. */
const throttlings = /^(?:TooManyRequests|Throttling|ThrottledException|LimitExceeded|RequestLimitExceeded)/
const strangers =
  /^(?:UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|AccessDenied|ExpiredToken|NotAuthorized|OptInRequired)/

/** Words of a refusal that no name tells apart. */
export function causeOfWords(words: string): Cause {
  if (/not verified|sender|FromEmailAddress/i.test(words)) return 'sender'
  return /address|recipient|destination|'@domain'/i.test(words) ? 'recipient' : 'content'
}

function detailsOfException(name: string, words: string): Details {
  if (throttlings.test(name)) return { outcome: 'deferred', cause: 'throttled' }
  if (strangers.test(name)) return { cause: 'auth' }
  switch (name) {
    case 'MailFromDomainNotVerifiedException':
      return { cause: 'sender' }
    case 'SendingPausedException':
    case 'AccountSuspendedException':
      return { cause: 'policy' }
    case 'MessageRejected':
      return { cause: /not verified/i.test(words) ? 'sender' : 'policy' }
    case 'BadRequestException':
      return { cause: causeOfWords(words) }
    default:
      return {}
  }
}

/** `x-amzn-errortype: Name:http://…`, or `__type: namespace#Name` in the body. */
function exceptionIn(headers: HttpHeaders, type: unknown): string {
  const stated = String(headers['x-amzn-errortype'] ?? type ?? '')
  return stated.replace(/:.*$/s, '').replace(/^.*#/s, '')
}

export function sesVerdict(response: HttpResponse): Verdict {
  return readVerdict(response, value => {
    const { message, Message, __type } = value as { message?: unknown; Message?: unknown; __type?: unknown }
    const words = message ?? Message
    const name = exceptionIn(response.headers, __type)
    const text = typeof words === 'string' ? { text: words } : {}
    return { ...text, ...errorCode(name), ...detailsOfException(name, text.text ?? '') }
  })
}

/** What a body's flaw is called. */
export function criticise(flaw: Flaw | undefined): Verdict {
  if (!flaw) return rejection(400, 'content', 'The body is no JSON', 'SerializationException')
  // What cannot be read into the type that it should be is not the operation's error, but the reader's.
  const name = / can not be converted /.test(flaw.message) ? 'SerializationException' : 'BadRequestException'
  return rejection(400, causeOfWords(flaw.message), flaw.message, name)
}

/** What a script's refusal is called, of which only the cause is given. */
const exceptionOfCause: Partial<Record<Cause, readonly [status: number, name: string, prefix?: string]>> = {
  auth: [403, 'AccessDeniedException'],
  sender: [400, 'MailFromDomainNotVerifiedException'],
  recipient: [400, 'BadRequestException', 'Illegal address. '],
  content: [400, 'BadRequestException'],
  policy: [400, 'MessageRejected'],
  throttled: [429, 'TooManyRequestsException'],
}

/** Every answer has one. */
export const requestIdOf = (serial: number) => ({ 'x-amzn-requestid': uuidOf(serial) })

export function sesRefusal(verdict: Verdict, { serial }: Stamp): HttpResponse {
  const { outcome, cause = 'content', code, enhancedCode, text } = verdict
  const [own, name, prefix = ''] = exceptionOfCause[cause] ?? [500, 'InternalServiceErrorException']
  const isOwn = outcome === 'rejected' && enhancedCode === undefined && code !== 413
  return jsonResponse(
    isOwn ? own : (code ?? own),
    { message: enhancedCode === undefined ? `${prefix}${text}` : text },
    { 'x-amzn-errortype': enhancedCode ?? name, ...requestIdOf(serial) },
  )
}

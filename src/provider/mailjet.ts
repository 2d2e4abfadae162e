import { ID_HEADER } from '../message/identity.ts'
import type { Message } from '../message/message.ts'
import type { Cause, Verdict } from '../sample.ts'
import { addressed } from './addressees.ts'
import { hexOf, uuidOf } from './ids.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { basicAuthorization, basicCredentials, isPairTaken, type Keys, partsOf } from './key.ts'
import {
  type Body,
  body,
  decode,
  encode,
  encodeMany,
  listsOf,
  MESSAGES_MAX,
  RECIPIENTS_MAX,
  typeWords,
  type WireMessage,
  wireMessage,
  words,
} from './mailjet-wire.ts'
import type { HttpRequest, HttpResponse, Provider, ReceivedMessage, Stamp, Taken } from './provider.ts'
import { readResults } from './results.ts'
import { accountRoute, type Flaw, jsonRoute, receiveEach, rejection } from './route.ts'
import { type Details, errorCode, readVerdict, verdictOfStatus } from './status.ts'
import { defined } from './wire.ts'

const PATH = '/v3.1/send'
const MESSAGE_BYTES_MAX = 15 * 1024 * 1024
const KEY_WORDS =
  'API key authentication/authorization failure. You may be unauthorized to access the API or your API key may be expired. Visit API keys management section to check your keys.'

function fieldsOf(key: string | undefined): Record<string, string> {
  const [id, secret] = partsOf(key ?? '')
  return key === undefined ? {} : { authorization: basicAuthorization(id, secret) }
}

interface WireError {
  readonly ErrorCode?: string
  readonly StatusCode: number
  readonly ErrorMessage: string
  readonly ErrorRelatedTo?: readonly string[]
}

/** Of one message; the status of the call is that of the worst. */
interface WireResult {
  readonly Status: string
  readonly Errors?: readonly WireError[]
}

const causeOfCode = new Map<unknown, Cause>([
  ['mj-0001', 'policy'],
  ['mj-0015', 'auth'],
  ['send-0006', 'sender'],
  ['send-0007', 'sender'],
  ['send-0008', 'sender'],
  ['send-0015', 'recipient'],
])

/** Which part of a message an error is about. */
function causeOfProperty(property: unknown): Cause {
  if (/^(?:From|Sender|ReplyTo)\b/.test(String(property))) return 'sender'
  return /^(?:To|Cc|Bcc)\b/i.test(String(property)) ? 'recipient' : 'content'
}

function detailsOf({ ErrorCode, ErrorMessage, ErrorRelatedTo }: WireError): Details {
  const cause = causeOfCode.get(ErrorCode) ?? (ErrorRelatedTo && causeOfProperty(ErrorRelatedTo[0]))
  return { text: ErrorMessage, ...errorCode(ErrorCode), ...(cause && { cause }) }
}

function verdict(response: HttpResponse): Verdict {
  return readVerdict(response, value => {
    const { Messages } = value as { Messages?: readonly WireResult[] }
    const error = Messages ? Messages.find(({ Errors }) => Errors)?.Errors?.[0] : (value as WireError)
    return error ? detailsOf(error) : {}
  })
}

function resultsIn({ body }: HttpResponse): unknown {
  try {
    return (JSON.parse(body) as { Messages?: unknown }).Messages
  } catch {
    return undefined
  }
}

/** The good messages of a batch are sent whatever the status, which is that of a bad one. */
function verdicts(response: HttpResponse, count: number): readonly Verdict[] {
  const results = resultsIn(response)
  const isEach = Array.isArray(results) && results.length === count
  const accepted = verdictOfStatus(200, {})
  return readResults(response, isEach ? accepted : verdict(response), count, (_value, i) => {
    if (!isEach) return undefined
    const { Status, Errors = [] } = results[i] as WireResult
    if (Status === 'success') return accepted
    const [error] = Errors
    return error && { ...verdictOfStatus(Math.max(400, error.StatusCode), {}), ...detailsOf(error) }
  })
}

function strangerOf({ headers }: HttpRequest, keys: Keys): Verdict | undefined {
  return isPairTaken(keys, basicCredentials(headers))
    ? undefined
    : rejection(401, 'auth', KEY_WORDS, 'mj-0015')
}

function codeOfWords(text: string): string {
  if (text.endsWith('missing from the input')) return 'mj-0003'
  if (text.endsWith('is an invalid email address.')) return 'mj-0013'
  switch (text) {
    case words.content:
      return 'send-0003'
    case words.recipients:
      return 'send-0015'
    case words.empty:
      return 'mj-0007'
    case words.tooMany:
      return 'mj-0008'
    default:
      return 'mj-0004'
  }
}

function criticise(flaw: Flaw | undefined): Verdict {
  if (!flaw)
    return rejection(
      400,
      'content',
      'Malformed JSON, please review the syntax and properties types.',
      'mj-0002',
    )
  // As in `To[0].Email`: behind the code stands what it is of.
  const property = flaw.field.replace(/\.(\d+)/g, '[$1]')
  const code = codeOfWords(flaw.message)
  return rejection(400, causeOfProperty(flaw.field), flaw.message, `${code} ${property}`.trim())
}

const received = (sent: WireMessage): ReceivedMessage => ({
  id: sent.Headers?.[ID_HEADER],
  ...addressed(listsOf(sent), ({ Email }) => Email),
  ...(sent.CustomID !== undefined && { echo: { CustomID: sent.CustomID } }),
  content: () => decode(sent),
})

function take({ Messages, Globals, SandboxMode }: Body): Omit<Taken, 'kind'> {
  const whole = Messages.map(message => ({ ...Globals, ...(message as object | null) }))
  return {
    messages: receiveEach(whole, wireMessage, criticise, received, typeWords),
    sandboxed: SandboxMode === true,
  }
}

/** Which property a refusal names. */
const propertyOfCause: Partial<Record<Cause, string>> = {
  sender: 'From',
  recipient: 'To[0].Email',
}

/** @param ErrorRelatedTo left out of errors of the whole call */
function errorOf(
  { cause = 'content', code, enhancedCode, text }: Verdict,
  serial: number,
  isOfMessage: boolean,
) {
  const [ErrorCode, property = propertyOfCause[cause]] = enhancedCode?.split(' ') ?? []
  return {
    ErrorIdentifier: uuidOf(serial),
    ...defined({ ErrorCode }),
    StatusCode: code,
    ErrorMessage: text,
    ...(isOfMessage && { ErrorRelatedTo: property === undefined ? [] : [property] }),
  }
}

/** An id of more digits than a double holds: the real ones are like that, as whoever reads them must know. */
const messageIdOf = (serial: number) => 1_152_921_504_606_846_976n + BigInt(`0x${hexOf(serial, 8)}`)

function resultOf({ addressees, echo, refusal }: ReceivedMessage, isSandboxed: boolean, serial: number) {
  if (refusal) return { Status: 'error', Errors: [errorOf(refusal, serial, true)] }
  const id = isSandboxed ? '0' : String(messageIdOf(serial))
  const path = isSandboxed ? 'v3/message' : 'v3/REST/message'
  const resultsOf = (addresses: readonly string[] = []) =>
    addresses.map(Email => ({
      Email,
      MessageUUID: isSandboxed ? '' : uuidOf(serial),
      MessageID: id,
      MessageHref: `https://api.mailjet.com/${path}/${id}`,
    }))
  return {
    Status: 'success',
    CustomID: echo?.['CustomID'] ?? '',
    To: resultsOf(addressees?.to),
    Cc: resultsOf(addressees?.cc),
    Bcc: resultsOf(addressees?.bcc),
  }
}

function accept({ messages, sandboxed = false }: Taken, { serial }: Stamp): HttpResponse {
  const refusal = messages.find(message => message.refusal)?.refusal
  const Messages = messages.map((message, i) => resultOf(message, sandboxed, serial + i))
  const response = jsonResponse(refusal?.code ?? 200, { Messages })
  return { ...response, body: response.body.replace(/"MessageID":"(\d+)"/g, '"MessageID":$1') }
}

/** What a script's refusal is called, of which only the cause is given. */
const codeOfCause: Partial<Record<Cause, readonly [status: number, code?: string]>> = {
  auth: [401, 'mj-0015'],
  sender: [403, 'send-0008'],
  recipient: [400, 'mj-0013'],
  content: [400, 'mj-0004'],
  policy: [401, 'mj-0001'],
  throttled: [429],
}

function refuse(verdict: Verdict, { serial }: Stamp): HttpResponse {
  const { outcome, cause = 'content', code, enhancedCode } = verdict
  const isTooLarge = code === 413
  const [own, name] = isTooLarge ? [413, 'mj-0011'] : (codeOfCause[cause] ?? [500])
  const status = outcome === 'rejected' && enhancedCode === undefined ? own : (code ?? own)
  const isOfMessage = !isTooLarge && (cause === 'sender' || cause === 'recipient')
  const known = enhancedCode ?? name
  const error = errorOf(
    { ...verdict, code: status, ...(known !== undefined && { enhancedCode: known }) },
    serial,
    isOfMessage,
  )
  return jsonResponse(status, isOfMessage ? { Messages: [{ Status: 'error', Errors: [error] }] } : error)
}

const send = jsonRoute({
  path: PATH,
  bytesMax: MESSAGE_BYTES_MAX,
  strangerOf,
  schema: body,
  typeWords,
  criticise,
  take,
  accept,
  refuse,
})
const user = accountRoute(
  '/v3/REST/user',
  strangerOf,
  jsonResponse(200, { Count: 1, Data: [{ Email: 'bench@example.net', ID: 1 }], Total: 1 }),
  refuse,
)

function dialect(isSandboxed: boolean): Provider {
  const request = (path: string, call: object, key: string | undefined) =>
    jsonRequest(path, { ...call, ...(isSandboxed && { SandboxMode: true }) }, fieldsOf(key))
  return {
    name: 'mailjet',
    title: 'Mailjet',
    origin: 'https://api.mailjet.com',
    key: '{MJ_APIKEY_PUBLIC}:{MJ_APIKEY_PRIVATE}',
    smtp: {
      host: 'in-v3.mailjet.com',
      starttls: [587, 25, 2525],
      implicit: [465],
      user: '{MJ_APIKEY_PUBLIC}',
      password: '{MJ_APIKEY_PRIVATE}',
    },
    domains: ['mailjet.com'],
    limits: {
      messageBytes: MESSAGE_BYTES_MAX,
      recipients: RECIPIENTS_MAX,
      note: 'calls a minute are limited, and their number is not published',
    },
    safe: { api: { kind: 'flag', field: 'SandboxMode' }, smtp: { kind: 'none' } },
    events: {
      field: 'event',
      names: ['sent', 'bounce', 'blocked', 'open', 'click', 'spam', 'unsub'],
      joinKey: 'MessageID = MessageID',
    },
    check: { by: 'sdk', of: 'node-mailjet' },
    sources: [
      'https://dev.mailjet.com/email/reference/send-emails/',
      'https://dev.mailjet.com/email/guides/send-api-v31/',
    ],
    path: PATH,
    bodyDecides: false,
    request: (message, key, path = PATH) => request(path, { Messages: [encode(message)] }, key),
    verdict,
    batch: {
      path: PATH,
      messagesMax: MESSAGES_MAX,
      request: (messages: readonly Message[], key, path = PATH) => request(path, encodeMany(messages), key),
      verdicts,
    },
    account: key => getRequest(user.path, fieldsOf(key)),
    sandboxed: () => dialect(true),
    routes: [send, user],
  }
}

export const mailjet = dialect(false)

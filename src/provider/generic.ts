import { ID_HEADER } from '../message/identity.ts'
import type { Content, Mailbox, Message } from '../message/message.ts'
import { causes, type Verdict } from '../sample.ts'
import { jsonRequest, jsonResponse } from './json.ts'
import { bearerKey, isTaken, type Keys } from './key.ts'
import { isAddress } from './mailbox.ts'
import type {
  HttpRequest,
  HttpResponse,
  Provider,
  Received,
  ReceivedMessage,
  Route,
  Stamp,
  Taken,
} from './provider.ts'
import { readResults } from './results.ts'
import { rejection } from './route.ts'
import { errorCode, readVerdict, verdictOfStatus } from './status.ts'

/**
 * The generic dialect: a bearer key (RFC 6750 §2.1), and either `POST /send` of one JSON message, answered with
 * 202 `{"id": "…"}`, or `POST /batch` of `{"messages": […]}`, answered with 202 `{"results": […]}` in their
 * order. Errors: `{"error": {"cause": "…", "code": "…", "message": "…"}}`, of a call or of one result.
 */
interface WireMessage {
  from: Mailbox
  to: Mailbox[]
  subject: string
  text?: string
  html?: string
  headers: Record<string, string>
  attachments?: { filename: string; contentType: string; content: string; cid?: string }[]
}

interface WireError {
  readonly error: { readonly cause?: unknown; readonly code?: unknown; readonly message?: unknown }
}

type WireResult = { readonly id: string } | WireError

function encode({ messageId, content }: Message): WireMessage {
  return {
    from: content.from,
    to: [...content.to],
    subject: content.subject,
    ...(content.text !== undefined && { text: content.text }),
    ...(content.html !== undefined && { html: content.html }),
    headers: { 'Message-ID': messageId, ...content.headers },
    ...(content.attachments.length > 0 && {
      attachments: content.attachments.map(({ content: bytes, ...rest }) => ({
        ...rest,
        content: bytes.toString('base64'),
      })),
    }),
  }
}

function decode({ headers, attachments = [], ...rest }: WireMessage): Content {
  const { 'Message-ID': _messageId, ...further } = headers ?? {}
  return {
    ...rest,
    headers: further,
    attachments: attachments.map(({ content, ...file }) => ({
      ...file,
      content: Buffer.from(content, 'base64'),
    })),
  }
}

const authorization = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` }

/**
 * What an error says, as far as it says it in our words.
 * @throws when it is another server's
 */
function detailsOf(value: unknown) {
  const { cause, code, message } = (value as WireError).error
  const known = causes.find(word => word === cause)
  return {
    ...(known && { cause: known }),
    ...(typeof code === 'string' && errorCode(code)),
    ...(typeof message === 'string' && { text: message }),
  }
}

function verdict(response: HttpResponse): Verdict {
  return readVerdict(response, detailsOf)
}

function verdicts(response: HttpResponse, count: number): readonly Verdict[] {
  const whole = verdict(response)
  return readResults(response, whole, count, (value, i) => {
    const result = (value as { results: readonly WireResult[] }).results[i]
    if (result && 'id' in result) return whole
    return result && { ...verdictOfStatus(422, {}), ...detailsOf(result) }
  })
}

function unauthorized({ headers }: HttpRequest, keys: Keys): Verdict | undefined {
  if (isTaken(keys, bearerKey(headers))) return undefined
  return rejection(401, 'auth', 'The bearer key is missing or unknown')
}

const isMailbox = (value: Mailbox | undefined) =>
  typeof value?.address === 'string' && isAddress(value.address)

/** By hand rather than by a schema: this is what the sinks' own speed is measured with. */
function flawOf(message: Partial<WireMessage> | null | undefined): Verdict | undefined {
  if (!isMailbox(message?.from)) return rejection(422, 'sender', 'from.address is no address')
  const to = message?.to
  return Array.isArray(to) && to.length > 0 && to.every(isMailbox)
    ? undefined
    : rejection(422, 'recipient', 'to must list addresses')
}

function received(message: WireMessage): ReceivedMessage {
  const id = message.headers?.[ID_HEADER]
  return {
    id: typeof id === 'string' ? id : undefined,
    recipients: message.to.map(({ address }) => address),
    content: () => decode(message),
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

const refused = (verdict: Verdict): Received => ({ kind: 'refused', verdict })

function receiveOne(request: HttpRequest, keys: Keys): Received {
  const stranger = unauthorized(request, keys)
  if (stranger) return refused(stranger)
  const message = parse(request.body)
  if (message === undefined) return refused(rejection(400, 'content', 'The body is no JSON'))
  const flaw = flawOf(message as Partial<WireMessage>)
  return flaw ? refused(flaw) : { kind: 'taken', messages: [received(message as WireMessage)] }
}

const BATCH_MAX = 1000

function receiveBatch(request: HttpRequest, keys: Keys): Received {
  const stranger = unauthorized(request, keys)
  if (stranger) return refused(stranger)
  const { messages } = (parse(request.body) ?? {}) as { messages?: unknown }
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > BATCH_MAX)
    return refused(rejection(422, 'content', `messages must list 1 to ${BATCH_MAX} messages`))
  return {
    kind: 'taken',
    messages: messages.map(message => {
      const flaw = flawOf(message)
      if (!flaw) return received(message as WireMessage)
      return { id: undefined, recipients: [], refusal: flaw, content: () => decode(message as WireMessage) }
    }),
  }
}

const errorOf = ({ cause, enhancedCode, text }: Verdict): WireError => ({
  error: { cause, code: enhancedCode, message: text },
})

function refuse(verdict: Verdict): HttpResponse {
  const status = verdict.code ?? (verdict.outcome === 'deferred' ? 503 : 422)
  const { retryAfterNs } = verdict
  return jsonResponse(
    status,
    errorOf(verdict),
    retryAfterNs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterNs / 1e9)) },
  )
}

const idOf = ({ id }: ReceivedMessage, serial: number) => id ?? `unidentified-${serial}`

function acceptOne({ messages: [message] }: Taken, { serial }: Stamp): HttpResponse {
  return jsonResponse(202, { id: message ? idOf(message, serial) : undefined })
}

function acceptBatch({ messages }: Taken, { serial }: Stamp): HttpResponse {
  const results = messages.map(
    (message, i): WireResult =>
      message.refusal ? errorOf(message.refusal) : { id: idOf(message, serial + i) },
  )
  return jsonResponse(202, { results })
}

const send: Route = { method: 'POST', path: '/send', receive: receiveOne, accept: acceptOne, refuse }
const sendBatch: Route = {
  method: 'POST',
  path: '/batch',
  receive: receiveBatch,
  accept: acceptBatch,
  refuse,
}

export const generic: Provider = {
  name: 'generic',
  title: 'generic',
  limits: { waitHeader: 'retry-after' },
  safe: { api: { kind: 'none' }, smtp: { kind: 'none' } },
  check: { by: 'documentation' },
  sources: ['src/provider/generic.ts'],
  path: send.path,
  bodyDecides: false,
  request: (message, key, path = send.path) => jsonRequest(path, encode(message), authorization(key)),
  verdict,
  batch: {
    path: sendBatch.path,
    messagesMax: BATCH_MAX,
    request: (messages, key, path = sendBatch.path) =>
      jsonRequest(path, { messages: messages.map(encode) }, authorization(key)),
    verdicts,
  },
  routes: [send, sendBatch],
}

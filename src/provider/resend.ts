import { z } from 'zod'
import { NS_PER_S } from '../clock.ts'
import { ID_HEADER } from '../message/identity.ts'
import type { Content, Message } from '../message/message.ts'
import type { Cause, Verdict } from '../sample.ts'
import { uuidOf } from './ids.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { bearerKey, isTaken, type Keys } from './key.ts'
import { formatMailbox, isAsciiAddress, parseMailbox } from './mailbox.ts'
import type { HttpRequest, HttpResponse, Provider, ReceivedMessage, Stamp, Taken } from './provider.ts'
import { readResults } from './results.ts'
import { accountRoute, type Flaw, jsonRoute, receiveEach, rejection } from './route.ts'
import { type Details, errorCode, readVerdict, verdictOfStatus } from './status.ts'
import { secondsIn } from './wait.ts'
import { base64, bytesOf, defined, optionalFields, optionalText, unlessEmpty } from './wire.ts'

const PATH = '/emails'
const BATCH_PATH = '/emails/batch'
const BATCH_MAX = 100
const RECIPIENTS_MAX = 50
const MESSAGE_BYTES_MAX = 40 * 1024 * 1024
const WAIT_HEADER = 'retry-after'
const KEY_HEADER = 'idempotency-key'

const words = {
  format: 'The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.',
  example: 'Invalid `to` field. Please use our testing email address instead of domains like `example.com`.',
  conflict: 'This idempotency key has been used with another request body.',
  pending: 'Another request with this idempotency key is in progress.',
}

const isMailbox = (text: string) => isAsciiAddress(parseMailbox(text).address)
const mailbox = (field: string) =>
  z.string(`Missing \`${field}\` field.`).refine(isMailbox, `Invalid \`${field}\` field. ${words.format}`)
/** Mail to a domain that nobody reads is a mistake. */
const to = mailbox('to').refine(text => !/@(?:example|test)\.com>?$/i.test(text), words.example)
const attachment = z.object({
  filename: z.string(),
  content: z.string(),
  content_type: optionalText,
  content_id: optionalText,
})
const message = z
  .object({
    from: mailbox('from'),
    to: z.union([to.transform(one => [one]), z.array(to, 'Missing `to` field.').min(1).max(RECIPIENTS_MAX)]),
    subject: z.string('Missing `subject` field.'),
    text: optionalText,
    html: optionalText,
    headers: optionalFields,
    attachments: z.array(attachment).optional(),
  })
  .refine(({ text, html }) => text !== undefined || html !== undefined, 'Missing `html` or `text` field.')
type Wire = z.infer<typeof message>

function encode({ content: { from, to, subject, text, html, headers, attachments } }: Message): Wire {
  return {
    from: formatMailbox(from),
    to: to.map(formatMailbox),
    subject,
    text,
    html,
    headers: { ...headers },
    attachments: unlessEmpty(
      attachments.map(({ filename, contentType, content, cid }) => ({
        filename,
        content: base64(content),
        content_type: contentType,
        content_id: cid,
      })),
    ),
  }
}

function decode({ from, to, subject, text, html, headers = {}, attachments = [] }: Wire): Content {
  return {
    from: parseMailbox(from),
    to: to.map(parseMailbox),
    subject,
    ...defined({ text, html }),
    headers,
    attachments: attachments.map(({ filename, content, content_type = '', content_id }) =>
      defined({ filename, contentType: content_type, content: bytesOf(content), cid: content_id }),
    ),
  }
}

/** A request without a User-Agent is turned away before it is looked at (403, error 1010). */
const fieldsOf = (key: string | undefined, idempotencyKey?: string): Record<string, string> => ({
  'user-agent': 'mailbench',
  ...(idempotencyKey !== undefined && { [KEY_HEADER]: idempotencyKey }),
  ...(key !== undefined && { authorization: `Bearer ${key}` }),
})

interface WireError {
  readonly name?: unknown
  readonly message?: unknown
}

const causeOfName: Record<string, Cause> = {
  missing_api_key: 'auth',
  invalid_api_key: 'auth',
  restricted_api_key: 'auth',
  invalid_from_address: 'sender',
  security_error: 'policy',
  invalid_access: 'policy',
  invalid_attachment: 'content',
  rate_limit_exceeded: 'throttled',
  daily_quota_exceeded: 'throttled',
  monthly_quota_exceeded: 'throttled',
}

/** The rest are validation errors, and only their words say of what. */
function causeOfWords(text: string): Cause {
  if (/API key/i.test(text)) return 'auth'
  if (/`from`|domain is not verified/i.test(text)) return 'sender'
  if (/testing emails/i.test(text)) return 'policy'
  return /`(?:to|cc|bcc)`/.test(text) ? 'recipient' : 'content'
}

function detailsOf(value: unknown): Details {
  const { name, message } = value as WireError
  if (typeof name !== 'string' || typeof message !== 'string') return {}
  const isServer = /^(?:application_error|internal_server_error)$/.test(name)
  return {
    text: message,
    ...errorCode(name),
    ...(!isServer && { cause: causeOfName[name] ?? causeOfWords(message) }),
    // The first request with this key may have been taken: asked again later, the answer is its own.
    ...(name === 'concurrent_idempotent_requests' && { outcome: 'deferred', cause: 'server' }),
  }
}

function verdict(response: HttpResponse): Verdict {
  const read = readVerdict(response, detailsOf)
  const waitNs = read.cause === 'throttled' ? secondsIn(response.headers, 'ratelimit-reset') : undefined
  return read.retryAfterNs === undefined && waitNs !== undefined ? { ...read, retryAfterNs: waitNs } : read
}

/** A permissive batch lists those that it took, and apart from them those that it did not. */
interface WireResults {
  readonly data: readonly { readonly id: string }[]
  readonly errors?: readonly { readonly index: number; readonly message: string }[]
}

function verdicts(response: HttpResponse, count: number): readonly Verdict[] {
  const whole = verdict(response)
  return readResults(response, whole, count, (value, i) => {
    const { data, errors = [] } = value as WireResults
    const error = errors.find(({ index }) => index === i)
    if (error) return { ...verdictOfStatus(422, {}), cause: causeOfWords(error.message), text: error.message }
    return data.length + errors.length === count ? whole : undefined
  })
}

function strangerOf({ headers }: HttpRequest, keys: Keys): Verdict | undefined {
  const key = bearerKey(headers)
  if (isTaken(keys, key)) return undefined
  return key === undefined
    ? rejection(401, 'auth', 'Missing API Key', 'missing_api_key')
    : rejection(401, 'auth', 'API key is invalid', 'validation_error')
}

function criticise(flaw: Flaw | undefined): Verdict {
  const { message } = flaw ?? { message: 'The request body is no valid JSON.' }
  const name = message.startsWith('Missing') ? 'missing_required_field' : 'validation_error'
  return rejection(flaw ? 422 : 400, causeOfWords(message), message, name)
}

const received = (sent: Wire): ReceivedMessage => ({
  id: sent.headers?.[ID_HEADER],
  recipients: sent.to.map(text => parseMailbox(text).address),
  content: () => decode(sent),
})

const keyed = ({ headers }: HttpRequest) => defined({ idempotencyKey: headers[KEY_HEADER] })

/** Strict, which is the default: one bad message refuses the whole batch. */
function takeMany(list: readonly unknown[], request: HttpRequest) {
  const messages = receiveEach(list, message, criticise, received)
  const refusal = messages.find(each => each.refusal)?.refusal
  if (refusal && request.headers['x-batch-validation'] !== 'permissive') return { refusal }
  return { messages, ...keyed(request) }
}

function acceptMany({ messages }: Taken, { serial }: Stamp): HttpResponse {
  const data = messages.flatMap(({ refusal }, i) => (refusal ? [] : [{ id: uuidOf(serial + i) }]))
  const errors = messages.flatMap(({ refusal }, index) => (refusal ? [{ index, message: refusal.text }] : []))
  return jsonResponse(200, { data, ...(errors.length > 0 && { errors }) })
}

/** How a script's refusal is worded, of which only the cause is given; words must name what no name does. */
const wordsOfCause: Partial<Record<Cause, readonly [status: number, name: string, prefix?: string]>> = {
  auth: [401, 'validation_error', 'API key is invalid. '],
  sender: [422, 'invalid_from_address'],
  recipient: [422, 'validation_error', 'Invalid `to` field. '],
  content: [422, 'validation_error'],
  policy: [451, 'security_error'],
  throttled: [429, 'rate_limit_exceeded'],
}

function refuse(verdict: Verdict): HttpResponse {
  const { outcome, cause = 'content', code, enhancedCode, text, retryAfterNs } = verdict
  const [own, name, prefix = ''] = wordsOfCause[cause] ?? [503, 'application_error']
  const isOwn = outcome === 'rejected' && enhancedCode === undefined && code !== 413
  const statusCode = isOwn ? own : (code ?? own)
  const waitS = retryAfterNs === undefined ? undefined : String(Math.ceil(retryAfterNs / NS_PER_S))
  const message = enhancedCode === undefined ? `${prefix}${text}` : text
  return jsonResponse(
    statusCode,
    { statusCode, name: enhancedCode ?? name, message },
    waitS === undefined ? {} : { [WAIT_HEADER]: waitS, 'ratelimit-reset': waitS, 'ratelimit-remaining': '0' },
  )
}

const one = jsonRoute({
  path: PATH,
  bytesMax: MESSAGE_BYTES_MAX,
  strangerOf,
  schema: message,
  criticise,
  take: (sent, request) => ({ messages: [received(sent)], ...keyed(request) }),
  accept: (_taken, { serial }) => jsonResponse(200, { id: uuidOf(serial) }),
  refuse,
})
const many = jsonRoute({
  path: BATCH_PATH,
  bytesMax: MESSAGE_BYTES_MAX,
  strangerOf,
  schema: z.array(z.unknown()).min(1).max(BATCH_MAX, 'A batch may hold at most 100 emails.'),
  criticise,
  take: takeMany,
  accept: acceptMany,
  refuse,
})
const domains = accountRoute('/domains', strangerOf, jsonResponse(200, { object: 'list', data: [] }), refuse)

export const resend: Provider = {
  name: 'resend',
  title: 'Resend',
  origin: 'https://api.resend.com',
  key: '{RESEND_API_KEY}',
  smtp: {
    host: 'smtp.resend.com',
    starttls: [587, 25, 2587],
    implicit: [465, 2465],
    user: 'resend',
    password: '{RESEND_API_KEY}',
  },
  domains: ['resend.com'],
  limits: {
    callsPerS: 5,
    messageBytes: MESSAGE_BYTES_MAX,
    recipients: RECIPIENTS_MAX,
    waitHeader: WAIT_HEADER,
    asciiAddresses: true,
    note: 'the rate is of a team, and told in ratelimit-limit; a batch carries no attachments',
  },
  safe: {
    api: { kind: 'recipient', address: 'delivered@resend.dev' },
    smtp: { kind: 'recipient', address: 'delivered@resend.dev' },
  },
  idempotency: {
    lifetimeNs: 24 * 3600 * NS_PER_S,
    conflict: rejection(409, 'content', words.conflict, 'invalid_idempotent_request'),
    pending: {
      ...rejection(409, 'server', words.pending, 'concurrent_idempotent_requests'),
      outcome: 'deferred',
    },
  },
  events: {
    field: 'type',
    names: ['email.sent', 'email.delivered', 'email.delivery_delayed', 'email.bounced', 'email.complained'],
    joinKey: 'data.email_id = id',
    signed: 'svix-signature',
  },
  check: { by: 'sdk', of: 'resend' },
  sources: ['https://resend.com/docs/api-reference', 'https://github.com/resend/resend-openapi'],
  path: PATH,
  bodyDecides: false,
  request: (message, key, path = PATH) =>
    jsonRequest(path, encode(message), fieldsOf(key, message.idempotencyKey)),
  verdict,
  batch: {
    path: BATCH_PATH,
    messagesMax: BATCH_MAX,
    request: (messages, key, path = BATCH_PATH) =>
      jsonRequest(path, messages.map(encode), {
        ...fieldsOf(key, messages[0]?.idempotencyKey && `batch-${messages[0].idempotencyKey}`),
        'x-batch-validation': 'strict',
      }),
    verdicts,
  },
  account: key => getRequest(domains.path, fieldsOf(key)),
  routes: [one, many, domains],
}

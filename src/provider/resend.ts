import { z } from 'zod'
import { NS_PER_S } from '../clock.ts'
import { ID_HEADER } from '../message/identity.ts'
import type { Cause, Verdict } from '../sample.ts'
import { addressed } from './addressees.ts'
import { uuidOf } from './ids.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { bearerKey, isTaken, type Keys } from './key.ts'
import { parseMailbox } from './mailbox.ts'
import type { HttpRequest, HttpResponse, Provider, ReceivedMessage, Stamp, Taken } from './provider.ts'
import { type Rate, rateFields, rateNames, wholeSeconds } from './rate-fields.ts'
import { batched, decode, encode, message, RECIPIENTS_MAX, typeWords, type Wire } from './resend-wire.ts'
import { readResults } from './results.ts'
import { accountRoute, type Flaw, jsonRoute, receiveEach, rejection } from './route.ts'
import { type Details, errorCode, readVerdict, verdictOfStatus } from './status.ts'
import { secondsIn } from './wait.ts'
import { defined } from './wire.ts'

const PATH = '/emails'
const BATCH_PATH = '/emails/batch'
const BATCH_MAX = 100
const MESSAGE_BYTES_MAX = 40 * 1024 * 1024
const WAIT_HEADER = 'retry-after'
const KEY_HEADER = 'idempotency-key'
const KEY_LENGTH_MAX = 256
const RATE: Rate = { prefix: 'ratelimit-', limit: 5, windowS: 1 }

const words = {
  key: `The idempotency key must have 1 to ${KEY_LENGTH_MAX} characters.`,
  conflict: 'This idempotency key has been used with another request body.',
  pending: 'Another request with this idempotency key is in progress.',
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
  invalid_idempotency_key: 'content',
  rate_limit_exceeded: 'throttled',
  daily_quota_exceeded: 'throttled',
  monthly_quota_exceeded: 'throttled',
}

/** The rest are validation errors, and only their words say of what. */
function causeOfWords(text: string): Cause {
  if (/API key/i.test(text)) return 'auth'
  if (/`(?:from|reply_to)`|domain is not verified/i.test(text)) return 'sender'
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
  ...addressed(sent, text => parseMailbox(text).address),
  content: () => decode(sent),
})

type Understood = Omit<Taken, 'kind'> | { readonly refusal: Verdict }

/** What a request says of itself in its headers, with the messages that it holds. */
function named(messages: readonly ReceivedMessage[], { headers }: HttpRequest): Understood {
  const idempotencyKey = headers[KEY_HEADER]
  if (idempotencyKey !== undefined && (idempotencyKey === '' || idempotencyKey.length > KEY_LENGTH_MAX))
    return { refusal: rejection(400, 'content', words.key, 'invalid_idempotency_key') }
  return { messages, ...defined({ idempotencyKey, account: bearerKey(headers) }) }
}

/** Strict, which is the default: one bad message refuses the whole batch. */
function takeMany(list: readonly unknown[], request: HttpRequest): Understood {
  const messages = receiveEach(list, batched, criticise, received, typeWords)
  const refusal = messages.find(each => each.refusal)?.refusal
  if (refusal && request.headers['x-batch-validation'] !== 'permissive') return { refusal }
  return named(messages, request)
}

function acceptMany({ messages }: Taken, { serial }: Stamp): HttpResponse {
  const data = messages.flatMap(({ refusal }, i) => (refusal ? [] : [{ id: uuidOf(serial + i) }]))
  const errors = messages.flatMap(({ refusal }, index) => (refusal ? [{ index, message: refusal.text }] : []))
  return jsonResponse(200, { data, ...(errors.length > 0 && { errors }) }, rateFields(RATE))
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
  const wait = retryAfterNs === undefined ? {} : { [WAIT_HEADER]: String(wholeSeconds(retryAfterNs)) }
  return jsonResponse(
    statusCode,
    {
      statusCode,
      name: enhancedCode ?? name,
      message: enhancedCode === undefined ? `${prefix}${text}` : text,
    },
    { ...rateFields(RATE, verdict), ...wait },
  )
}

const one = jsonRoute({
  path: PATH,
  bytesMax: MESSAGE_BYTES_MAX,
  strangerOf,
  schema: message,
  typeWords,
  criticise,
  take: (sent, request) => named([received(sent)], request),
  accept: (_taken, { serial }) => jsonResponse(200, { id: uuidOf(serial) }, rateFields(RATE)),
  refuse,
})
const many = jsonRoute({
  path: BATCH_PATH,
  bytesMax: MESSAGE_BYTES_MAX,
  strangerOf,
  schema: z
    .array(z.unknown())
    .min(1, 'A batch must hold at least one email.')
    .max(BATCH_MAX, 'A batch may hold at most 100 emails.'),
  typeWords,
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
    rateHeaders: rateNames(RATE),
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

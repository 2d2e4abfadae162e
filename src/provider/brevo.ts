import { NS_PER_S } from '../clock.ts'
import { ID_HEADER } from '../message/identity.ts'
import type { Cause, Verdict } from '../sample.ts'
import { addressed } from './addressees.ts'
import {
  type Body,
  body,
  decode,
  encode,
  encodeMany,
  IDEMPOTENCY_FIELD,
  RECIPIENTS_MAX,
  SANDBOX_FIELD,
  typeWords,
  VERSION_RECIPIENTS_MAX,
  words,
} from './brevo-wire.ts'
import { hexOf } from './ids.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { isTaken, type Keys } from './key.ts'
import type { HttpRequest, HttpResponse, Provider, ReceivedMessage, Stamp, Taken } from './provider.ts'
import { type Rate, rateFields, rateNames } from './rate-fields.ts'
import { readResults } from './results.ts'
import { accountRoute, type Flaw, jsonRoute, rejection } from './route.ts'
import { type Details, errorCode, readVerdict } from './status.ts'
import { secondsIn } from './wait.ts'
import { defined } from './wire.ts'

const PATH = '/v3/smtp/email'
const MESSAGE_BYTES_MAX = 20 * 1024 * 1024
const WAIT_HEADER = 'x-sib-ratelimit-reset'
const RATE: Rate = { prefix: 'x-sib-ratelimit-', limit: 1000, windowS: 1 }
const PENDING = 'A request with this idempotency key is being processed'

const fieldsOf = (key: string | undefined): Record<string, string> => ({
  accept: 'application/json',
  ...(key !== undefined && { 'api-key': key }),
})

const causeOfCode = new Map<string, Cause>([
  ['unauthorized', 'auth'],
  ['not_enough_credits', 'policy'],
  ['permission_denied', 'policy'],
  ['account_under_validation', 'policy'],
])

/** One code is of all that is malformed; its words say of what. */
function causeOfWords(text: string): Cause {
  if (/\bsender\b|\breplyTo\b/i.test(text)) return 'sender'
  return /\bin (?:to|cc|bcc)\b|recipient/i.test(text) ? 'recipient' : 'content'
}

function detailsOf(value: unknown, status: number): Details {
  const { code = '', message } = value as { code?: unknown; message: unknown }
  if (typeof code !== 'string' || typeof message !== 'string') return {}
  const known = causeOfCode.get(code.toLowerCase()) ?? (status === 400 ? causeOfWords(message) : undefined)
  return {
    text: message,
    ...errorCode(code),
    ...(known && { cause: known }),
    // The first request with this key may have been taken: asked again later, the answer is its own.
    ...(code === 'duplicate_request' && { outcome: 'deferred', cause: 'server' }),
  }
}

function verdict(response: HttpResponse): Verdict {
  const read = readVerdict(response, value => detailsOf(value, response.status))
  const waitNs = read.cause === 'throttled' ? secondsIn(response.headers, WAIT_HEADER) : undefined
  return read.retryAfterNs === undefined && waitNs !== undefined ? { ...read, retryAfterNs: waitNs } : read
}

/** A batch is taken whole or not at all; its answer has an id for each version. */
function verdicts(response: HttpResponse, count: number): readonly Verdict[] {
  const whole = verdict(response)
  return readResults(response, whole, count, (value, i) => {
    const { messageIds, messageId } = value as { messageIds?: readonly unknown[]; messageId?: unknown }
    const ids = messageIds ?? (count === 1 ? [messageId] : [])
    return typeof ids[i] === 'string' ? whole : undefined
  })
}

function strangerOf({ headers }: HttpRequest, keys: Keys): Verdict | undefined {
  return isTaken(keys, headers['api-key'])
    ? undefined
    : rejection(401, 'auth', 'Key not found', 'unauthorized')
}

function criticise(flaw: Flaw | undefined): Verdict {
  const { message } = flaw ?? { message: 'Input must be a valid JSON object' }
  const isMissing = flaw !== undefined && message.endsWith('missing')
  return rejection(
    400,
    causeOfWords(message),
    message,
    flaw ? (isMissing ? 'missing_parameter' : 'invalid_parameter') : 'bad_request',
  )
}

function take(sent: Body, { headers }: HttpRequest): Omit<Taken, 'kind'> {
  const { to = [], cc, bcc } = sent
  const versions = sent.messageVersions ?? [{ to, cc, bcc }]
  // The guide calls it so, the reference the other way.
  const idempotencyKey = sent.headers?.[IDEMPOTENCY_FIELD] ?? sent.headers?.['Idempotency-Key']
  return {
    sandboxed: sent.headers?.[SANDBOX_FIELD] === 'drop',
    ...defined({ idempotencyKey, account: headers['api-key'] }),
    messages: versions.map(
      (own): ReceivedMessage => ({
        id: own.headers?.[ID_HEADER] ?? sent.headers?.[ID_HEADER],
        ...addressed(own, ({ email }) => email),
        content: () => decode(sent, own),
      }),
    ),
  }
}

/** As in `<202610210728.12345678901@smtp-relay.mailin.fr>`. */
function messageIdOf(serial: number, wallMs: number): string {
  const minute = new Date(wallMs).toISOString().replace(/\D/g, '').slice(0, 12)
  return `<${minute}.${Number.parseInt(hexOf(serial, 8), 16)}@smtp-relay.mailin.fr>`
}

function accept({ messages }: Taken, { serial, wallMs }: Stamp): HttpResponse {
  const ids = messages.map((_, i) => messageIdOf(serial + i, wallMs))
  const answer = ids.length === 1 ? { messageId: ids[0] } : { messageIds: ids }
  return jsonResponse(201, answer, rateFields(RATE))
}

/** How a script's refusal is worded, of which only the cause is given; words must name what no code does. */
const wordsOfCause: Partial<Record<Cause, readonly [status: number, code: string, prefix?: string]>> = {
  auth: [401, 'unauthorized'],
  sender: [400, 'invalid_parameter', 'sender is not valid. '],
  recipient: [400, 'invalid_parameter', `${words.to}. `],
  content: [400, 'invalid_parameter'],
  policy: [403, 'permission_denied'],
  throttled: [429, 'too_many_requests'],
}

function refuse(verdict: Verdict): HttpResponse {
  const { outcome, cause = 'content', code, enhancedCode, text } = verdict
  const [own, name, prefix = ''] = wordsOfCause[cause] ?? [500, 'internal_server_error']
  const isOwn = outcome === 'rejected' && enhancedCode === undefined && code !== 413
  const message = enhancedCode === undefined && code !== 413 ? `${prefix}${text}` : text
  return jsonResponse(
    isOwn ? own : (code ?? own),
    { code: enhancedCode ?? name, message },
    rateFields(RATE, verdict),
  )
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
const account = accountRoute(
  '/v3/account',
  strangerOf,
  jsonResponse(200, { email: 'bench@example.net' }),
  refuse,
)

function dialect(isSandboxed: boolean): Provider {
  return {
    name: 'brevo',
    title: 'Brevo',
    origin: 'https://api.brevo.com',
    key: '{BREVO_API_KEY}',
    smtp: {
      host: 'smtp-relay.brevo.com',
      starttls: [587, 2525],
      implicit: [465],
      user: '{BREVO_SMTP_LOGIN}',
      password: '{BREVO_SMTP_KEY}',
    },
    domains: ['brevo.com', 'sendinblue.com', 'mailin.fr'],
    limits: {
      callsPerS: 1000,
      messageBytes: MESSAGE_BYTES_MAX,
      recipients: VERSION_RECIPIENTS_MAX,
      waitHeader: WAIT_HEADER,
      rateHeaders: rateNames(RATE),
      note: 'paid plans have 2,000 calls/s and more; 4 MB for an attachment; 2,000 recipients for a batch',
    },
    safe: {
      api: { kind: 'flag', field: `headers.${SANDBOX_FIELD}` },
      smtp: { kind: 'none' },
    },
    idempotency: {
      lifetimeNs: 30 * 60 * NS_PER_S,
      pending: { ...rejection(400, 'server', PENDING, 'duplicate_request'), outcome: 'deferred' },
    },
    lacks: ['type', 'inline'],
    events: {
      field: 'event',
      names: [
        'request',
        'delivered',
        'deferred',
        'soft_bounce',
        'hard_bounce',
        'blocked',
        'invalid_email',
        'spam',
        'error',
      ],
      joinKey: 'message-id = messageId',
    },
    check: { by: 'sdk', of: '@getbrevo/brevo' },
    sources: [
      'https://developers.brevo.com/reference/send-transac-email',
      'https://developers.brevo.com/docs/using-sandbox-mode-to-send-an-email',
      'https://developers.brevo.com/docs/heterogenous-versions-batch-emails',
    ],
    path: PATH,
    bodyDecides: false,
    request: (message, key, path = PATH) => jsonRequest(path, encode(message, isSandboxed), fieldsOf(key)),
    verdict,
    batch: {
      path: PATH,
      messagesMax: RECIPIENTS_MAX,
      request: (messages, key, path = PATH) =>
        jsonRequest(path, encodeMany(messages, isSandboxed), fieldsOf(key)),
      verdicts,
    },
    account: key => getRequest(account.path, fieldsOf(key)),
    sandboxed: () => dialect(true),
    routes: [send, account],
  }
}

export const brevo = dialect(false)

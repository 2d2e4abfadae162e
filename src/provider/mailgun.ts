import type { Message } from '../message/message.ts'
import type { Cause, Verdict } from '../sample.ts'
import { everyone } from './addressees.ts'
import { hexOf } from './ids.ts'
import { getRequest, jsonResponse } from './json.ts'
import { basicAuthorization, basicCredentials, isTaken, type Keys } from './key.ts'
import { isAddress, parseMailbox, parseMailboxes } from './mailbox.ts'
import {
  encode,
  encodeMany,
  encodeRaw,
  listsOf,
  mimeIn,
  received,
  receivedRaw,
  TEST_FIELD,
  variablesOf,
} from './mailgun-wire.ts'
import { type FormField, formIn, formRequest, textOf } from './multipart.ts'
import type {
  HttpRequest,
  HttpResponse,
  Provider,
  Received,
  ReceivedMessage,
  Route,
  Sender,
  Stamp,
  Taken,
} from './provider.ts'
import { readResults } from './results.ts'
import { accountRoute, rejection } from './route.ts'
import { type Details, readVerdictOfBody } from './status.ts'
import { retryAfter } from './wait.ts'

/** Paths are of the domain that sends, which is the sender's. */
const PATH = '/v3/:domain/messages'
const RAW_PATH = '/v3/:domain/messages.mime'
const RECIPIENTS_MAX = 1000
const MESSAGE_BYTES_MAX = 25 * 1024 * 1024

/** Marks the mock's own finding. */
const DOMAIN_UNKNOWN = 'domain'

const words = {
  missing: (name: string) => `'${name}' parameter is missing`,
  address: (name: string) => `'${name}' parameter is not a valid address. please check documentation`,
  domain: (name: string) => `Domain not found: ${name}`,
  recipients: `'to' parameter holds more than ${RECIPIENTS_MAX} recipients`,
  variables: "'recipient-variables' parameter is not a valid JSON object",
  content: "Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified",
}

const fieldsOf = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { authorization: basicAuthorization('api', key) }

function causeOfWords(text: string): Cause {
  if (/^'(?:from|h:Reply-To)'/.test(text)) return 'sender'
  if (/not allowed to send/i.test(text)) return 'policy'
  return /^'(?:to|cc|bcc)'/.test(text) ? 'recipient' : 'content'
}

/** As in `recipient limit exceeded, try again after Mon, 25 Aug 2025 07:00:31 UTC`. */
const againAfter = /try again after (\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d) (?:UTC|GMT)/

function detailsOf(value: unknown, { status, headers }: HttpResponse): Details {
  const { id, items, message } = value as { id?: unknown; items?: unknown; message?: unknown }
  if (status < 300) {
    if (typeof id !== 'string' && !Array.isArray(items))
      throw new Error('The answer is neither an id nor a list')
    return {}
  }
  if (typeof message !== 'string') return {}
  if (status === 420) {
    const waitNs = retryAfter({ ...headers, 'retry-after': `${againAfter.exec(message)?.[1]} GMT` })
    const wait = waitNs === undefined ? {} : { retryAfterNs: waitNs }
    return { text: message, outcome: 'deferred', cause: 'throttled', ...wait }
  }
  if (status === 404) return { text: message, cause: 'sender' }
  return { text: message, ...((status === 400 || status === 403) && { cause: causeOfWords(message) }) }
}

function verdict(response: HttpResponse): Verdict {
  // Any path that is none is answered so: nothing was taken.
  if (response.status === 200 && response.body.startsWith('Mailgun Magnificent API'))
    return { outcome: 'rejected', cause: 'protocol', code: 200, text: response.body }
  return readVerdictOfBody(response, value => detailsOf(value, response))
}

/** One answer for all. */
function verdicts(response: HttpResponse, count: number): readonly Verdict[] {
  const whole = verdict(response)
  return readResults(response, whole, count, () => whole)
}

function strangerOf({ headers }: HttpRequest, keys: Keys): Verdict | undefined {
  const { user, password } = basicCredentials(headers) ?? {}
  return isTaken(keys, user === 'api' ? password : undefined)
    ? undefined
    : rejection(401, 'auth', 'Forbidden')
}

const bad = (text: string) => rejection(400, causeOfWords(text), text)

function flawOfRecipients(form: readonly FormField[]): Verdict | undefined {
  const lists = listsOf(form)
  if (lists.to.length === 0) return bad(words.missing('to'))
  for (const [name, list] of Object.entries(lists))
    if (!list.every(({ address }) => isAddress(address))) return bad(words.address(name))
  return everyone(lists).length > RECIPIENTS_MAX ? bad(words.recipients) : undefined
}

/** What a form holds, or what is wrong with it. */
type Read = (form: readonly FormField[]) => readonly ReceivedMessage[] | Verdict

/** Any of these is something to send; what a template says, the mock does not know. */
const texts = ['text', 'html', 'amp-html', 'template']

const readParts: Read = form => {
  const from = textOf(form, 'from')
  if (from === undefined) return bad(words.missing('from'))
  if (!isAddress(parseMailbox(from).address)) return bad(words.address('from'))
  const flaw = flawOfRecipients(form)
  if (flaw) return flaw
  const replies = parseMailboxes(textOf(form, 'h:Reply-To') ?? '')
  if (!replies.every(({ address }) => isAddress(address))) return bad(words.address('h:Reply-To'))
  if (!texts.some(name => textOf(form, name))) return bad(words.content)
  const variables = variablesOf(form)
  return variables === 'bad' ? bad(words.variables) : received(form, variables)
}

const readRaw: Read = form => {
  const flaw = flawOfRecipients(form)
  if (flaw) return flaw
  const mime = mimeIn(form)
  return mime ? receivedRaw(form, mime) : bad(words.missing('message'))
}

/** Other values than `yes` are said to work as well. */
const isTest = (form: readonly FormField[]) => /^(?:yes|true)$/i.test(textOf(form, TEST_FIELD[0]) ?? '')

/** `example.net` of `/v3/example.net/messages`. */
function domainIn(path: string): string {
  const [, , segment = ''] = path.split('/')
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** An account has every domain that there may be: none without a dot, and none under RFC 2606's `.invalid`. */
const isDomain = (name: string) => /^[^\s@/]+\.[^\s@/.]+$/.test(name) && !name.endsWith('.invalid')

function receive(request: HttpRequest, keys: Keys, read: Read): Received {
  const stranger = strangerOf(request, keys)
  if (stranger) return { kind: 'refused', verdict: stranger }
  const domain = domainIn(request.path)
  if (!isDomain(domain))
    return { kind: 'refused', verdict: rejection(404, 'sender', words.domain(domain), DOMAIN_UNKNOWN) }
  const form = formIn(request)
  const result = read(form)
  if ('outcome' in result) return { kind: 'refused', verdict: result }
  const messages = result.map(each => ({ ...each, echo: { domain } }))
  return { kind: 'taken', messages, sandboxed: isTest(form) }
}

/** As in `<20261021072800.1.0123456789ABCDEF@example.net>`: of the domain that sends. */
function accept({ messages: [first] }: Taken, { serial, wallMs }: Stamp): HttpResponse {
  const second = new Date(wallMs).toISOString().replace(/\D/g, '').slice(0, 14)
  const id = `<${second}.1.${hexOf(serial, 16).toUpperCase()}@${first?.echo?.['domain']}>`
  return jsonResponse(200, { id, message: 'Queued. Thank you.' })
}

/** How a script's refusal is worded, of which only the cause is given. */
const wordsOfCause: Partial<Record<Cause, readonly [status: number, prefix?: string]>> = {
  auth: [401],
  sender: [400, "'from' parameter is refused. "],
  recipient: [400, "'to' parameter is refused. "],
  content: [400],
  policy: [403, 'The domain is not allowed to send: '],
  throttled: [429],
}

function refuse({ outcome, cause = 'content', code, enhancedCode, text = '' }: Verdict): HttpResponse {
  if (enhancedCode === DOMAIN_UNKNOWN) return jsonResponse(404, { message: text })
  const [own, prefix = ''] = wordsOfCause[cause] ?? [500]
  const isOwn = outcome === 'rejected' && code !== 413
  const status = isOwn ? own : (code ?? own)
  if (status === 401) return { status, headers: { 'content-type': 'text/plain' }, body: text }
  // The mock's own words say what they are about, those of a script need not.
  const message = isOwn && causeOfWords(text) !== cause ? `${prefix}${text}` : text
  return jsonResponse(status, { message })
}

const route = (path: string, read: Read): Route => ({
  method: 'POST',
  path,
  bytesMax: MESSAGE_BYTES_MAX,
  receive: (request, keys) => receive(request, keys, read),
  accept,
  refuse,
})
const send = route(PATH, readParts)
const sendRaw = route(RAW_PATH, readRaw)
const domains = accountRoute(
  '/v4/domains',
  strangerOf,
  jsonResponse(200, { items: [], total_count: 0 }),
  refuse,
)

/** The path of the domain that an address is of. */
const pathFor = (path: string, address: string) =>
  path.replace(':domain', encodeURIComponent(address.slice(address.lastIndexOf('@') + 1)))

function dialect(isSandboxed: boolean): Provider {
  const test = isSandboxed ? [TEST_FIELD] : []
  const sender = (path: string, encoded: (message: Message) => readonly FormField[]): Sender => ({
    path,
    bodyDecides: true,
    request: (message, key, given = pathFor(path, message.content.from.address)) =>
      formRequest(given, [...encoded(message), ...test], fieldsOf(key)),
    verdict,
  })
  return {
    name: 'mailgun',
    title: 'Mailgun',
    origin: 'https://api.mailgun.net',
    key: '{MAILGUN_API_KEY}',
    smtp: {
      host: 'smtp.mailgun.org',
      starttls: [587, 25, 2525],
      implicit: [465],
      user: '{MAILGUN_SMTP_LOGIN}',
      password: '{MAILGUN_SMTP_PASSWORD}',
    },
    domains: ['mailgun.org', 'mailgun.net'],
    limits: {
      messageBytes: MESSAGE_BYTES_MAX,
      recipients: RECIPIENTS_MAX,
      note: 'a rate is not published; 16 KB for options, header fields and variables; in Europe api.eu and smtp.eu',
    },
    safe: {
      api: { kind: 'flag', field: TEST_FIELD[0] },
      smtp: { kind: 'header', name: 'X-Mailgun-Drop-Message', value: 'yes' },
    },
    lacks: ['inline-names'],
    events: {
      field: 'event-data.event',
      names: [
        'accepted',
        'delivered',
        'failed',
        'rejected',
        'opened',
        'clicked',
        'complained',
        'unsubscribed',
      ],
      joinKey: 'event-data.message.headers.message-id = id without angle brackets',
      signed: 'signature (HMAC-SHA256)',
    },
    check: { by: 'sdk', of: 'mailgun.js' },
    sources: [
      'https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages',
      'https://github.com/mailgun/mailgun.js',
    ],
    ...sender(PATH, encode),
    raw: sender(RAW_PATH, encodeRaw),
    batch: {
      path: PATH,
      messagesMax: RECIPIENTS_MAX,
      keyedByAddress: true,
      request: (messages, key, path = pathFor(PATH, messages[0]?.content.from.address ?? '')) =>
        formRequest(path, [...encodeMany(messages), ...test], fieldsOf(key)),
      verdicts,
    },
    account: key => getRequest(domains.path, fieldsOf(key)),
    sandboxed: () => dialect(true),
    routes: [send, sendRaw, domains],
  }
}

export const mailgun = dialect(false)

import { z } from 'zod'
import { ID_HEADER } from '../message/identity.ts'
import type { Content, Message } from '../message/message.ts'
import type { Cause, Verdict } from '../sample.ts'
import { uuidOf } from './ids.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { isTaken, type Keys } from './key.ts'
import { formatMailbox, isAsciiAddress, parseMailbox, parseMailboxes } from './mailbox.ts'
import type { HttpRequest, HttpResponse, Provider, ReceivedMessage, Stamp, Taken } from './provider.ts'
import { readResults } from './results.ts'
import { accountRoute, type Flaw, jsonRoute, receiveEach, rejection } from './route.ts'
import { type Details, errorCode, readVerdict, verdictOfStatus } from './status.ts'
import { base64, bytesOf, defined, unlessEmpty } from './wire.ts'

const PATH = '/email'
const BATCH_PATH = '/email/batch'
const BATCH_MAX = 500
const RECIPIENTS_MAX = 50
const MEGABYTE = 1024 * 1024
const BODY_MAX = 5 * MEGABYTE
const TOO_MANY = 'A batch may hold at most 500 messages.'
/** Validates what it is given, and sends nothing. */
const TEST_KEY = 'POSTMARK_API_TEST'

/** Postmark's own numbers, which look like statuses of HTTP and are none. */
const code = {
  token: 10,
  malformed: 300,
  sender: 400,
  json: 402,
  inactive: 406,
  batch: 410,
  pending: 412,
  rate: 429,
  maintenance: 100,
} as const

const isMailboxes = (list: string) => parseMailboxes(list).every(({ address }) => isAsciiAddress(address))
const text = z.string().max(BODY_MAX, 'The body must be less than 5 MB.')
const illegal = (field: string) => `Error parsing '${field}': Illegal email address.`

const header = z.object({ Name: z.string(), Value: z.string() })
const attachment = z.object({
  Name: z.string(),
  Content: z.string(),
  ContentType: z.string(),
  ContentID: z.string().nullish(),
})
const message = z
  .object({
    From: z
      .string("Invalid 'From' address.")
      .refine(from => isAsciiAddress(parseMailbox(from).address), "Invalid 'From' address."),
    To: z
      .string('Zero recipients specified')
      .min(1, 'Zero recipients specified')
      .refine(isMailboxes, illegal('To'))
      .refine(
        list => parseMailboxes(list).length <= RECIPIENTS_MAX,
        "Too many recipients in 'To': at most 50 are allowed.",
      ),
    Subject: z.string().optional(),
    TextBody: text.optional(),
    HtmlBody: text.optional(),
    Headers: z.array(header).optional(),
    Attachments: z.array(attachment).optional(),
  })
  .refine(
    ({ TextBody, HtmlBody }) => TextBody || HtmlBody,
    'Provide either email TextBody or HtmlBody or both.',
  )
type Wire = z.infer<typeof message>

function encode({ content: { from, to, subject, text, html, headers, attachments } }: Message): Wire {
  return {
    From: formatMailbox(from),
    To: to.map(formatMailbox).join(','),
    Subject: subject,
    TextBody: text,
    HtmlBody: html,
    Headers: Object.entries(headers).map(([Name, Value]) => ({ Name, Value })),
    Attachments: unlessEmpty(
      attachments.map(({ filename, contentType, content, cid }) => ({
        Name: filename,
        Content: base64(content),
        ContentType: contentType,
        ContentID: cid === undefined ? null : `cid:${cid}`,
      })),
    ),
  }
}

function decode({ From, To, Subject, TextBody, HtmlBody, Headers = [], Attachments = [] }: Wire): Content {
  return {
    from: parseMailbox(From),
    to: parseMailboxes(To),
    subject: Subject ?? '',
    ...defined({ text: TextBody, html: HtmlBody }),
    headers: Object.fromEntries(Headers.map(({ Name, Value }) => [Name, Value])),
    attachments: Attachments.map(({ Name, Content, ContentType, ContentID }) =>
      defined({
        filename: Name,
        contentType: ContentType,
        content: bytesOf(Content),
        cid: ContentID?.replace(/^cid:/, ''),
      }),
    ),
  }
}

const fieldsOf = (key: string | undefined): Record<string, string> => ({
  accept: 'application/json',
  ...(key !== undefined && { 'x-postmark-server-token': key }),
})

interface WireError {
  readonly ErrorCode: number
  readonly Message: string
}

/** 300 is of all that is malformed, and names the field in its words. */
function causeOf(errorCode: number, message: string): Cause | undefined {
  switch (errorCode) {
    case code.malformed:
      if (/'From'|'ReplyTo'/i.test(message)) return 'sender'
      return /'(?:To|Cc|Bcc)'|recipient/i.test(message) ? 'recipient' : 'content'
    case code.sender:
    case 401:
      return 'sender'
    case code.inactive:
      return 'recipient'
    case 405:
    case code.pending:
    case 413:
      return 'policy'
    case code.maintenance:
      return 'server'
    default:
      return undefined
  }
}

function detailsOf(value: unknown): Details {
  const { ErrorCode, Message } = value as WireError
  const cause = causeOf(ErrorCode, Message)
  return { text: Message, ...errorCode(ErrorCode), ...(cause && { cause }) }
}

const verdict = (response: HttpResponse): Verdict => readVerdict(response, detailsOf)

function verdicts(response: HttpResponse, count: number): readonly Verdict[] {
  const whole = verdict(response)
  return readResults(response, whole, count, (value, i) => {
    const item = (value as readonly WireError[])[i]
    if (!item) return undefined
    return item.ErrorCode === 0 ? whole : { ...verdictOfStatus(422, {}), ...detailsOf(item) }
  })
}

function strangerOf({ headers }: HttpRequest, keys: Keys): Verdict | undefined {
  const key = headers['x-postmark-server-token']
  if (isTaken(keys, key) || key === TEST_KEY) return undefined
  const text =
    key === undefined
      ? 'No Account or Server API tokens were supplied in the HTTP headers.'
      : 'The Server Token you provided in the X-Postmark-Server-Token request header was invalid.'
  return rejection(401, 'auth', text, String(code.token))
}

function criticise(flaw: Flaw | undefined): Verdict {
  const { message } = flaw ?? { message: 'Received invalid JSON input.' }
  const number = flaw ? (message === TOO_MANY ? code.batch : code.malformed) : code.json
  return rejection(422, causeOf(number, message) ?? 'content', message, String(number))
}

const received = (sent: Wire): ReceivedMessage => ({
  id: sent.Headers?.find(({ Name }) => Name === ID_HEADER)?.Value,
  recipients: parseMailboxes(sent.To).map(({ address }) => address),
  content: () => decode(sent),
})

const isTest = ({ headers }: HttpRequest) => headers['x-postmark-server-token'] === TEST_KEY

function resultOf(
  { recipients, refusal }: ReceivedMessage,
  sandboxed: boolean,
  serial: number,
  wallMs: number,
) {
  if (refusal) return { ErrorCode: Number(refusal.enhancedCode), Message: refusal.text }
  return {
    To: recipients.join(','),
    SubmittedAt: new Date(wallMs).toISOString(),
    MessageID: uuidOf(serial),
    ErrorCode: 0,
    Message: sandboxed ? 'Test job accepted' : 'OK',
  }
}

const resultsOf = ({ messages, sandboxed = false }: Taken, { serial, wallMs }: Stamp) =>
  messages.map((message, i) => resultOf(message, sandboxed, serial + i, wallMs))

/** What a script's refusal is called, of which only the cause is given. */
const codeOfCause: Partial<Record<Cause, number>> = {
  auth: code.token,
  sender: code.sender,
  recipient: code.inactive,
  policy: code.pending,
  throttled: code.rate,
  server: code.maintenance,
}

function refuse({ outcome, cause = 'content', code: status, enhancedCode, text }: Verdict): HttpResponse {
  const number = Number(enhancedCode ?? codeOfCause[cause] ?? code.malformed)
  const own = cause === 'auth' ? 401 : status === 413 ? 413 : 422
  return jsonResponse(outcome === 'rejected' ? own : (status ?? 503), { ErrorCode: number, Message: text })
}

const one = jsonRoute({
  path: PATH,
  bytesMax: 10 * MEGABYTE,
  strangerOf,
  schema: message,
  criticise,
  take: (sent, request) => ({ messages: [received(sent)], sandboxed: isTest(request) }),
  accept: (taken, stamp) => jsonResponse(200, resultsOf(taken, stamp)[0]),
  refuse,
})
const many = jsonRoute({
  path: BATCH_PATH,
  bytesMax: 50 * MEGABYTE,
  strangerOf,
  schema: z.array(z.unknown()).max(BATCH_MAX, TOO_MANY),
  criticise,
  take: (list, request) => ({
    messages: receiveEach(list, message, criticise, received),
    sandboxed: isTest(request),
  }),
  accept: (taken, stamp) => jsonResponse(200, resultsOf(taken, stamp)),
  refuse,
})
const server = accountRoute('/server', strangerOf, jsonResponse(200, { ID: 1, Name: 'mailbench' }), refuse)

export const postmark: Provider = {
  name: 'postmark',
  title: 'Postmark',
  origin: 'https://api.postmarkapp.com',
  key: '{POSTMARK_SERVER_TOKEN}',
  smtp: {
    host: 'smtp.postmarkapp.com',
    starttls: [587, 25, 2525],
    implicit: [],
    user: '{POSTMARK_SERVER_TOKEN}',
    password: '{POSTMARK_SERVER_TOKEN}',
  },
  domains: ['postmarkapp.com'],
  limits: {
    messageBytes: 10 * MEGABYTE,
    recipients: RECIPIENTS_MAX,
    asciiAddresses: true,
    note: '5 MB for each body, 50 MB for a batch; a rate is not published; at most 10 connections by SMTP',
  },
  safe: {
    api: { kind: 'key', key: TEST_KEY },
    smtp: { kind: 'account', how: 'the token of a Sandbox server' },
  },
  events: {
    field: 'RecordType',
    names: ['Delivery', 'Bounce', 'Open', 'Click', 'SpamComplaint', 'SubscriptionChange'],
    joinKey: 'MessageID = MessageID',
  },
  check: { by: 'sdk', of: 'postmark' },
  sources: ['https://postmarkapp.com/developer/api/email-api'],
  path: PATH,
  bodyDecides: false,
  request: (message, key, path = PATH) => jsonRequest(path, encode(message), fieldsOf(key)),
  verdict,
  batch: {
    path: BATCH_PATH,
    messagesMax: BATCH_MAX,
    request: (messages, key, path = BATCH_PATH) => jsonRequest(path, messages.map(encode), fieldsOf(key)),
    verdicts,
  },
  account: key => getRequest(server.path, fieldsOf(key)),
  routes: [one, many, server],
}

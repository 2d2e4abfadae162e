import { z } from 'zod'
import { ID_HEADER } from '../message/identity.ts'
import type { Cause, Verdict } from '../sample.ts'
import { addressed } from './addressees.ts'
import { uuidOf } from './ids.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { isTaken, type Keys } from './key.ts'
import {
  decode,
  encode,
  listsOf,
  MEGABYTE,
  message,
  RECIPIENTS_MAX,
  templated,
  words,
} from './postmark-wire.ts'
import type { HttpRequest, HttpResponse, Provider, ReceivedMessage, Stamp, Taken } from './provider.ts'
import { readResults } from './results.ts'
import { accountRoute, type Flaw, jsonRoute, receiveEach, rejection } from './route.ts'
import { type Details, errorCode, readVerdict, verdictOfStatus } from './status.ts'
import { defined } from './wire.ts'

const PATH = '/email'
const BATCH_PATH = '/email/batch'
const BATCH_MAX = 500
const TOO_MANY = 'A batch may hold at most 500 messages.'
/** Validates what it is given, and sends nothing. */
const TEST_KEY = 'POSTMARK_API_TEST'

/** Postmark's own numbers, which look like statuses of HTTP and are none. */
const code = {
  token: 10,
  malformed: 300,
  sender: 400,
  json: 402,
  incompatible: 403,
  inactive: 406,
  batch: 410,
  pending: 412,
  rate: 429,
  maintenance: 100,
} as const

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

const codeOfWords: Record<string, number> = {
  [TOO_MANY]: code.batch,
  [words.incompatible]: code.incompatible,
}
const typeWords = () => words.incompatible

function criticise(flaw: Flaw | undefined): Verdict {
  const { message } = flaw ?? { message: 'Received invalid JSON input.' }
  const number = flaw ? (codeOfWords[message] ?? code.malformed) : code.json
  return rejection(422, causeOf(number, message) ?? 'content', message, String(number))
}

const received = (sent: Parameters<typeof decode>[0]): ReceivedMessage => ({
  id: sent.Headers?.find(({ Name }) => Name === ID_HEADER)?.Value,
  ...addressed(listsOf(sent), ({ address }) => address),
  content: () => decode(sent),
})

const isTest = ({ headers }: HttpRequest) => headers['x-postmark-server-token'] === TEST_KEY

function resultOf(
  { recipients, addressees, refusal }: ReceivedMessage,
  sandboxed: boolean,
  serial: number,
  wallMs: number,
) {
  if (refusal) return { ErrorCode: Number(refusal.enhancedCode), Message: refusal.text }
  const { to = recipients, cc = [], bcc = [] } = addressees ?? {}
  return {
    To: to.join(','),
    ...defined({ Cc: cc.join(',') || undefined, Bcc: bcc.join(',') || undefined }),
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

const one = <T extends Parameters<typeof received>[0]>(path: string, schema: z.ZodType<T>) =>
  jsonRoute({
    path,
    bytesMax: 10 * MEGABYTE,
    strangerOf,
    schema,
    typeWords,
    criticise,
    take: (sent, request) => ({ messages: [received(sent)], sandboxed: isTest(request) }),
    accept: (taken, stamp) => jsonResponse(200, resultsOf(taken, stamp)[0]),
    refuse,
  })

/** @param listIn where the messages stand in the body */
const many = <T extends Parameters<typeof received>[0], B>(
  path: string,
  item: z.ZodType<T>,
  body: z.ZodType<B>,
  listIn: (body: B) => readonly unknown[],
) =>
  jsonRoute({
    path,
    bytesMax: 50 * MEGABYTE,
    strangerOf,
    schema: body,
    typeWords,
    criticise,
    take: (sent, request) => ({
      messages: receiveEach(listIn(sent), item, criticise, received, typeWords),
      sandboxed: isTest(request),
    }),
    accept: (taken, stamp) => jsonResponse(200, resultsOf(taken, stamp)),
    refuse,
  })

const list = z.array(z.unknown()).max(BATCH_MAX, TOO_MANY)
const sends = [
  one(PATH, message),
  one('/email/withTemplate', templated),
  many(BATCH_PATH, message, list, all => all),
  many('/email/batchWithTemplates', templated, z.object({ Messages: list }), ({ Messages }) => Messages),
]
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
  routes: [...sends, server],
}

import type { z } from 'zod'
import { ID_HEADER } from '../message/identity.ts'
import type { Message } from '../message/message.ts'
import { jsonRequest, jsonResponse } from './json.ts'
import { isTaken } from './key.ts'
import { isAddress } from './mailbox.ts'
import {
  acceptMandrill,
  criticiseMandrill,
  invalidRecipient,
  mandrillKeyError,
  mandrillVerdict,
  mandrillVerdicts,
  refuseMandrill,
} from './mandrill-answers.ts'
import {
  decode,
  encode,
  encodeMany,
  keyed,
  raw,
  type Sent,
  send,
  sendTemplate,
  typeWords,
} from './mandrill-wire.ts'
import { HEAD_BYTES_MAX, idOfMime } from './mime.ts'
import type { Provider, ReceivedMessage, Route, Sender } from './provider.ts'
import { type Doorkeeper, jsonRoute } from './route.ts'
import { mergeData } from './wire.ts'

const PATH = '/api/1.0/messages/send'
const RAW_PATH = '/api/1.0/messages/send-raw'
const TEMPLATE_PATH = '/api/1.0/messages/send-template'
const PING_PATH = '/api/1.0/users/ping2'
/** Of the whole call, which knows no limit of recipients. */
const BODY_BYTES_MAX = 10 * 1024 * 1024
const BATCH_ADVISED = 1000

const dataOf = (vars: Sent['global_merge_vars'] = []) =>
  mergeData(Object.fromEntries(vars.map(({ name, content }) => [name, content])))

/** A call is one message to all recipients, or one to each. */
function received(sent: Sent): ReceivedMessage[] {
  const variables = new Map(sent.merge_vars?.map(({ rcpt, vars }) => [rcpt, vars]))
  const metadata = new Map(sent.recipient_metadata?.map(({ rcpt, values }) => [rcpt, values]))
  const groups = sent.preserve_recipients === false ? sent.to.map(one => [one]) : [sent.to]
  return groups.map(group => {
    const email = group[0]?.email ?? ''
    const own = metadata.get(email)?.[ID_HEADER]
    return {
      id: typeof own === 'string' ? own : sent.headers?.[ID_HEADER],
      ...sorted(group.map(each => each.email)),
      content: () =>
        decode(sent, group, { ...dataOf(sent.global_merge_vars), ...dataOf(variables.get(email)) }),
    }
  })
}

/** Bad recipients do not spoil a message for the others. */
function sorted(emails: readonly string[]): Omit<ReceivedMessage, 'id' | 'content'> {
  const recipients = emails.filter(isAddress)
  const bad = emails.filter(email => !isAddress(email))
  return {
    recipients,
    ...(bad.length > 0 && { recipientsRefused: bad }),
    ...(recipients.length === 0 && { refusal: invalidRecipient }),
  }
}

function receivedRaw({ raw_message, to = [] }: z.infer<typeof raw>): ReceivedMessage {
  return {
    id: idOfMime(Buffer.from(raw_message.slice(0, HEAD_BYTES_MAX))),
    ...sorted(to),
    content: () => Buffer.from(raw_message),
  }
}

const keyIn = (value: unknown): unknown => (value as { key?: unknown } | null | undefined)?.key

const strangerOf: Doorkeeper = (_request, keys, value) => {
  const key = keyIn(value)
  const text = typeof key === 'string' && key !== '' ? key : undefined
  return isTaken(keys, text) ? undefined : mandrillKeyError(text)
}

/** Of every version, of which the first is documented and the newest used; answers are JSON by default. */
function routesAt(path: string, at: (path: string) => Route): Route[] {
  const everyVersion = path.replace('/1.0/', '/:version/')
  return [at(everyVersion), at(`${everyVersion}.json`)]
}

const common = {
  bytesMax: BODY_BYTES_MAX,
  strangerOf,
  typeWords,
  criticise: criticiseMandrill,
  accept: acceptMandrill,
  refuse: refuseMandrill,
}

/** What is asked of an account, and sends nothing. */
const inquiry = (path: string, answer: unknown) =>
  routesAt(path, path =>
    jsonRoute({
      path,
      ...common,
      schema: keyed,
      take: () => ({ messages: [] }),
      accept: () => jsonResponse(200, answer),
    }),
  )

const info = {
  username: 'bench',
  created_at: '2030-01-01 00:00:00',
  public_id: 'bench',
  reputation: 100,
  hourly_quota: 1000,
  backlog: 0,
  stats: {},
}

const sender = (path: string, encode: (message: Message) => object): Sender => ({
  path,
  bodyDecides: true,
  request: (message, key, given = path) => jsonRequest(given, { key, ...encode(message) }),
  verdict: mandrillVerdict,
})

export const mandrill: Provider = {
  name: 'mandrill',
  title: 'Mailchimp Transactional (Mandrill)',
  origin: 'https://mandrillapp.com',
  key: '{MANDRILL_API_KEY}',
  smtp: {
    host: 'smtp.mandrillapp.com',
    starttls: [587, 25, 2525],
    implicit: [465],
    user: '{MANDRILL_USER}',
    password: '{MANDRILL_API_KEY}',
  },
  domains: ['mandrillapp.com'],
  limits: {
    messageBytes: BODY_BYTES_MAX,
    note: 'what is over the hourly quota is accepted and sent later; 1,000 recipients by SMTP, as many as fit by the API',
  },
  safe: {
    api: { kind: 'account', how: 'a test API key' },
    smtp: { kind: 'account', how: 'a test API key' },
  },
  lacks: ['inline-names', 'batch-headers'],
  events: {
    field: 'event',
    names: ['send', 'deferral', 'soft_bounce', 'hard_bounce', 'reject', 'open', 'click', 'spam', 'unsub'],
    joinKey: '_id = _id',
    signed: 'X-Mandrill-Signature (HMAC-SHA1)',
  },
  check: { by: 'sdk', of: '@mailchimp/mailchimp_transactional' },
  sources: [
    'https://mailchimp.com/developer/transactional/api/messages/',
    'https://mandrill.zendesk.com/hc/en-us/articles/360039276813',
    'https://mandrill.zendesk.com/hc/en-us/articles/360038786274',
  ],
  ...sender(PATH, message => ({ message: encode(message) })),
  raw: sender(RAW_PATH, message => ({
    raw_message: message.raw().toString('utf8'),
    from_email: message.envelope.from,
    to: message.envelope.to,
  })),
  batch: {
    path: PATH,
    messagesMax: BATCH_ADVISED,
    maxIsAdvice: true,
    keyedByAddress: true,
    request: (messages, key, path = PATH) => jsonRequest(path, { key, message: encodeMany(messages) }),
    verdicts: mandrillVerdicts,
  },
  account: key => jsonRequest(PING_PATH, { key }),
  routes: [
    ...routesAt(PATH, path =>
      jsonRoute({ path, ...common, schema: send, take: ({ message }) => ({ messages: received(message) }) }),
    ),
    ...routesAt(RAW_PATH, path =>
      jsonRoute({ path, ...common, schema: raw, take: sent => ({ messages: [receivedRaw(sent)] }) }),
    ),
    ...routesAt(TEMPLATE_PATH, path =>
      jsonRoute({
        path,
        ...common,
        schema: sendTemplate,
        take: ({ message }) => ({ messages: received(message) }),
      }),
    ),
    ...inquiry(PING_PATH, { PING: 'PONG!' }),
    ...inquiry('/api/1.0/users/ping', 'PONG!'),
    ...inquiry('/api/1.0/users/info', info),
  ],
}

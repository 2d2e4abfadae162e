import { ID_HEADER } from '../message/identity.ts'
import { fill } from '../message/merge.ts'
import type { Message } from '../message/message.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { basicCredentials, isTaken } from './key.ts'
import { HEAD_BYTES_MAX, idOfMime } from './mime.ts'
import type { HttpResponse, Provider, ReceivedMessage, Sender, Stamp, Taken } from './provider.ts'
import { accountRoute, type Doorkeeper, jsonRoute, rejection } from './route.ts'
import {
  criticise,
  descriptions,
  noRecipient,
  refuse,
  unauthorized,
  verdict,
  verdicts,
} from './sparkpost-errors.ts'
import {
  addressOf,
  type Body,
  body,
  decode,
  encode,
  encodeMime,
  type Recipient,
  recipient,
  typeWords,
} from './sparkpost-wire.ts'
import { mergeData } from './wire.ts'

const PATH = '/api/v1/transmissions'
/** What is advised at most; a limit is not published. */
const RECIPIENTS_MAX = 10_000
const CONTENT_BYTES_MAX = 20 * 1024 * 1024
const SINK = 'sink@example.net.sink.sparkpostmail.com'

/** What stands in a list of recipients: one that is good, or the address of one that is not. */
type Entry = { readonly good: Recipient } | { readonly bad: string }

function entryOf(value: unknown): Entry {
  const result = recipient.safeParse(value)
  if (result.success) return { good: result.data }
  const { address } = (value ?? {}) as { address?: string | { email?: string } }
  return { bad: String(typeof address === 'object' ? address?.email : address) }
}

/** Recipients whose mail names the same many are of one message; others are of one each. */
function headerOf(value: unknown): string | undefined {
  const { address } = (value ?? {}) as { address?: { header_to?: string } }
  return address?.header_to
}

function groupsOf(list: readonly unknown[], isMime: boolean): Entry[][] {
  const groups: { readonly header: string | undefined; readonly entries: Entry[] }[] = []
  for (const value of list) {
    const header = headerOf(value)
    const last = groups.at(-1)
    if (last && (isMime || (header !== undefined && last.header === header)))
      last.entries.push(entryOf(value))
    else groups.push({ header, entries: [entryOf(value)] })
  }
  return groups.map(({ entries }) => entries)
}

/** What a stored template says is not known: sender, subject and texts are missing then. */
const byTemplate = { from: '', subject: '' }

function received({ content, substitution_data }: Body, entries: readonly Entry[]): ReceivedMessage {
  const good = entries.flatMap(each => ('good' in each ? [each.good] : []))
  const bad = entries.flatMap(each => ('bad' in each ? [each.bad] : []))
  const written = 'headers' in content ? content.headers?.[ID_HEADER] : undefined
  const data = () => mergeData({ ...substitution_data, ...good[0]?.substitution_data })
  const id =
    'email_rfc822' in content
      ? idOfMime(Buffer.from(content.email_rfc822.slice(0, HEAD_BYTES_MAX)))
      : written && fill(written, written.includes('{{') ? data() : {})
  return {
    id: id === '' ? undefined : id,
    recipients: good.map(each => addressOf(each).email),
    ...(bad.length > 0 && { recipientsRefused: bad }),
    ...(good.length === 0 && { refusal: noRecipient }),
    content: () =>
      'email_rfc822' in content
        ? Buffer.from(content.email_rfc822)
        : decode('from' in content ? content : byTemplate, good, substitution_data),
  }
}

/** A stored list has somebody: who it is, the mock does not know. */
function receivedByList(sent: Body): ReceivedMessage {
  const { refusal: _nobody, ...rest } = received(sent, [])
  return rest
}

function take(sent: Body): Omit<Taken, 'kind'> | { readonly refusal: typeof noRecipient } {
  if (!Array.isArray(sent.recipients)) return { messages: [receivedByList(sent)] }
  const messages = groupsOf(sent.recipients, 'email_rfc822' in sent.content).map(group =>
    received(sent, group),
  )
  return messages.every(({ refusal }) => refusal) ? { refusal: noRecipient } : { messages }
}

function accept({ messages }: Taken, { serial }: Stamp): HttpResponse {
  const counts = messages.map(({ recipients, refusal }) => (refusal ? 0 : Math.max(1, recipients.length)))
  const taken = counts.reduce((sum, count) => sum + count, 0)
  const refused = messages.flatMap(({ recipientsRefused = [] }) => recipientsRefused)
  const results = {
    ...(refused.length > 0 && {
      rcpt_to_errors: refused.map(() => ({
        message: 'required field is missing',
        description: descriptions.email,
        code: '1400',
      })),
    }),
    total_rejected_recipients: refused.length,
    total_accepted_recipients: taken,
    id: `1166${serial}`,
  }
  const errors = [{ message: 'transmission created, but with validation errors', code: '2000' }]
  return jsonResponse(200, refused.length > 0 ? { errors, results } : { results })
}

const fieldsOf = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { authorization: key }

const strangerOf: Doorkeeper = ({ headers }, keys) => {
  const key = basicCredentials(headers)?.user ?? headers['authorization']
  return isTaken(keys, key) ? undefined : rejection(401, 'auth', unauthorized)
}

const send = (path: string) =>
  jsonRoute({
    path,
    bytesMax: CONTENT_BYTES_MAX,
    strangerOf,
    schema: body,
    typeWords,
    criticise,
    take,
    accept,
    refuse,
  })
const account = accountRoute(
  '/api/v1/account',
  strangerOf,
  jsonResponse(200, { results: { customer_id: 1, status: 'active' } }),
  refuse,
)

const sent = (encode: (message: Message) => unknown): Sender => ({
  path: PATH,
  bodyDecides: true,
  request: (message, key, path = PATH) => jsonRequest(path, encode(message), fieldsOf(key)),
  verdict,
})

export const sparkpost: Provider = {
  name: 'sparkpost',
  title: 'SparkPost',
  origin: 'https://api.sparkpost.com',
  key: '{SPARKPOST_API_KEY}',
  smtp: {
    host: 'smtp.sparkpostmail.com',
    starttls: [587, 2525],
    implicit: [],
    user: 'SMTP_Injection',
    password: '{SPARKPOST_API_KEY}',
  },
  domains: ['sparkpostmail.com', 'sparkpost.com', 'sparkpostelite.com'],
  limits: {
    messageBytes: CONTENT_BYTES_MAX,
    note: 'calls that send have no rate, but an account its share of the hour and the day (420); at most 10 connections',
  },
  safe: { api: { kind: 'recipient', address: SINK }, smtp: { kind: 'recipient', address: SINK } },
  lacks: ['inline-names'],
  events: {
    field: 'msys.message_event.type',
    names: ['injection', 'delivery', 'delay', 'bounce', 'out_of_band', 'policy_rejection', 'spam_complaint'],
    joinKey: 'transmission_id = results.id',
  },
  check: { by: 'sdk', of: 'sparkpost' },
  sources: [
    'https://developers.sparkpost.com/api/transmissions',
    'https://support.sparkpost.com/docs/tech-resources/extended-error-codes',
    'https://support.sparkpost.com/docs/tech-resources/smtp-rest-api-performance',
  ],
  ...sent(message => encode([message])),
  raw: sent(encodeMime),
  batch: {
    path: PATH,
    messagesMax: RECIPIENTS_MAX,
    maxIsAdvice: true,
    refusals: 'counted',
    request: (messages, key, path = PATH) => jsonRequest(path, encode(messages), fieldsOf(key)),
    verdicts,
  },
  account: key => getRequest(account.path, fieldsOf(key)),
  // A trailing slash is ignored.
  routes: [send(PATH), send(`${PATH}/`), account],
}

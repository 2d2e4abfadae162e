import { z } from 'zod'
import { ID_HEADER } from '../message/identity.ts'
import { fill, fillContent } from '../message/merge.ts'
import type { Attachment, Content, Message } from '../message/message.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { basicCredentials, isTaken } from './key.ts'
import { addressText, formatMailbox, isAddress, parseMailbox, parseMailboxes } from './mailbox.ts'
import { idOfMime } from './mime.ts'
import type { HttpResponse, Provider, ReceivedMessage, Sender, Stamp, Taken } from './provider.ts'
import { accountRoute, type Doorkeeper, jsonRoute, rejection } from './route.ts'
import { shareHeaders } from './shared-headers.ts'
import {
  criticise,
  descriptions,
  noRecipient,
  refuse,
  unauthorized,
  verdict,
  verdicts,
} from './sparkpost-errors.ts'
import { base64, bytesOf, defined, optionalFields, optionalText, unlessEmpty } from './wire.ts'

const PATH = '/api/v1/transmissions'
/** What is advised at most; a limit is not published. */
const RECIPIENTS_MAX = 10_000
const CONTENT_BYTES_MAX = 20 * 1024 * 1024
const SINK = 'sink@example.net.sink.sparkpostmail.com'

const file = z.object({ name: z.string(), type: z.string(), data: z.string() })
const sender = addressText(descriptions.from, text => isAddress(parseMailbox(text).address))
const inline = z
  .object({
    from: z.union([sender, z.object({ email: sender, name: optionalText })], descriptions.from),
    subject: z.string(),
    text: optionalText,
    html: optionalText,
    headers: optionalFields,
    attachments: z.array(file).optional(),
    inline_images: z.array(file).optional(),
  })
  .refine(({ text, html }) => text !== undefined || html !== undefined, descriptions.text)
type Inline = z.infer<typeof inline>
const mime = z.object({ email_rfc822: z.string() })

const email = addressText(descriptions.email)
const recipient = z.object({
  address: z.union([email, z.object({ email, name: optionalText, header_to: optionalText })]),
  substitution_data: optionalFields,
})
type Recipient = z.infer<typeof recipient>

const body = z.object({
  recipients: z.array(z.unknown(), descriptions.recipients),
  content: z.union([mime, inline], descriptions.content),
})
type Body = z.infer<typeof body>

/** By default links are rewritten and a picture is added: what is measured is sent as it is. */
const options = { open_tracking: false, click_tracking: false }

/** Each recipient gets a mail of its own: `header_to` says to whom else it went. */
function recipientsOf({ content: { to } }: Message, data: Readonly<Record<string, string>>): Recipient[] {
  const all = to.length > 1 ? to.map(formatMailbox).join(', ') : undefined
  return to.map(({ name, address }) => ({
    address: { email: address, name, header_to: all },
    ...(Object.keys(data).length > 0 && { substitution_data: { ...data } }),
  }))
}

const filesOf = (list: readonly Attachment[], nameOf: (file: Attachment) => string) =>
  unlessEmpty(list.map(each => ({ name: nameOf(each), type: each.contentType, data: base64(each.content) })))

function encode(messages: readonly Message[]): Body & { readonly options: typeof options } {
  const [first] = messages
  if (!first) throw new Error('There is no message to send')
  const { from, attachments } = first.content
  const { subject, text, html } = first.merge?.template ?? first.content
  const { headers, dataOf } = shareHeaders(messages)
  const content: Inline = {
    from: { email: from.address, name: from.name },
    subject,
    text,
    html,
    headers,
    attachments: filesOf(
      attachments.filter(({ cid }) => cid === undefined),
      ({ filename }) => filename,
    ),
    // The name is what the HTML refers to: there is no place for a file's.
    inline_images: filesOf(
      attachments.filter(({ cid }) => cid !== undefined),
      ({ cid = '' }) => cid,
    ),
  }
  return { options, recipients: messages.flatMap(message => recipientsOf(message, dataOf(message))), content }
}

const encodeMime = (message: Message): Body & { readonly options: typeof options } => ({
  options,
  recipients: message.envelope.to.map(address => ({ address: { email: address } })),
  content: { email_rfc822: message.raw().toString('utf8') },
})

const addressOf = ({ address }: Recipient) => (typeof address === 'string' ? { email: address } : address)

function decode(sent: Inline, [first, ...others]: readonly Recipient[]): Content {
  const { subject, text, html, headers = {}, attachments = [], inline_images = [] } = sent
  const data = first?.substitution_data ?? {}
  const from = typeof sent.from === 'string' ? parseMailbox(sent.from) : sent.from
  const header = first && addressOf(first).header_to
  const to = [...(first ? [first] : []), ...others].map(each => {
    const { email: address, name } = addressOf(each)
    return defined({ name, address })
  })
  return {
    from: 'email' in from ? defined({ name: from.name, address: from.email }) : from,
    to: header === undefined ? to : parseMailboxes(header),
    ...fillContent({ template: { subject, ...defined({ text, html }) }, data }),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value, data)])),
    attachments: [
      ...attachments.map(({ name, type, data }) => ({
        filename: name,
        contentType: type,
        content: bytesOf(data),
      })),
      ...inline_images.map(({ name, type, data }) => ({
        filename: name,
        contentType: type,
        content: bytesOf(data),
        cid: name,
      })),
    ],
  }
}

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

function received({ content }: Body, entries: readonly Entry[]): ReceivedMessage {
  const good = entries.flatMap(each => ('good' in each ? [each.good] : []))
  const bad = entries.flatMap(each => ('bad' in each ? [each.bad] : []))
  const id =
    'email_rfc822' in content
      ? idOfMime(Buffer.from(content.email_rfc822))
      : fill(content.headers?.[ID_HEADER] ?? '', good[0]?.substitution_data ?? {})
  return {
    id: id === '' ? undefined : id,
    recipients: good.map(each => addressOf(each).email),
    ...(bad.length > 0 && { recipientsRefused: bad }),
    ...(good.length === 0 && { refusal: noRecipient }),
    content: () => ('email_rfc822' in content ? Buffer.from(content.email_rfc822) : decode(content, good)),
  }
}

function take(sent: Body): Omit<Taken, 'kind'> | { readonly refusal: typeof noRecipient } {
  const messages = groupsOf(sent.recipients, 'email_rfc822' in sent.content).map(group =>
    received(sent, group),
  )
  return messages.every(({ refusal }) => refusal) ? { refusal: noRecipient } : { messages }
}

function accept({ messages }: Taken, { serial }: Stamp): HttpResponse {
  const taken = messages.reduce((sum, { recipients }) => sum + recipients.length, 0)
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
  limits: {
    messageBytes: CONTENT_BYTES_MAX,
    note: 'calls that send have no rate, but an account its share of the hour and the day (420); at most 10 connections',
  },
  safe: { api: { kind: 'recipient', address: SINK }, smtp: { kind: 'recipient', address: SINK } },
  lacks: ['inline-names'],
  events: 'Event Webhooks (delivery, bounce)',
  check: { by: 'documentation' },
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

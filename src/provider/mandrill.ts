import { z } from 'zod'
import { ID_HEADER } from '../message/identity.ts'
import { fillContent, retoken } from '../message/merge.ts'
import type { Attachment, Content, Merge, Message } from '../message/message.ts'
import { jsonRequest, jsonResponse } from './json.ts'
import { isTaken } from './key.ts'
import { addressText, isAddress } from './mailbox.ts'
import {
  acceptMandrill,
  criticiseMandrill,
  invalidRecipient,
  mandrillKeyError,
  mandrillVerdict,
  mandrillVerdicts,
  refuseMandrill,
} from './mandrill-answers.ts'
import { idOfMime } from './mime.ts'
import type { Provider, ReceivedMessage, Route, Sender } from './provider.ts'
import { type Doorkeeper, jsonRoute } from './route.ts'
import { compareHeaders } from './shared-headers.ts'
import { base64, bytesOf, defined, optionalFields, optionalText, unlessEmpty } from './wire.ts'

const PATH = '/api/1.0/messages/send'
const RAW_PATH = '/api/1.0/messages/send-raw'
const PING_PATH = '/api/1.0/users/ping2'
/** Of the whole call, which knows no limit of recipients. */
const BODY_BYTES_MAX = 10 * 1024 * 1024
const BATCH_ADVISED = 1000

const noAddress = 'An email address must contain a single @'
const from = addressText(noAddress)
const file = z.object({ type: z.string(), name: z.string(), content: z.string() })
const recipient = z.object({ email: z.string(), name: optionalText, type: optionalText })
const variable = z.object({ name: z.string(), content: z.string() })
const message = z.object({
  from_email: from,
  from_name: optionalText,
  to: z.array(recipient, 'Please enter an array').min(1, 'Please enter an array'),
  subject: optionalText,
  text: optionalText,
  html: optionalText,
  headers: optionalFields,
  attachments: z.array(file).optional(),
  images: z.array(file).optional(),
  preserve_recipients: z.boolean().optional(),
  merge_vars: z.array(z.object({ rcpt: z.string(), vars: z.array(variable) })).optional(),
  recipient_metadata: z
    .array(z.object({ rcpt: z.string(), values: z.record(z.string(), z.string()) }))
    .optional(),
})
type Wire = z.infer<typeof message>
type Recipient = z.infer<typeof recipient>

const keyed = z.object({ key: optionalText })
const send = keyed.extend({ message })
const raw = keyed.extend({
  raw_message: z.string('Please enter a value').min(1, 'Please enter a value'),
  from_email: from.optional(),
  to: z.array(z.string()).optional(),
})

const filesOf = (list: readonly Attachment[], nameOf: (file: Attachment) => string) =>
  unlessEmpty(
    list.map(each => ({ type: each.contentType, name: nameOf(each), content: base64(each.content) })),
  )

/** `{{name}}` as Mandrill's own merge language has it. */
const asTag = (text: string) => retoken(text, name => `*|${name}|*`)
const fromTag = (text: string) => text.replace(/\*\|([A-Za-z]\w*)\|\*/g, '{{$1}}')

type Template = Merge['template']

const templateOf = ({ subject, text, html }: Content): Template => ({ subject, ...defined({ text, html }) })

const changed = ({ subject, text, html }: Template, change: (text: string) => string): Template => ({
  subject: change(subject),
  ...(text !== undefined && { text: change(text) }),
  ...(html !== undefined && { html: change(html) }),
})

/** Links are left as they are, and no picture is added, whatever the account's default is. */
const untracked = { track_opens: false, track_clicks: false }

/** All that recipients share. */
const shared = ({ content: { from, attachments } }: Message) => ({
  from_email: from.address,
  from_name: from.name,
  attachments: filesOf(
    attachments.filter(({ cid }) => cid === undefined),
    ({ filename }) => filename,
  ),
  // The name is what the HTML refers to: there is no place for a file's.
  images: filesOf(
    attachments.filter(({ cid }) => cid !== undefined),
    ({ cid = '' }) => cid,
  ),
  ...untracked,
})

const recipientsOf = ({ content: { to } }: Message): Recipient[] =>
  to.map(({ name, address }) => ({ email: address, name, type: 'to' }))

function encode(message: Message): Wire {
  const { subject, text, html, headers } = message.content
  return {
    to: recipientsOf(message),
    subject,
    text,
    html,
    headers: { ...headers },
    ...shared(message),
    preserve_recipients: true,
  }
}

/** Data is of an address. Headers are of all: an identity, which is not, becomes metadata. */
function encodeMany(messages: readonly Message[]): Wire {
  const [first] = messages
  if (!first) throw new Error('There is no message to send')
  const { common, differing } = compareHeaders(messages)
  const each = <T>(of: (message: Message) => T) =>
    messages.flatMap(message => message.content.to.map(({ address }) => ({ rcpt: address, ...of(message) })))
  const varsOf = ({ merge }: Message) => ({
    vars: Object.entries(merge?.data ?? {}).map(([name, content]) => ({ name, content })),
  })
  const valuesOf = ({ content }: Message) => ({
    values: Object.fromEntries(differing.map(field => [field, content.headers[field] ?? ''])),
  })
  return {
    to: messages.flatMap(recipientsOf),
    ...(first.merge ? changed(first.merge.template, asTag) : templateOf(first.content)),
    headers: common,
    ...shared(first),
    preserve_recipients: false,
    merge_vars: first.merge && each(varsOf),
    recipient_metadata: differing.length > 0 ? each(valuesOf) : undefined,
  }
}

function decode(sent: Wire, to: readonly Recipient[], data: Merge['data']): Content {
  const {
    from_email,
    from_name,
    subject = '',
    text,
    html,
    headers = {},
    attachments = [],
    images = [],
  } = sent
  const fileOf = ({ name, type, content }: z.infer<typeof file>) => ({
    filename: name,
    contentType: type,
    content: bytesOf(content),
  })
  const template = { subject, ...defined({ text, html }) }
  return {
    from: defined({ name: from_name, address: from_email }),
    to: to.map(({ name, email }) => defined({ name, address: email })),
    ...(sent.merge_vars ? fillContent({ template: changed(template, fromTag), data }) : template),
    headers,
    attachments: [...attachments.map(fileOf), ...images.map(each => ({ ...fileOf(each), cid: each.name }))],
  }
}

/** A call is one message to all recipients, or one to each. */
function received(sent: Wire): ReceivedMessage[] {
  const data = new Map(
    sent.merge_vars?.map(({ rcpt, vars }) => [
      rcpt,
      Object.fromEntries(vars.map(({ name, content }) => [name, content])),
    ]),
  )
  const metadata = new Map(sent.recipient_metadata?.map(({ rcpt, values }) => [rcpt, values]))
  const groups = sent.preserve_recipients === false ? sent.to.map(one => [one]) : [sent.to]
  return groups.map(group => {
    const email = group[0]?.email ?? ''
    return {
      id: metadata.get(email)?.[ID_HEADER] ?? sent.headers?.[ID_HEADER],
      ...sorted(group.map(each => each.email)),
      content: () => decode(sent, group, data.get(email) ?? {}),
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
  const bytes = Buffer.from(raw_message)
  return { id: idOfMime(bytes), ...sorted(to), content: () => bytes }
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
  criticise: criticiseMandrill,
  accept: acceptMandrill,
  refuse: refuseMandrill,
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
  limits: {
    messageBytes: BODY_BYTES_MAX,
    note: 'what is over the hourly quota is accepted and sent later; 1,000 recipients by SMTP, as many as fit by the API',
  },
  safe: {
    api: { kind: 'account', how: 'a test API key' },
    smtp: { kind: 'account', how: 'a test API key' },
  },
  lacks: ['inline-names', 'batch-headers'],
  events: 'Webhooks (send, hard_bounce)',
  check: { by: 'documentation' },
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
    ...routesAt(PING_PATH, path =>
      jsonRoute({
        path,
        ...common,
        schema: keyed,
        take: () => ({ messages: [] }),
        accept: () => jsonResponse(200, { PING: 'PONG!' }),
      }),
    ),
  ],
}

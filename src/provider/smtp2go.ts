import { z } from 'zod'
import { ID_HEADER } from '../message/identity.ts'
import type { Attachment, Content, Mailbox, Message } from '../message/message.ts'
import { addressed } from './addressees.ts'
import { hexOf, uuidOf } from './ids.ts'
import { jsonRequest, jsonResponse } from './json.ts'
import { isTaken } from './key.ts'
import { formatMailbox, isAddress, parseMailbox, parseMailboxes } from './mailbox.ts'
import { HEAD_BYTES_MAX, idOfMime, recipientsOfMime } from './mime.ts'
import type { HttpRequest, HttpResponse, Provider, ReceivedMessage, Sender, Stamp } from './provider.ts'
import { type Doorkeeper, jsonRoute, rejection } from './route.ts'
import {
  criticiseSmtp2go,
  refuseSmtp2go,
  smtp2goVerdict,
  smtp2goVerdicts,
  typeWords,
} from './smtp2go-answers.ts'
import { base64, bytesOf, defined, mergeValues, optionalText, partFiles, unlessEmpty } from './wire.ts'

const PATH = '/v3/email/send'
const MIME_PATH = '/v3/email/mime'
const BATCH_PATH = '/v3/email/batch'
/** Any key may ask what it may do. */
const PERMISSIONS_PATH = '/v3/api_keys/permissions'
const RECIPIENTS_MAX = 100
const BATCH_MAX = 1000
const MESSAGE_BYTES_MAX = 50 * 1024 * 1024

const required = (field: string) => `'${field}' is a required property`
const noMailbox = (field: string) =>
  `The field '${field}' was expecting a valid RFC-822 formatted email field but found something else, Please correct your JSON payload and try again.`
const isMailbox = ({ address }: Mailbox) => isAddress(address)
const mailbox = (field: string) =>
  z.string(required(field)).refine(text => isMailbox(parseMailbox(text)), noMailbox(field))
const tooMany = (field: string) => `The field '${field}' holds more than ${RECIPIENTS_MAX} addresses`
const copies = (field: string) => z.array(mailbox(field)).max(RECIPIENTS_MAX, tooMany(field)).optional()
/** What `url` names, SMTP2GO fetches. */
const file = z
  .object({ filename: z.string(), fileblob: optionalText, url: optionalText, mimetype: optionalText })
  .refine(({ fileblob, url }) => fileblob !== undefined || url, {
    error: required('fileblob'),
    path: ['fileblob'],
  })
const header = z
  .object({ header: z.string(), value: z.string() })
  .refine(
    ({ header, value }) => !/^reply-to$/i.test(header) || parseMailboxes(value).every(isMailbox),
    noMailbox('Reply-To'),
  )
const message = z
  .object({
    sender: mailbox('sender'),
    to: z.array(mailbox('to'), required('to')).min(1, required('to')).max(RECIPIENTS_MAX, tooMany('to')),
    cc: copies('cc'),
    bcc: copies('bcc'),
    template_id: optionalText,
    template_data: mergeValues,
    subject: optionalText,
    text_body: optionalText,
    html_body: optionalText,
    custom_headers: z.array(header).optional(),
    attachments: z.array(file).optional(),
    inlines: z.array(file).optional(),
  })
  .refine(({ subject, template_id }) => subject !== undefined || template_id, {
    error: required('subject'),
    path: ['subject'],
  })
  .refine(({ text_body, html_body, template_id }) => text_body || html_body || template_id, {
    error: required('html_body'),
    path: ['html_body'],
  })
type Wire = z.infer<typeof message>

const mime = z.object({ mime_email: z.string(required('mime_email')).min(1, required('mime_email')) })
const batch = z.object({
  emails: z
    .array(message, required('emails'))
    .min(1, required('emails'))
    .max(BATCH_MAX, `The field 'emails' holds more than ${BATCH_MAX} emails`),
})

const encodeFile = ({ contentType, content }: Omit<Attachment, 'filename' | 'cid'>, filename: string) => ({
  filename,
  fileblob: base64(content),
  mimetype: contentType,
})

function encode({ content: { from, to, subject, text, html, headers, attachments } }: Message): Wire {
  const { files, inline } = partFiles(attachments)
  return {
    sender: formatMailbox(from),
    to: to.map(formatMailbox),
    subject,
    text_body: text,
    html_body: html,
    custom_headers: Object.entries(headers).map(([header, value]) => ({ header, value })),
    attachments: unlessEmpty(files.map(each => encodeFile(each, each.filename))),
    // The name is what the HTML refers to: there is no place for a file's.
    inlines: unlessEmpty(inline.map(each => encodeFile(each, each.cid))),
  }
}

function decode(sent: Wire): Content {
  const {
    sender,
    to,
    subject = '',
    text_body,
    html_body,
    custom_headers = [],
    attachments = [],
    inlines = [],
  } = sent
  const fileOf = ({ filename, fileblob = '', mimetype = '' }: z.infer<typeof file>): Attachment => ({
    filename,
    contentType: mimetype,
    content: bytesOf(fileblob),
  })
  return {
    from: parseMailbox(sender),
    to: to.map(parseMailbox),
    subject,
    ...defined({ text: text_body, html: html_body }),
    headers: Object.fromEntries(custom_headers.map(({ header, value }) => [header, value])),
    attachments: [
      ...attachments.map(fileOf),
      ...inlines.map(each => ({ ...fileOf(each), cid: each.filename })),
    ],
  }
}

const received = (sent: Wire): ReceivedMessage => ({
  id: sent.custom_headers?.find(({ header }) => header === ID_HEADER)?.value,
  ...addressed(sent, text => parseMailbox(text).address),
  content: () => decode(sent),
})

/** The bytes say themselves whom they are for. */
function receivedMime({ mime_email }: z.infer<typeof mime>): ReceivedMessage {
  // Base64 has four characters for three bytes.
  const head = bytesOf(mime_email.slice(0, 2 * HEAD_BYTES_MAX))
  return { id: idOfMime(head), recipients: recipientsOfMime(head), content: () => bytesOf(mime_email) }
}

const fieldsOf = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { 'x-smtp2go-api-key': key }

/** In a header, or in the body, where the official client has it. */
function keyOf({ headers }: HttpRequest, value: unknown): string | undefined {
  const { api_key } = (value ?? {}) as { api_key?: unknown }
  return headers['x-smtp2go-api-key'] ?? (typeof api_key === 'string' ? api_key : undefined)
}

const strangerOf: Doorkeeper = (request, keys, value) =>
  isTaken(keys, keyOf(request, value)) ? undefined : rejection(401, 'auth', 'The API key is not valid')

/** As in `1m4n8l-8jg3j1-7r`. */
const emailIdOf = (serial: number) => `1${hexOf(serial, 5)}-${hexOf(serial, 11).slice(5)}-7r`

const answered = (serial: number, data: object): HttpResponse =>
  jsonResponse(200, { request_id: uuidOf(serial), data })

const resultOf = ({ recipients }: ReceivedMessage, serial: number) => ({
  succeeded: recipients.length,
  failed: 0,
  failures: [],
  email_id: emailIdOf(serial),
})

const common = {
  bytesMax: MESSAGE_BYTES_MAX,
  strangerOf,
  typeWords,
  criticise: criticiseSmtp2go,
  refuse: refuseSmtp2go,
}

const one = {
  ...common,
  accept: ({ messages: [first] }: { messages: readonly ReceivedMessage[] }, { serial }: Stamp) =>
    answered(serial, first ? resultOf(first, serial) : {}),
}

const sender = (path: string, encode: (message: Message) => object): Sender => ({
  path,
  bodyDecides: true,
  request: (message, key, given = path) => jsonRequest(given, encode(message), fieldsOf(key)),
  verdict: smtp2goVerdict,
})

export const smtp2go: Provider = {
  name: 'smtp2go',
  title: 'SMTP2GO',
  origin: 'https://api.smtp2go.com',
  key: '{SMTP2GO_API_KEY}',
  smtp: {
    host: 'mail.smtp2go.com',
    starttls: [587, 2525, 8025, 25, 80],
    implicit: [465, 8465, 443],
    user: '{SMTP2GO_USER}',
    password: '{SMTP2GO_PASSWORD}',
  },
  domains: ['smtp2go.com', 'smtpcorp.com'],
  limits: {
    messageBytes: MESSAGE_BYTES_MAX,
    recipients: RECIPIENTS_MAX,
    note: 'a rate is set for a key by its owner; 429 says nothing of how long to wait',
  },
  safe: {
    api: { kind: 'account', how: 'an API key that is switched to Sandboxed' },
    smtp: { kind: 'account', how: 'an SMTP user who is switched to Sandboxed' },
  },
  lacks: ['inline-names'],
  events: {
    field: 'event',
    names: ['processed', 'delivered', 'bounce', 'reject', 'open', 'click', 'spam', 'unsubscribe'],
    joinKey: 'email_id = email_id',
  },
  check: { by: 'sdk', of: 'smtp2go-nodejs' },
  sources: [
    'https://developers.smtp2go.com/reference/send-standard-email',
    'https://developers.smtp2go.com/reference/send-mime-email',
    'https://developers.smtp2go.com/docs/response-codes',
  ],
  ...sender(PATH, encode),
  raw: sender(MIME_PATH, message => ({ mime_email: base64(message.raw()) })),
  batch: {
    path: BATCH_PATH,
    messagesMax: BATCH_MAX,
    request: (messages, key, path = BATCH_PATH) =>
      jsonRequest(path, { emails: messages.map(encode) }, fieldsOf(key)),
    verdicts: smtp2goVerdicts,
  },
  account: key => jsonRequest(PERMISSIONS_PATH, {}, fieldsOf(key)),
  routes: [
    jsonRoute({ path: PATH, ...one, schema: message, take: sent => ({ messages: [received(sent)] }) }),
    jsonRoute({ path: MIME_PATH, ...one, schema: mime, take: sent => ({ messages: [receivedMime(sent)] }) }),
    jsonRoute({
      path: BATCH_PATH,
      ...common,
      schema: batch,
      take: ({ emails }) => ({ messages: emails.map(received) }),
      accept: ({ messages }, { serial }) =>
        answered(
          serial,
          messages.map((each, i) => resultOf(each, serial + i)),
        ),
    }),
    jsonRoute({
      path: PERMISSIONS_PATH,
      ...common,
      schema: z.object({}),
      take: () => ({ messages: [] }),
      accept: (_taken, { serial }) => answered(serial, { permissions: ['/email/send'] }),
    }),
  ],
}

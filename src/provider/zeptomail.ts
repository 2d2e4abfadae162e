import { z } from 'zod'
import { findIdentity, ID_HEADER } from '../message/identity.ts'
import { fillContent } from '../message/merge.ts'
import type { Attachment, Content, Mailbox, Message } from '../message/message.ts'
import { addressed } from './addressees.ts'
import { uuidOf } from './ids.ts'
import { jsonRequest, jsonResponse } from './json.ts'
import { isTaken } from './key.ts'
import { addressText } from './mailbox.ts'
import type { HttpResponse, Provider, ReceivedMessage, Stamp, Taken } from './provider.ts'
import { type Doorkeeper, jsonRoute, rejection, type TypeFlaw } from './route.ts'
import { compareHeaders } from './shared-headers.ts'
import {
  base64,
  bytesOf,
  defined,
  mergeData,
  mergeValues,
  optionalFields,
  optionalText,
  partFiles,
  unlessEmpty,
} from './wire.ts'
import {
  criticiseZeptomail,
  refuseZeptomail,
  zeptomailVerdict,
  zeptomailVerdicts,
} from './zeptomail-answers.ts'

const PATH = '/v1.1/email'
const BATCH_PATH = '/v1.1/email/batch'
const RECIPIENTS_MAX = 340
const BATCH_MAX = 500
/** Of an email with its headers, texts and files. */
const MESSAGE_BYTES_MAX = 15 * 1024 * 1024

const missing = (field: string) => `Mandatory Field "${field}" is missing.`
const invalid = (field: string) => `Mandatory Field "${field}" has Invalid Value.`
const emptied = (field: string) => `Mandatory Field "${field}" was set as Empty Value.`
const tooMany = 'Total number of addresses exceeding the limit.'

const mailbox = (field: string) =>
  z.object({ address: addressText(invalid(field)), name: optionalText }, missing(field))
const recipient = z.object({ email_address: mailbox('to'), merge_info: mergeValues })
type Recipient = z.infer<typeof recipient>
const copies = (field: string) => z.array(z.object({ email_address: mailbox(field) })).optional()
const addressOf = ({ email_address }: Pick<Recipient, 'email_address'>) => email_address.address

function typeWords({ field, isMissing }: TypeFlaw): string {
  const name = field.split('.').findLast(part => !/^\d+$/.test(part)) ?? 'to'
  return isMissing ? missing(name) : invalid(name)
}

/** What is in the File Cache has a key there, and is not sent along. */
const file = { mime_type: optionalText, content: optionalText, file_cache_key: optionalText }
const noFile = { error: missing('content'), path: ['content'] }
const hasFile = ({ content, file_cache_key }: { content?: unknown; file_cache_key?: unknown }) =>
  content !== undefined || file_cache_key !== undefined

/** All but what a template may say instead. */
const addressedTo = (recipientsMax: number) =>
  z.object({
    from: mailbox('from'),
    to: z
      .array(recipient, 'No recipient field found.')
      .min(1, 'No recipient field found.')
      .max(recipientsMax, tooMany),
    cc: copies('cc'),
    bcc: copies('bcc'),
    reply_to: z.array(mailbox('reply_to')).optional(),
    subject: optionalText,
    textbody: optionalText,
    htmlbody: optionalText,
    mime_headers: optionalFields,
    merge_info: mergeValues,
    attachments: z.array(z.object({ name: optionalText, ...file }).refine(hasFile, noFile)).optional(),
    inline_images: z.array(z.object({ cid: z.string(), ...file }).refine(hasFile, noFile)).optional(),
  })

/** What a template says is not known to the mock. */
const template = (recipientsMax: number) =>
  addressedTo(recipientsMax)
    .extend({ template_key: optionalText, template_alias: optionalText })
    .refine(({ template_key, template_alias }) => template_key || template_alias, {
      error: missing('template_key'),
      path: ['template_key'],
    })

const message = (recipientsMax: number) =>
  addressedTo(recipientsMax)
    .extend({ subject: z.string(missing('subject')).min(1, emptied('subject')) })
    .refine(({ textbody, htmlbody }) => textbody || htmlbody, {
      error: missing('htmlbody'),
      path: ['htmlbody'],
    })
type Wire = z.infer<ReturnType<typeof addressedTo>>

const wireMailbox = ({ name, address }: Mailbox) => ({ address, name })

function encodeFiles(attachments: readonly Attachment[]): Pick<Wire, 'attachments' | 'inline_images'> {
  const { files, inline } = partFiles(attachments)
  const bodyOf = ({ contentType, content }: Omit<Attachment, 'filename' | 'cid'>) => ({
    mime_type: contentType,
    content: base64(content),
  })
  return {
    attachments: unlessEmpty(files.map(each => ({ name: each.filename, ...bodyOf(each) }))),
    inline_images: unlessEmpty(inline.map(each => ({ cid: each.cid, ...bodyOf(each) }))),
  }
}

function encode({ content: { from, to, subject, text, html, headers, attachments } }: Message): Wire {
  return {
    from: wireMailbox(from),
    to: to.map(each => ({ email_address: wireMailbox(each) })),
    subject,
    textbody: text,
    htmlbody: html,
    mime_headers: { ...headers },
    ...encodeFiles(attachments),
  }
}

/** Texts and headers are of all; whom it is for, with the identity in it, and the data are each one's own. */
function encodeMany(messages: readonly Message[]): Wire {
  const [first] = messages
  if (!first) throw new Error('There is no message to send')
  const { from, attachments } = first.content
  const { subject, text, html } = first.merge?.template ?? first.content
  const { common } = compareHeaders(messages)
  return {
    from: wireMailbox(from),
    to: messages.flatMap(({ content, merge }) =>
      content.to.map(each => ({ email_address: wireMailbox(each), merge_info: merge && { ...merge.data } })),
    ),
    subject,
    textbody: text,
    htmlbody: html,
    mime_headers: Object.keys(common).length === 0 ? undefined : common,
    ...encodeFiles(attachments),
  }
}

function decode(sent: Wire, to: readonly Recipient[]): Content {
  const {
    from,
    subject = '',
    textbody,
    htmlbody,
    mime_headers = {},
    attachments = [],
    inline_images = [],
  } = sent
  const data = to[0]?.merge_info ?? sent.merge_info
  const template = { subject, ...defined({ text: textbody, html: htmlbody }) }
  return {
    from: defined(from),
    to: to.map(({ email_address }) => defined(email_address)),
    ...(data ? fillContent({ template, data: mergeData(data) }) : template),
    headers: mime_headers,
    attachments: [
      ...attachments.map(({ name = '', mime_type = '', content = '' }) => ({
        filename: name,
        contentType: mime_type,
        content: bytesOf(content),
      })),
      ...inline_images.map(({ cid, mime_type = '', content = '' }) => ({
        filename: cid,
        contentType: mime_type,
        content: bytesOf(content),
        cid,
      })),
    ],
  }
}

const received = (sent: Wire, to: readonly Recipient[]): ReceivedMessage => ({
  id: sent.mime_headers?.[ID_HEADER] ?? findIdentity(to[0] ? addressOf(to[0]) : ''),
  // Whoever gets copies gets one of every message.
  ...addressed({ ...sent, to }, addressOf),
  content: () => decode(sent, to),
})

const SCHEME = 'Zoho-enczapikey'
const fieldsOf = (key: string | undefined): Record<string, string> => ({
  accept: 'application/json',
  ...(key !== undefined && { authorization: `${SCHEME} ${key}` }),
})

const strangerOf: Doorkeeper = ({ headers }, keys) => {
  const key = new RegExp(`^${SCHEME} +(\\S.*)$`, 'i').exec(headers['authorization'] ?? '')?.[1]
  return isTaken(keys, key) ? undefined : rejection(401, 'auth', 'Invalid API Token found', 'SERR_157')
}

/** However many messages it was, one id is given: that of the request. */
const accept = (_taken: Taken, { serial }: Stamp): HttpResponse =>
  jsonResponse(201, {
    data: [{ code: 'EM_104', additional_info: [], message: 'Email request received' }],
    message: 'OK',
    request_id: uuidOf(serial),
    object: 'email',
  })

const common = {
  bytesMax: MESSAGE_BYTES_MAX,
  strangerOf,
  typeWords,
  criticise: criticiseZeptomail,
  accept,
  refuse: refuseZeptomail,
}

const one = (path: string, schema: z.ZodType<Wire>) =>
  jsonRoute({ path, ...common, schema, take: sent => ({ messages: [received(sent, sent.to)] }) })
const many = (path: string, schema: z.ZodType<Wire>) =>
  jsonRoute({
    path,
    ...common,
    schema,
    take: sent => ({ messages: sent.to.map(each => received(sent, [each])) }),
  })

export const zeptomail: Provider = {
  name: 'zeptomail',
  title: 'Zoho ZeptoMail',
  origin: 'https://api.zeptomail.com',
  key: '{ZEPTOMAIL_TOKEN}',
  smtp: {
    host: 'smtp.zeptomail.com',
    starttls: [587],
    implicit: [465],
    user: 'emailapikey',
    password: '{ZEPTOMAIL_SMTP_PASSWORD}',
  },
  domains: [
    'zeptomail.com',
    'zeptomail.eu',
    'zeptomail.in',
    'zeptomail.com.au',
    'zeptomail.jp',
    'zeptomail.com.cn',
  ],
  limits: {
    messageBytes: MESSAGE_BYTES_MAX,
    recipients: RECIPIENTS_MAX,
    note: 'a share of the day by account; 60 attachments',
  },
  safe: { api: { kind: 'none' }, smtp: { kind: 'none' } },
  lacks: ['inline-names', 'batch-headers'],
  events: {
    field: 'event_name',
    names: ['softbounce', 'hardbounce'],
    joinKey: 'request_id = request_id (not verified)',
  },
  check: { by: 'sdk', of: 'zeptomail' },
  sources: [
    'https://www.zoho.com/zeptomail/help/api/email-sending.html',
    'https://www.zoho.com/zeptomail/help/api/batch-email-sending.html',
    'https://www.zoho.com/zeptomail/help/api/error-codes.html',
  ],
  path: PATH,
  bodyDecides: false,
  request: (message, key, path = PATH) => jsonRequest(path, encode(message), fieldsOf(key)),
  verdict: zeptomailVerdict,
  batch: {
    path: BATCH_PATH,
    messagesMax: BATCH_MAX,
    request: (messages, key, path = BATCH_PATH) => jsonRequest(path, encodeMany(messages), fieldsOf(key)),
    verdicts: zeptomailVerdicts,
  },
  routes: [
    one(PATH, message(RECIPIENTS_MAX)),
    one('/v1.1/email/template', template(RECIPIENTS_MAX)),
    many(BATCH_PATH, message(BATCH_MAX)),
    many('/v1.1/email/template/batch', template(BATCH_MAX)),
  ],
}

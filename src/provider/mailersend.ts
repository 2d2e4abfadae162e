import { z } from 'zod'
import { findIdentity, ID_HEADER } from '../message/identity.ts'
import type { Content, Mailbox, Message } from '../message/message.ts'
import { addressed } from './addressees.ts'
import { hexOf } from './ids.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { bearerKey, isTaken } from './key.ts'
import { addressText, isAsciiAddress } from './mailbox.ts'
import {
  criticiseMailersend,
  mailersendRate,
  mailersendVerdict,
  mailersendVerdicts,
  rateHeaders,
  refuseMailersend,
  typeWords,
} from './mailersend-answers.ts'
import type { HttpResponse, Provider, ReceivedMessage, Stamp, Taken } from './provider.ts'
import { accountRoute, type Doorkeeper, jsonRoute, receiveEach, rejection } from './route.ts'
import { base64, bytesOf, defined, mergeValues, optionalText, unlessEmpty } from './wire.ts'

const PATH = '/v1/email'
const BULK_PATH = '/v1/bulk-email'
const BULK_MAX = 500
/** Ten a minute. */
const BULK_CALLS_PER_S = 10 / 60
const RECIPIENTS_MAX = 50
const COPIES_MAX = 10
/** What a message may have in all, files included. */
const MESSAGE_BYTES_MAX = 25 * 1024 * 1024

const required = (field: string) => `The ${field} field is required. #MS42209`
const mailbox = (field: string) =>
  z.object(
    {
      email: addressText(`The ${field}.email must be a valid email address.`, isAsciiAddress),
      name: optionalText,
    },
    required(field),
  )
const tooMany = (field: string, max: number) => `The ${field} must not have more than ${max} items.`
const copies = (field: string) =>
  z.array(mailbox(field)).max(COPIES_MAX, tooMany(field, COPIES_MAX)).optional()
const attachment = z.object({
  content: z.string(required('content')),
  filename: z.string(required('filename')),
  disposition: z.enum(['inline', 'attachment']).optional(),
  id: optionalText,
})
const message = z
  .object({
    from: mailbox('from').optional(),
    to: z
      .array(mailbox('to'), required('to'))
      .min(1, required('to'))
      .max(RECIPIENTS_MAX, tooMany('to', RECIPIENTS_MAX)),
    cc: copies('cc'),
    bcc: copies('bcc'),
    reply_to: mailbox('reply_to').optional(),
    template_id: optionalText,
    personalization: z.array(z.object({ email: z.string(), data: mergeValues })).optional(),
    subject: optionalText,
    text: optionalText,
    html: optionalText,
    headers: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    attachments: z.array(attachment).optional(),
  })
  // A template may have all of these.
  .refine(({ from, template_id }) => from || template_id, { error: required('from'), path: ['from'] })
  .refine(({ subject, template_id }) => subject !== undefined || template_id, {
    error: required('subject'),
    path: ['subject'],
  })
  .refine(({ text, html, template_id }) => text || html || template_id, {
    error: required('text'),
    path: ['text'],
  })
type Wire = z.infer<typeof message>

const wireMailbox = ({ name, address }: Mailbox) => ({ email: address, name })

/** Fields of its own may only be sent by Enterprise accounts: the identity is in the recipient's address. */
function encode({ content: { from, to, subject, text, html, attachments } }: Message): Wire {
  return {
    from: wireMailbox(from),
    to: to.map(wireMailbox),
    subject,
    text,
    html,
    attachments: unlessEmpty(
      attachments.map(({ filename, content, cid }) => ({
        content: base64(content),
        filename,
        disposition: cid === undefined ? ('attachment' as const) : ('inline' as const),
        id: cid,
      })),
    ),
  }
}

function decode({ from, to, subject = '', text, html, headers = [], attachments = [] }: Wire): Content {
  const mailboxOf = ({ email, name }: Wire['to'][number]) => defined({ name, address: email })
  return {
    from: from ? mailboxOf(from) : { address: '' },
    to: to.map(mailboxOf),
    subject,
    ...defined({ text, html }),
    headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
    attachments: attachments.map(({ filename, content, id }) =>
      // The type is guessed from the file's name.
      defined({ filename, contentType: 'application/octet-stream', content: bytesOf(content), cid: id }),
    ),
  }
}

const received = (sent: Wire): ReceivedMessage => ({
  id: sent.headers?.find(({ name }) => name === ID_HEADER)?.value ?? findIdentity(sent.to[0]?.email ?? ''),
  ...addressed(sent, ({ email }) => email),
  content: () => decode(sent),
})

const fieldsOf = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` }

const strangerOf: Doorkeeper = ({ headers }, keys) =>
  isTaken(keys, bearerKey(headers)) ? undefined : rejection(401, 'auth', 'Unauthenticated.')

const accepted = (_taken: Taken, stamp: Stamp): HttpResponse => ({
  status: 202,
  headers: {
    'content-type': 'text/html; charset=UTF-8',
    'x-message-id': hexOf(stamp.serial, 24),
    ...mailersendRate(stamp),
  },
  body: '',
})

const one = jsonRoute({
  path: PATH,
  bytesMax: MESSAGE_BYTES_MAX,
  strangerOf,
  schema: message,
  typeWords,
  criticise: criticiseMailersend,
  take: sent => ({ messages: [received(sent)] }),
  accept: accepted,
  refuse: refuseMailersend,
})
const many = jsonRoute({
  path: BULK_PATH,
  strangerOf,
  schema: z
    .array(z.unknown(), required('emails'))
    .min(1, required('emails'))
    .max(BULK_MAX, tooMany('emails', BULK_MAX)),
  typeWords,
  criticise: criticiseMailersend,
  take: list => ({ messages: receiveEach(list, message, criticiseMailersend, received, typeWords) }),
  accept: (_taken, stamp) =>
    jsonResponse(
      202,
      { message: 'The bulk email is being processed.', bulk_email_id: hexOf(stamp.serial, 24) },
      mailersendRate(stamp),
    ),
  refuse: refuseMailersend,
})
const quota = accountRoute(
  '/v1/api-quota',
  strangerOf,
  jsonResponse(200, { quota: 100, remaining: 100, reset: '2030-01-01T00:00:00Z' }),
  refuseMailersend,
)

export const mailersend: Provider = {
  name: 'mailersend',
  title: 'MailerSend',
  origin: 'https://api.mailersend.com',
  key: '{MAILERSEND_API_KEY}',
  smtp: {
    host: 'smtp.mailersend.net',
    starttls: [587],
    implicit: [],
    user: '{MAILERSEND_SMTP_USER}',
    password: '{MAILERSEND_SMTP_PASSWORD}',
  },
  domains: ['mailersend.net', 'mailersend.com'],
  limits: {
    callsPerS: 2,
    messagesPerS: 2,
    messageBytes: MESSAGE_BYTES_MAX,
    recipients: RECIPIENTS_MAX,
    waitHeader: 'retry-after',
    rateHeaders,
    asciiAddresses: true,
    note: '500 messages a bulk call are 5 on trial; header fields for Enterprise accounts only',
  },
  safe: { api: { kind: 'none' }, smtp: { kind: 'none' } },
  lacks: ['type', 'headers'],
  events: {
    field: 'type',
    names: [
      'activity.sent',
      'activity.delivered',
      'activity.deferred',
      'activity.soft_bounced',
      'activity.hard_bounced',
    ],
    joinKey: 'data.email.message.id = x-message-id',
    signed: 'Signature (HMAC-SHA256)',
  },
  check: { by: 'sdk', of: 'mailersend' },
  sources: [
    'https://developers.mailersend.com/general',
    'https://developers.mailersend.com/api/v1/email',
    'https://www.mailersend.com/help/rest-api-response-codes',
  ],
  path: PATH,
  bodyDecides: true,
  request: (message, key, path = PATH) => jsonRequest(path, encode(message), fieldsOf(key)),
  verdict: mailersendVerdict,
  batch: {
    path: BULK_PATH,
    messagesMax: BULK_MAX,
    callsPerS: BULK_CALLS_PER_S,
    refusals: 'later',
    request: (messages, key, path = BULK_PATH) => jsonRequest(path, messages.map(encode), fieldsOf(key)),
    verdicts: mailersendVerdicts,
  },
  account: key => getRequest(quota.path, fieldsOf(key)),
  routes: [one, many, quota],
}

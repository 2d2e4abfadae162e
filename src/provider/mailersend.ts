import { z } from 'zod'
import { findIdentity, ID_HEADER } from '../message/identity.ts'
import type { Content, Mailbox, Message } from '../message/message.ts'
import { hexOf } from './ids.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { bearerKey, isTaken } from './key.ts'
import { addressText, isAsciiAddress } from './mailbox.ts'
import {
  criticiseMailersend,
  mailersendVerdict,
  mailersendVerdicts,
  refuseMailersend,
} from './mailersend-answers.ts'
import type { HttpResponse, Provider, ReceivedMessage, Stamp, Taken } from './provider.ts'
import { accountRoute, type Doorkeeper, jsonRoute, receiveEach, rejection } from './route.ts'
import { base64, bytesOf, defined, optionalText, unlessEmpty } from './wire.ts'

const PATH = '/v1/email'
const BULK_PATH = '/v1/bulk-email'
const BULK_MAX = 500
/** Ten a minute. */
const BULK_CALLS_PER_S = 10 / 60
const RECIPIENTS_MAX = 50

const required = (field: string) => `The ${field} field is required. #MS42209`
const mailbox = (field: string) =>
  z.object(
    {
      email: addressText(`The ${field}.email must be a valid email address.`, isAsciiAddress),
      name: optionalText,
    },
    required(field),
  )
const attachment = z.object({
  content: z.string(required('content')),
  filename: z.string(required('filename')),
  disposition: z.enum(['inline', 'attachment']).optional(),
  id: optionalText,
})
const message = z
  .object({
    from: mailbox('from'),
    to: z
      .array(mailbox('to'), required('to'))
      .min(1, required('to'))
      .max(RECIPIENTS_MAX, `The to must not have more than ${RECIPIENTS_MAX} items.`),
    subject: z.string(required('subject')),
    text: optionalText,
    html: optionalText,
    headers: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
    attachments: z.array(attachment).optional(),
  })
  .refine(({ text, html }) => text || html, { error: required('text'), path: ['text'] })
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

function decode({ from, to, subject, text, html, headers = [], attachments = [] }: Wire): Content {
  const mailboxOf = ({ email, name }: Wire['from']) => defined({ name, address: email })
  return {
    from: mailboxOf(from),
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
  recipients: sent.to.map(({ email }) => email),
  content: () => decode(sent),
})

const fieldsOf = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` }

const strangerOf: Doorkeeper = ({ headers }, keys) =>
  isTaken(keys, bearerKey(headers)) ? undefined : rejection(401, 'auth', 'Unauthenticated.')

const accepted = (_taken: Taken, { serial }: Stamp): HttpResponse => ({
  status: 202,
  headers: { 'content-type': 'text/html; charset=UTF-8', 'x-message-id': hexOf(serial, 24) },
  body: '',
})

const one = jsonRoute({
  path: PATH,
  strangerOf,
  schema: message,
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
    .max(BULK_MAX, `The emails must not have more than ${BULK_MAX} items.`),
  criticise: criticiseMailersend,
  take: list => ({ messages: receiveEach(list, message, criticiseMailersend, received) }),
  accept: (_taken, { serial }) =>
    jsonResponse(202, {
      message: 'The bulk email is being processed.',
      bulk_email_id: hexOf(serial, 24),
    }),
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
  limits: {
    callsPerS: 2,
    messagesPerS: 2,
    recipients: RECIPIENTS_MAX,
    waitHeader: 'retry-after',
    asciiAddresses: true,
    note: '500 messages a bulk call are 5 on trial; header fields for Enterprise accounts only',
  },
  safe: { api: { kind: 'none' }, smtp: { kind: 'none' } },
  lacks: ['type', 'headers'],
  events: 'Webhooks (activity.delivered, activity.hard_bounced)',
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

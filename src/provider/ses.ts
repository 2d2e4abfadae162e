import { z } from 'zod'
import { type Clock, systemClock } from '../clock.ts'
import { ID_HEADER } from '../message/identity.ts'
import type { Content, Message } from '../message/message.ts'
import { addressed } from './addressees.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { partsOf } from './key.ts'
import { formatMailbox, parseMailbox } from './mailbox.ts'
import { idOfMime } from './mime.ts'
import type { HttpRequest, Provider, ReceivedMessage, Sender } from './provider.ts'
import { accountRoute, type Doorkeeper, jsonRoute, rejection } from './route.ts'
import { BULK_PATH, bulkRoute, bulkVerdicts, encodeBulk } from './ses-bulk.ts'
import { criticise, requestIdOf, sesRefusal, sesVerdict } from './ses-errors.ts'
import {
  decodeAttachments,
  decodeHeaders,
  decodeTemplate,
  destinations,
  encodeAttachments,
  flawOfDestination,
  isMailbox,
  listsOf,
  messageIdOf,
  RECIPIENTS_MAX,
  sender,
  typeWords,
  wireAttachments,
  wireHeaders,
  wireTemplate,
} from './ses-wire.ts'
import { flawOfSignature, sign } from './sigv4.ts'
import { base64, bytesOf, defined } from './wire.ts'

/** SendEmail of Amazon SES, API version 2, with the content in parts (`Simple`) or as MIME (`Raw`). */
const PATH = '/v2/email/outbound-emails'
const SERVICE = 'ses'
const MESSAGE_BYTES_MAX = 40 * 1024 * 1024

const datum = z.object({ Data: z.string(), Charset: z.string().optional() })
const simple = z.object({
  Subject: datum,
  Body: z.object({ Text: datum.optional(), Html: datum.optional() }),
  Headers: wireHeaders,
  Attachments: wireAttachments,
})
const destination = destinations.superRefine((sent, context) => {
  const message = flawOfDestination(sent)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
})
/** MIME says itself whom it is from and for. */
const body = z
  .object({
    FromEmailAddress: sender.optional(),
    Destination: destination.optional(),
    Content: z
      .object({
        Simple: simple.optional(),
        Raw: z.object({ Data: z.string() }).optional(),
        Template: wireTemplate.optional(),
      })
      .refine(
        ({ Simple, Raw, Template }) => Simple || Raw || Template,
        'Content is neither Simple nor Raw nor Template',
      ),
    ReplyToAddresses: z.array(z.string().refine(isMailbox, "Missing final '@domain'")).optional(),
  })
  .refine(
    ({ FromEmailAddress, Content }) => Content.Raw || FromEmailAddress !== undefined,
    'FromEmailAddress is missing',
  )
  .refine(({ Destination, Content }) => Content.Raw || Destination, 'Recipient list is empty')
type Body = z.infer<typeof body>

const utf8 = (text: string | undefined) => (text === undefined ? undefined : { Data: text, Charset: 'UTF-8' })

function encodeSimple({ content: { from, to, subject, text, html, headers, attachments } }: Message): Body {
  return {
    FromEmailAddress: formatMailbox(from),
    Destination: { ToAddresses: to.map(formatMailbox) },
    Content: {
      Simple: {
        Subject: { Data: subject, Charset: 'UTF-8' },
        Body: { Text: utf8(text), Html: utf8(html) },
        Headers: Object.entries(headers).map(([Name, Value]) => ({ Name, Value })),
        Attachments: encodeAttachments(attachments),
      },
    },
  }
}

function encodeRaw(message: Message): Body {
  return {
    FromEmailAddress: message.envelope.from,
    Destination: { ToAddresses: [...message.envelope.to] },
    Content: { Raw: { Data: base64(message.raw()) } },
  }
}

function decode({ FromEmailAddress, Destination, Content }: Body): Content | Buffer {
  const { Simple, Raw, Template } = Content
  const addresses = {
    from: parseMailbox(FromEmailAddress ?? ''),
    to: (Destination?.ToAddresses ?? []).map(parseMailbox),
  }
  if (Template)
    return {
      ...addresses,
      ...decodeTemplate(Template),
      headers: decodeHeaders(Template.Headers),
      attachments: decodeAttachments(Template.Attachments),
    }
  if (Raw || !Simple) return bytesOf(Raw?.Data ?? '')
  const { Subject, Body, Headers, Attachments } = Simple
  return {
    ...addresses,
    subject: Subject.Data,
    ...defined({ text: Body.Text?.Data, html: Body.Html?.Data }),
    headers: decodeHeaders(Headers),
    attachments: decodeAttachments(Attachments),
  }
}

function received(sent: Body): ReceivedMessage {
  const { Simple, Raw, Template } = sent.Content
  return {
    id: Raw
      ? idOfMime(bytesOf(Raw.Data.slice(0, 96 * 1024)))
      : (Simple ?? Template)?.Headers?.find(({ Name }) => Name === ID_HEADER)?.Value,
    ...addressed(listsOf(sent.Destination ?? {}), text => parseMailbox(text).address),
    content: () => decode(sent),
  }
}

/** Of a new account. */
const quota = { Max24HourSend: 200, MaxSendRate: 1, SentLast24Hours: 0 }

/** @param clock dates the signatures, and judges their age */
export function sesAt(clock: Clock): Provider {
  function signed(request: HttpRequest, key: string | undefined): HttpRequest {
    // Temporary credentials have a fourth part.
    const [accessKeyId, secretAccessKey, region = 'us-east-1', sessionToken] = partsOf(key ?? '')
    const host = `email.${region}.amazonaws.com`
    if (key === undefined) return { ...request, headers: { ...request.headers, host } }
    const signing = { service: SERVICE, host, region, accessKeyId, secretAccessKey }
    return sign(request, { ...signing, ...defined({ sessionToken }) }, clock.wallMs())
  }

  const strangerOf: Doorkeeper = (request, keys) => {
    const flaw = flawOfSignature(request, keys, SERVICE, clock.wallMs())
    return flaw && rejection(403, 'auth', flaw.message, flaw.name)
  }

  const send = jsonRoute({
    path: PATH,
    bytesMax: MESSAGE_BYTES_MAX,
    strangerOf,
    schema: body,
    typeWords,
    criticise,
    take: sent => ({ messages: [received(sent)] }),
    accept: (_taken, { serial }) =>
      jsonResponse(200, { MessageId: messageIdOf(serial) }, requestIdOf(serial)),
    refuse: sesRefusal,
  })
  const account = accountRoute(
    '/v2/email/account',
    strangerOf,
    jsonResponse(200, { SendingEnabled: true, ProductionAccessEnabled: false, SendQuota: quota }),
    sesRefusal,
  )
  const sender = (encode: (message: Message) => Body): Sender => ({
    path: PATH,
    bodyDecides: false,
    request: (message, key, path = PATH) => signed(jsonRequest(path, encode(message)), key),
    verdict: sesVerdict,
  })

  return {
    name: 'ses',
    title: 'Amazon SES v2',
    origin: 'https://email.{AWS_REGION}.amazonaws.com',
    key: '{AWS_ACCESS_KEY_ID}:{AWS_SECRET_ACCESS_KEY}:{AWS_REGION}',
    smtp: {
      host: 'email-smtp.{AWS_REGION}.amazonaws.com',
      starttls: [587, 25, 2587],
      implicit: [465, 2465],
      user: '{SES_SMTP_USER}',
      password: '{SES_SMTP_PASSWORD}',
    },
    domains: [
      'email-smtp.{AWS_REGION}.amazonaws.com',
      'email-smtp-fips.{AWS_REGION}.amazonaws.com',
      'email-smtp.{AWS_REGION}.vpce.amazonaws.com',
      'email.{AWS_REGION}.amazonaws.com',
      'email-fips.{AWS_REGION}.amazonaws.com',
      'email.{AWS_REGION}.api.aws',
    ],
    limits: {
      messageBytes: MESSAGE_BYTES_MAX,
      recipients: RECIPIENTS_MAX,
      messagesPerS: 1,
      asciiAddresses: true,
      note: 'rate and 200 a day are those of a new account; others are told by GET /v2/email/account',
    },
    safe: {
      api: { kind: 'recipient', address: 'success@simulator.amazonses.com' },
      smtp: { kind: 'recipient', address: 'success@simulator.amazonses.com' },
    },
    events: {
      field: 'eventType',
      names: ['Send', 'Delivery', 'DeliveryDelay', 'Bounce', 'Complaint', 'Reject', 'Open', 'Click'],
      joinKey: 'mail.messageId = MessageId',
      signed: 'by SNS',
    },
    check: { by: 'sdk', of: '@aws-sdk/client-sesv2' },
    sources: ['https://docs.aws.amazon.com/ses/latest/APIReference-V2'],
    ...sender(encodeSimple),
    raw: sender(encodeRaw),
    batch: {
      path: BULK_PATH,
      messagesMax: 50,
      request: (messages, key, path = BULK_PATH) => signed(jsonRequest(path, encodeBulk(messages)), key),
      verdicts: bulkVerdicts,
    },
    account: key => signed(getRequest(account.path, {}), key),
    routes: [send, bulkRoute(strangerOf, MESSAGE_BYTES_MAX), account],
  }
}

export const ses = sesAt(systemClock)

import { ID_HEADER } from '../message/identity.ts'
import { fillContent } from '../message/merge.ts'
import type { Content, Mailbox, Message } from '../message/message.ts'
import type { Cause, Verdict } from '../sample.ts'
import { addressed } from './addressees.ts'
import { hexOf } from './ids.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { bearerKey, isTaken, type Keys } from './key.ts'
import type { HttpRequest, HttpResponse, Provider, Stamp, Taken } from './provider.ts'
import { type Rate, rateFields, rateNames } from './rate-fields.ts'
import { accountRoute, jsonRoute, rejection, type TypeFlaw } from './route.ts'
import { type Body, body, RECIPIENTS_MAX, words } from './sendgrid-body.ts'
import { type Details, readVerdict } from './status.ts'
import { untilSecondIn } from './wait.ts'
import { base64, bytesOf, defined, unlessEmpty } from './wire.ts'

const PATH = '/v3/mail/send'
const MESSAGE_BYTES_MAX = 30 * 1024 * 1024
const WAIT_HEADER = 'x-ratelimit-reset'
/** How many calls is told in headers only: 600 a minute is what an account of theirs was told. */
const RATE: Rate = { prefix: 'x-ratelimit-', limit: 600, windowS: 60 }

const wireMailbox = ({ name, address }: Mailbox) => ({ email: address, name })

/** The text is sent once; whom it is for, the identity and the data to merge are each recipient's own. */
function encode(messages: readonly Message[], isSandboxed: boolean): Body {
  const [first] = messages
  if (!first) throw new Error('There is no message to send')
  const { from, attachments } = first.content
  const { subject, text, html } = first.merge?.template ?? first.content
  return {
    personalizations: messages.map(({ content, merge }) => ({
      to: content.to.map(wireMailbox),
      headers: { ...content.headers },
      substitutions:
        merge &&
        Object.fromEntries(Object.entries(merge.data).map(([name, value]) => [`{{${name}}}`, value])),
    })),
    from: wireMailbox(from),
    subject,
    content: [
      ...(text === undefined ? [] : [{ type: 'text/plain', value: text }]),
      ...(html === undefined ? [] : [{ type: 'text/html', value: html }]),
    ],
    attachments: unlessEmpty(
      attachments.map(({ filename, contentType, content, cid }) => ({
        content: base64(content),
        filename,
        type: contentType,
        disposition: cid === undefined ? ('attachment' as const) : ('inline' as const),
        content_id: cid,
      })),
    ),
    mail_settings: isSandboxed ? { sandbox_mode: { enable: true } } : undefined,
  }
}

function decode(sent: Body, own: Body['personalizations'][number]): Content {
  const { to, headers, substitutions = {} } = own
  const value = (wanted: string) => sent.content?.find(({ type }) => type === wanted)?.value
  const subject = own.subject ?? sent.subject ?? ''
  const template = { subject, ...defined({ text: value('text/plain'), html: value('text/html') }) }
  const data = Object.fromEntries(
    Object.entries(substitutions).map(([token, value]) => [token.replace(/^\{\{|\}\}$/g, ''), value ?? '']),
  )
  const mailboxOf = ({ email, name }: Body['from']) => defined({ name, address: email })
  return {
    from: mailboxOf(sent.from),
    to: to.map(mailboxOf),
    ...fillContent({ template, data }),
    headers: { ...sent.headers, ...headers },
    attachments: (sent.attachments ?? []).map(({ filename, type = '', content, content_id }) =>
      defined({ filename, contentType: type, content: bytesOf(content), cid: content_id }),
    ),
  }
}

const authorization = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` }

function causeOfField(field: string): Cause {
  if (/^(?:from|reply_to(?:_list)?)\b/.test(field)) return 'sender'
  return /^personalizations(?:$|.*\b(?:to|cc|bcc)\b)/.test(field) ? 'recipient' : 'content'
}

/** 403 is of a key that may not send, of a sender that is not verified, and of an account that is blocked. */
function causeOf(status: number, message: string, field: unknown): Details {
  if (/credits exceeded/i.test(message)) return { cause: 'policy' }
  if (status !== 400 && status !== 403) return {}
  if (typeof field === 'string') return { cause: causeOfField(field) }
  return status === 403 && !/access forbidden|permission/i.test(message) ? { cause: 'policy' } : {}
}

function verdict(response: HttpResponse): Verdict {
  const { status, headers } = response
  return readVerdict(response, value => {
    const { errors } = value as { errors: readonly { message: unknown; field?: unknown }[] }
    const [error] = errors
    const message = String(error?.message)
    const retryAfterNs = status === 429 ? untilSecondIn(headers, WAIT_HEADER) : undefined
    return defined({ text: message, retryAfterNs, ...causeOf(status, message, error?.field) })
  })
}

function strangerOf({ headers }: HttpRequest, keys: Keys): Verdict | undefined {
  return isTaken(keys, bearerKey(headers)) ? undefined : rejection(401, 'auth', words.key)
}

function take(sent: Body): Omit<Taken, 'kind'> {
  return {
    sandboxed: sent.mail_settings?.sandbox_mode?.enable === true,
    messages: sent.personalizations.map(each => ({
      id: each.headers?.[ID_HEADER] ?? sent.headers?.[ID_HEADER],
      ...addressed(each, ({ email }) => email),
      content: () => decode(sent, each),
    })),
  }
}

const secondOf = ({ wallMs }: Stamp) => Math.floor(wallMs / 1000)

function accept({ sandboxed }: Taken, stamp: Stamp): HttpResponse {
  const id = Buffer.from(hexOf(stamp.serial, 32), 'hex').toString('base64url')
  const headers = { 'x-message-id': id, ...rateFields(RATE, undefined, secondOf(stamp)) }
  return { status: sandboxed ? 200 : 202, headers, body: '' }
}

/** Where a script refuses, the field says of what. */
const fieldOfCause: Partial<Record<Cause, string>> = {
  sender: 'from',
  recipient: 'personalizations.0.to',
  content: 'content',
}

function statusOf({ outcome, cause, code }: Verdict): number {
  if (outcome !== 'rejected') return code ?? (cause === 'throttled' ? 429 : 503)
  if (code === 413) return code
  return cause === 'auth' ? 401 : cause === 'policy' ? 403 : 400
}

function refuse(verdict: Verdict, stamp: Stamp): HttpResponse {
  const { cause = 'unknown', enhancedCode, text: message } = verdict
  const field = (enhancedCode ?? fieldOfCause[cause]) || null
  const atS = secondOf(stamp)
  const errors = [{ message, field, help: null }]
  // The second that is named is one of this clock: its Date is sent along.
  const date = new Date(atS * 1000).toUTCString()
  return jsonResponse(statusOf(verdict), { errors }, { date, ...rateFields(RATE, verdict, atS) })
}

/** Substitutions alone are refused without a word. */
const typeWords = ({ field, expected, input }: TypeFlaw) =>
  field.includes('.substitutions.')
    ? 'Bad Request'
    : `Invalid type. Expected: ${expected}, given: ${input === null ? 'null' : Array.isArray(input) ? 'array' : typeof input}.`

const send = jsonRoute({
  path: PATH,
  bytesMax: MESSAGE_BYTES_MAX,
  strangerOf,
  schema: body,
  typeWords,
  criticise: ({ field, message } = { field: '', message: 'Bad Request' }) =>
    rejection(400, causeOfField(field), message, message === 'Bad Request' ? '' : field),
  take,
  accept,
  refuse,
})
const scopes = accountRoute('/v3/scopes', strangerOf, jsonResponse(200, { scopes: ['mail.send'] }), refuse)

function dialect(isSandboxed: boolean): Provider {
  const request = (messages: readonly Message[], key: string | undefined, path = PATH) =>
    jsonRequest(path, encode(messages, isSandboxed), authorization(key))
  return {
    name: 'sendgrid',
    title: 'SendGrid',
    origin: 'https://api.sendgrid.com',
    key: '{SENDGRID_API_KEY}',
    smtp: {
      host: 'smtp.sendgrid.net',
      starttls: [587, 25, 2525],
      implicit: [465],
      user: 'apikey',
      password: '{SENDGRID_API_KEY}',
    },
    domains: ['sendgrid.net', 'sendgrid.com'],
    limits: {
      messageBytes: MESSAGE_BYTES_MAX,
      recipients: RECIPIENTS_MAX,
      waitHeader: WAIT_HEADER,
      rateHeaders: rateNames(RATE),
      note: 'a rate is told in headers only; by SMTP 5,000 messages a connection, 10,000 connections',
    },
    safe: { api: { kind: 'flag', field: 'mail_settings.sandbox_mode.enable' }, smtp: { kind: 'none' } },
    events: {
      field: 'event',
      names: [
        'processed',
        'delivered',
        'deferred',
        'bounce',
        'dropped',
        'open',
        'click',
        'spamreport',
        'unsubscribe',
      ],
      joinKey: 'sg_message_id begins with X-Message-Id',
      signed: 'X-Twilio-Email-Event-Webhook-Signature (ECDSA)',
    },
    check: { by: 'sdk', of: '@sendgrid/mail' },
    sources: ['https://www.twilio.com/docs/sendgrid/api-reference/mail-send'],
    path: PATH,
    bodyDecides: false,
    request: (message, key, path) => request([message], key, path),
    verdict,
    batch: {
      path: PATH,
      messagesMax: RECIPIENTS_MAX,
      request,
      // One bad recipient refuses the call: all its messages share one fate.
      verdicts: (response, count) => Array.from({ length: count }, () => verdict(response)),
    },
    account: key => getRequest(scopes.path, authorization(key)),
    sandboxed: () => dialect(true),
    routes: [send, scopes],
  }
}

export const sendgrid = dialect(false)

import { z } from 'zod'
import { fillContent, mapTemplate, retoken } from '../message/merge.ts'
import type { Content, Message } from '../message/message.ts'
import type { Cause, Verdict } from '../sample.ts'
import { type Group, groupsOf } from './groups.ts'
import { htmlOf } from './html.ts'
import { jsonRequest, jsonResponse } from './json.ts'
import { isTaken, type Keys } from './key.ts'
import { addressText } from './mailbox.ts'
import type { HttpRequest, HttpResponse, Provider, ReceivedMessage, Taken } from './provider.ts'
import { readResults } from './results.ts'
import { type Flaw, jsonRoute, rejection } from './route.ts'
import { type Details, errorCode, readVerdictOfBody } from './status.ts'
import { base64, bytesOf, defined, mergeData, optionalText } from './wire.ts'

/**
 * The JSON API of Pepipost, Netcore's since 2019, with the key in the body, and a 200 for refusals too. It makes
 * a mail of its own for every recipient; what it knows one by is `X-APIHEADER`.
 */
const PATH = '/api/web.send.json'
const MESSAGES_MAX = 1000
const SUCCESS = '0'

/** Its own numbers, of which it documents what they mean, and not their words. */
const code = {
  json: '100',
  parameter: '101',
  key: '102',
  value: '103',
  subject: '201',
  content: '203',
  from: '204',
  recipient: '206',
  header: '210',
  enqueue: '408',
  disabled: '502',
} as const

const body = z.object({
  api_key: optionalText,
  email_details: z.object({
    fromname: optionalText,
    replytoid: addressText(code.from).or(z.literal('')).optional(),
    subject: z.string(code.subject).min(1, code.subject),
    from: addressText(code.from),
    content: z.string(code.content).min(1, code.content),
  }),
  recipients: z
    .array(addressText(code.recipient), code.recipient)
    .min(1, code.recipient)
    .max(MESSAGES_MAX, code.value),
  /** One for each recipient; the same for all recipients of one message. */
  'X-APIHEADER': z.array(z.string(code.header).max(255, '211'), code.header).optional(),
  /** Of each name a value for each recipient. */
  attributes: z.record(z.string(), z.array(z.unknown())).optional(),
  settings: z.object({ bcc: addressText(code.recipient).or(z.literal('')).optional() }).optional(),
  files: z.record(z.string(), z.string()).optional(),
})
type Body = z.infer<typeof body>

const tokens = /\[% *(\w+) *%\]/g
const asToken = (name: string) => `[%${name}%]`

/** @param key stands in the body, and so in what is measured of it */
function encode(messages: readonly Message[], key: string | undefined): Body {
  const [first] = messages
  if (!first) throw new Error('There is no message to send')
  const { from, attachments } = first.content
  const template = first.merge?.template ?? first.content
  const { subject, html = '' } = mapTemplate({ subject: template.subject, html: htmlOf(template) }, text =>
    retoken(text, asToken),
  )
  const mails = messages.flatMap(message => message.content.to.map(({ address }) => ({ address, message })))
  const names = Object.keys(first.merge?.data ?? {})
  const values = (name: string) => mails.map(({ message }) => message.merge?.data[name] ?? '')
  return {
    api_key: key,
    email_details: { fromname: from.name, subject, from: from.address, content: html },
    'X-APIHEADER': mails.map(({ message }) => message.id),
    recipients: mails.map(({ address }) => address),
    attributes: names.length > 0 ? Object.fromEntries(names.map(name => [name, values(name)])) : undefined,
    files:
      attachments.length > 0
        ? Object.fromEntries(attachments.map(({ filename, content }) => [filename, base64(content)]))
        : undefined,
  }
}

function decode(
  { email_details, recipients, attributes = {}, files = {} }: Body,
  { places }: Group,
): Content {
  const { fromname, from, subject, content } = email_details
  const [place = 0] = places
  const data = Object.fromEntries(
    Object.entries(attributes).map(([name, values]) => [name, values[place] ?? '']),
  )
  const template = mapTemplate({ subject, html: content }, text => text.replace(tokens, '{{$1}}'))
  return {
    from: defined({ name: fromname, address: from }),
    to: places.map(each => ({ address: recipients[each] ?? '' })),
    ...fillContent({ template, data: mergeData(data) }),
    headers: {},
    attachments: Object.entries(files).map(([name, text]) => ({
      filename: name,
      contentType: '',
      content: bytesOf(text),
    })),
  }
}

const causeOfCode = new Map<string, Cause>([
  ['102', 'auth'],
  ['104', 'policy'],
  ['105', 'auth'],
  ['204', 'sender'],
  ['205', 'sender'],
  ['206', 'recipient'],
  ['500', 'policy'],
  ['502', 'policy'],
])

/** 401 to 412 are faults of its own, one of which says to try again. */
function fateOf(number: string): Details {
  if (/^4\d\d$/.test(number)) return { outcome: 'deferred', cause: 'server' }
  return { outcome: 'rejected', cause: causeOfCode.get(number) ?? 'content' }
}

function detailsOf(value: unknown, status: number): Details {
  const { errorcode, errormessage } = value as { errorcode?: unknown; errormessage?: unknown }
  const number = String(errorcode ?? '')
  if (!/^\d{1,4}$/.test(number)) throw new Error('The answer has no errorcode')
  if (number === SUCCESS) return {}
  const text = typeof errormessage === 'string' ? { text: errormessage } : {}
  // A status that is no success says more of the call than the number does.
  return { ...errorCode(number), ...text, ...(status < 300 && fateOf(number)) }
}

const verdict = (response: HttpResponse): Verdict =>
  readVerdictOfBody(response, value => detailsOf(value, response.status))

/** One answer for all. */
function verdicts(response: HttpResponse, count: number): readonly Verdict[] {
  const whole = verdict(response)
  return readResults(response, whole, count, () => whole)
}

function strangerOf(_request: HttpRequest, keys: Keys, value: unknown): Verdict | undefined {
  const key = (value as { api_key?: unknown } | null | undefined)?.api_key
  return isTaken(keys, typeof key === 'string' ? key : undefined)
    ? undefined
    : rejection(200, 'auth', 'Invalid API key', code.key)
}

const wordsOfCode: Record<string, string> = {
  [code.subject]: 'Subject is missing',
  [code.content]: 'Content is missing',
  [code.from]: 'Invalid from address',
  [code.recipient]: 'Invalid recipient address',
  [code.value]: `More than ${MESSAGES_MAX} recipients`,
  [code.header]: 'Invalid X-APIHEADER format',
  '211': 'X-APIHEADER is longer than 255 characters',
}

/** The schema's messages are the numbers; one that is none of them is of a field's type. */
function criticise(flaw: Flaw | undefined): Verdict {
  if (!flaw) return rejection(200, 'content', 'Invalid JSON', code.json)
  const words = wordsOfCode[flaw.message]
  if (words === undefined) return rejection(200, 'content', `Invalid parameter ${flaw.field}`, code.parameter)
  return rejection(200, causeOfCode.get(flaw.message) ?? 'content', words, flaw.message)
}

const take = (sent: Body): Omit<Taken, 'kind'> => ({
  messages: groupsOf(sent.recipients, sent['X-APIHEADER'] ?? []).map(
    (group): ReceivedMessage => ({
      id: group.id,
      // Whoever gets blind copies gets one of every message.
      recipients: [
        ...group.places.map(place => sent.recipients[place] ?? ''),
        ...(sent.settings?.bcc ? [sent.settings.bcc] : []),
      ],
      content: () => decode(sent, group),
    }),
  ),
})

/** It tells no id. */
const accept = (): HttpResponse =>
  jsonResponse(200, { message: 'SUCCESS', errorcode: SUCCESS, errormessage: '' })

/** What a script's refusal is called, of which only the cause is given. */
const codeOfCause: Partial<Record<Cause, string>> = {
  auth: code.key,
  sender: code.from,
  recipient: code.recipient,
  policy: code.disabled,
  throttled: code.enqueue,
  server: code.enqueue,
}

function refuse({ outcome, cause = 'content', code: status, enhancedCode, text }: Verdict): HttpResponse {
  const isOwn = outcome === 'rejected' && status !== 413
  return jsonResponse(isOwn ? 200 : (status ?? 500), {
    message: 'ERROR',
    errorcode: enhancedCode ?? codeOfCause[cause] ?? code.value,
    errormessage: text,
  })
}

const send = jsonRoute({ path: PATH, strangerOf, schema: body, criticise, take, accept, refuse })

const request = (messages: readonly Message[], key: string | undefined, path = PATH) =>
  jsonRequest(path, encode(messages, key))

const sandbox = {
  kind: 'account',
  how: 'a sandbox sending domain (pepisandbox.com), which reaches its owner alone',
} as const

export const pepipost: Provider = {
  name: 'pepipost',
  title: 'Netcore 2019 (Pepipost v1)',
  origin: 'https://api.pepipost.com',
  key: '{PEPIPOST_API_KEY}',
  smtp: {
    host: 'smtp.pepipost.com',
    starttls: [587, 25, 2525],
    implicit: [465],
    user: '{PEPIPOST_SMTP_USER}',
    password: '{PEPIPOST_SMTP_PASSWORD}',
  },
  domains: ['pepipost.com', 'netcorecloud.net'],
  limits: {
    note: 'rate, size and recipients are not published: 1,000 messages a batch are ours',
  },
  safe: { api: sandbox, smtp: sandbox },
  lacks: ['text', 'names', 'headers', 'type', 'inline'],
  events: {
    field: 'EVENT',
    names: ['sent', 'bounced', 'dropped', 'invalid', 'opened', 'clicked', 'unsubscribed', 'abuse'],
    joinKey: 'X-APIHEADER = X-APIHEADER',
  },
  check: { by: 'documentation' },
  sources: ['https://github.com/pepipost/docs/blob/master/send.web.json.md'],
  path: PATH,
  bodyDecides: true,
  request: (message, key, path) => request([message], key, path),
  verdict,
  batch: { path: PATH, messagesMax: MESSAGES_MAX, request, verdicts },
  routes: [send],
}

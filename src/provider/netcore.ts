import { z } from 'zod'
import { systemClock } from '../clock.ts'
import { ID_HEADER } from '../message/identity.ts'
import { fillContent, mapTemplate, retoken } from '../message/merge.ts'
import type { Content, Mailbox, Message } from '../message/message.ts'
import type { Cause, Verdict } from '../sample.ts'
import { addressed } from './addressees.ts'
import { htmlOf } from './html.ts'
import { hexOf } from './ids.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { isTaken, type Keys } from './key.ts'
import { addressText } from './mailbox.ts'
import type { HttpRequest, HttpResponse, Provider, Stamp, Taken } from './provider.ts'
import { readResults } from './results.ts'
import { accountRoute, type Flaw, jsonRoute, rejection, type TypeFlaw } from './route.ts'
import { type Details, readVerdict } from './status.ts'
import { base64, bytesOf, defined, mergeData, mergeValues, unlessEmpty } from './wire.ts'

/** Netcore's Email API v5, which was Pepipost's: its content is HTML, and AMP beside it. */
const PATH = '/v5/mail/send'
/** The official client's own. */
const SDK_PATH = '/v5.1/mail/send'
const MESSAGES_MAX = 5000

const words = {
  from: 'The from email address is invalid.',
  to: 'The recipient email address is invalid.',
  replyTo: 'The sender gave an invalid reply_to email address.',
  personalizations: 'The personalizations field must list at least one recipient.',
  tooMany: `The personalizations field lists more than ${MESSAGES_MAX}.`,
  subject: 'The subject field is required.',
  content: 'The content field must hold a part of the type html.',
}

/** The official client writes null for what it is not given. */
const text = z.string().nullish()
const fields = z.record(z.string(), z.string()).nullish()
const mailbox = (error: string) => z.object({ email: addressText(error), name: text }, error)
const copies = z.array(mailbox(words.to), words.to).nullish()
const files = z.array(z.object({ name: z.string(), content: z.string() })).nullish()
const personalization = z.object({
  to: z.array(mailbox(words.to), words.to).min(1, words.to),
  cc: copies,
  bcc: copies,
  headers: fields,
  attributes: mergeValues.nullable(),
  attachments: files,
  token_to: text,
})
const part = z.object({
  type: z.enum(['html', 'amp'], words.content),
  value: z.string().min(1, words.content),
})
const body = z
  .object({
    from: mailbox(words.from),
    reply_to: addressText(words.replyTo).nullish(),
    subject: text,
    template_id: z.number().nullish(),
    content: z.array(part, words.content).nullish(),
    attachments: files,
    bcc: copies,
    personalizations: z
      .array(personalization, words.personalizations)
      .min(1, words.personalizations)
      .max(MESSAGES_MAX, words.tooMany),
  })
  // A template has its own.
  .refine(({ subject, template_id }) => subject || template_id, words.subject)
  .refine(
    ({ content, template_id }) => content?.some(({ type }) => type === 'html') || template_id,
    words.content,
  )
type Body = z.infer<typeof body>

const tokens = /\[% *(\w+) *%\]/g
const asToken = (name: string) => `[%${name}%]`
const wireMailbox = ({ name, address }: Mailbox) => ({ email: address, name })

/** The text is sent once; whom it is for, the identity and the data to merge are each recipient's own. */
function encode(messages: readonly Message[]): Body {
  const [first] = messages
  if (!first) throw new Error('There is no message to send')
  const { from, attachments } = first.content
  const template = first.merge?.template ?? first.content
  const { subject, html = '' } = mapTemplate({ subject: template.subject, html: htmlOf(template) }, text =>
    retoken(text, asToken),
  )
  return {
    from: wireMailbox(from),
    subject,
    content: [{ type: 'html', value: html }],
    attachments: unlessEmpty(
      attachments.map(({ filename, content }) => ({ name: filename, content: base64(content) })),
    ),
    personalizations: messages.map(({ id, content: { to, headers }, merge }) => ({
      to: to.map(wireMailbox),
      headers: { ...headers },
      attributes: merge && { ...merge.data },
      // Comes back in the events of this recipient.
      token_to: id,
    })),
  }
}

function decode(sent: Body, own: Body['personalizations'][number]): Content {
  const mailboxOf = ({ email, name }: Body['from']) => defined({ name: name ?? undefined, address: email })
  const html = sent.content?.find(({ type }) => type === 'html')?.value ?? ''
  const template = mapTemplate({ subject: sent.subject ?? '', html }, text => text.replace(tokens, '{{$1}}'))
  return {
    from: mailboxOf(sent.from),
    to: own.to.map(mailboxOf),
    ...fillContent({ template, data: mergeData(own.attributes) }),
    headers: own.headers ?? {},
    // The name's ending says what it is: the API takes no type.
    attachments: [...(sent.attachments ?? []), ...(own.attachments ?? [])].map(({ name, content }) => ({
      filename: name,
      contentType: '',
      content: bytesOf(content),
    })),
  }
}

const fieldsOf = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { api_key: key }

interface WireAnswer {
  readonly status?: unknown
  readonly message?: unknown
  readonly error?: readonly { readonly message?: unknown }[]
}

/** Only the words say what is wrong with a body. */
function causeOfWords(text: string): Cause {
  if (/\bfrom\b|sender|sending domain/i.test(text)) return 'sender'
  return /recipient|\bto\b.*(?:email|address)|personalizations/i.test(text) ? 'recipient' : 'content'
}

function detailsOf(value: unknown, status: number): Details {
  const { message, error } = value as WireAnswer
  const text = error?.[0]?.message ?? message
  if (typeof text !== 'string') return {}
  if (/suspended|disabled|policy/i.test(text)) return { text, cause: 'policy' }
  return { text, ...((status === 400 || status === 422) && { cause: causeOfWords(text) }) }
}

const verdict = (response: HttpResponse): Verdict =>
  readVerdict(response, value => detailsOf(value, response.status))

/** One answer for all. */
function verdicts(response: HttpResponse, count: number): readonly Verdict[] {
  const whole = verdict(response)
  return readResults(response, whole, count, value =>
    (value as WireAnswer).status === 'success' ? whole : undefined,
  )
}

function strangerOf({ headers }: HttpRequest, keys: Keys): Verdict | undefined {
  return isTaken(keys, headers['api_key']) ? undefined : rejection(401, 'auth', 'Invalid API key')
}

function typeWords({ field, expected, isMissing }: TypeFlaw): string {
  const article = /^[aeiou]/.test(expected) ? 'an' : 'a'
  return isMissing ? `The ${field} field is required.` : `The ${field} field must be ${article} ${expected}.`
}

function criticise(flaw: Flaw | undefined): Verdict {
  const { message } = flaw ?? { message: 'The request body is no valid JSON.' }
  return rejection(400, causeOfWords(message), message)
}

const take = (sent: Body): Omit<Taken, 'kind'> => ({
  messages: sent.personalizations.map(own => ({
    id: own.headers?.[ID_HEADER],
    ...addressed({ ...own, bcc: [...(own.bcc ?? []), ...(sent.bcc ?? [])] }, ({ email }) => email),
    content: () => decode(sent, own),
  })),
})

const accept = (_taken: Taken, { serial }: Stamp): HttpResponse =>
  jsonResponse(200, { data: { message_id: hexOf(serial, 32) }, message: 'OK', status: 'success' })

/** How a script's refusal is worded, of which only the cause is given. */
const wordsOfCause: Partial<Record<Cause, readonly [status: number, prefix?: string]>> = {
  auth: [401],
  sender: [400, 'The from email address is refused. '],
  recipient: [400, 'The recipient email address is refused. '],
  content: [400],
  policy: [403, 'Refused by policy. '],
  throttled: [429],
}

function refuse({ outcome, cause = 'content', code, text }: Verdict): HttpResponse {
  const [own, prefix = ''] = wordsOfCause[cause] ?? [500]
  const isOwn = outcome === 'rejected' && code !== 413
  // The mock's own words say what they are about, those of a script need not.
  const message = isOwn && causeOfWords(text ?? '') !== cause ? `${prefix}${text}` : text
  return jsonResponse(isOwn ? own : (code ?? own), {
    status: 'error',
    message,
    error: [{ message, help: 'https://emaildocs.netcorecloud.net' }],
  })
}

const send = (path: string) =>
  jsonRoute({ path, strangerOf, schema: body, typeWords, criticise, take, accept, refuse })

const stats = accountRoute(
  '/v5/stats',
  strangerOf,
  jsonResponse(200, { data: [], message: 'OK', status: 'success' }),
  refuse,
)
const today = () => new Date(systemClock.wallMs()).toISOString().slice(0, 'YYYY-MM-DD'.length)

const request = (messages: readonly Message[], key: string | undefined, path = PATH) =>
  jsonRequest(path, encode(messages), fieldsOf(key))

const sandbox = {
  kind: 'account',
  how: 'a sandbox sending domain (pepisandbox.com), which reaches its owner alone',
} as const

export const netcore: Provider = {
  name: 'netcore',
  title: 'Netcore v5',
  origin: 'https://emailapi.netcorecloud.net',
  key: '{NETCORE_API_KEY}',
  smtp: {
    host: 'smtp.netcorecloud.net',
    starttls: [587, 25, 2525],
    implicit: [465],
    user: '{NETCORE_SMTP_USER}',
    password: '{NETCORE_SMTP_PASSWORD}',
  },
  domains: ['netcorecloud.net', 'pepipost.com'],
  limits: {
    note: 'rate and size are not published; 5,000 messages are what v2 advised for a batch',
  },
  safe: { api: sandbox, smtp: sandbox },
  lacks: ['text', 'type', 'inline'],
  events: {
    field: 'EVENT',
    names: ['sent', 'bounced', 'dropped', 'invalid', 'opened', 'clicked', 'unsubscribed', 'abuse'],
    joinKey: 'X-APIHEADER = token_to',
  },
  check: { by: 'sdk', of: 'pepipost' },
  sources: [
    'https://emaildocs.netcorecloud.net/docs/email-api',
    'https://github.com/pepipost/pepipost-sdk-nodejs',
  ],
  path: PATH,
  bodyDecides: false,
  request: (message, key, path) => request([message], key, path),
  verdict,
  batch: { path: PATH, messagesMax: MESSAGES_MAX, request, verdicts },
  // The figures of one day: the least that the key alone opens.
  account: key => getRequest(`${stats.path}?startdate=${today()}`, fieldsOf(key)),
  routes: [send(PATH), send(SDK_PATH), stats],
}

import { z } from 'zod'
import { ID_HEADER } from '../message/identity.ts'
import type { Content, Message } from '../message/message.ts'
import { type Cause, causes, type Verdict } from '../sample.ts'
import { uuidOf } from './ids.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { bearerKey, isTaken, type Keys } from './key.ts'
import { isAddress } from './mailbox.ts'
import type { HttpRequest, HttpResponse, Provider } from './provider.ts'
import { accountRoute, jsonRoute, rejection } from './route.ts'
import { readVerdict } from './status.ts'
import { base64, bytesOf, defined, optionalFields, optionalText, unlessEmpty } from './wire.ts'

// A provider that does not exist: POST /v1/mail of JSON with a bearer key, answered with 200 {"id": "…"}.
const mailbox = z.object({ address: z.string().refine(isAddress, 'is no address'), name: optionalText })
const file = z.object({ name: z.string(), type: z.string(), data: z.string(), cid: optionalText })
const body = z.object({
  from: mailbox,
  to: z.array(mailbox).min(1),
  subject: z.string(),
  text: optionalText,
  html: optionalText,
  headers: optionalFields,
  files: z.array(file).optional(),
})
type Body = z.infer<typeof body>

/** Client: what is asked. */
function encode({ content: { attachments, ...content } }: Message): Body {
  const files = attachments.map(({ filename, contentType, content: bytes, cid }) => ({
    name: filename,
    type: contentType,
    data: base64(bytes),
    cid,
  }))
  return { ...content, to: [...content.to], headers: { ...content.headers }, files: unlessEmpty(files) }
}

/** Client: what the answer means. The status decides; the body of a refusal says why. */
function verdict(response: HttpResponse): Verdict {
  return readVerdict(response, value => {
    const { about, error } = value as { about?: unknown; error?: unknown }
    const cause = causes.find(known => known === about)
    return { ...(cause && { cause }), ...(typeof error === 'string' && { text: error }) }
  })
}

/** Mock: what was asked. */
const decode = ({ from, to, subject, text, html, headers = {}, files = [] }: Body): Content => ({
  from: defined({ name: from.name, address: from.address }),
  to: to.map(({ name, address }) => defined({ name, address })),
  subject,
  ...defined({ text, html }),
  headers,
  attachments: files.map(({ name, type, data, cid }) =>
    defined({ filename: name, contentType: type, content: bytesOf(data), cid }),
  ),
})

/** Mock: which part of a body is to blame. */
const blamed = (field: string): Cause =>
  field.startsWith('from') ? 'sender' : field.startsWith('to') ? 'recipient' : 'content'

/** Mock: how a refusal is worded. */
function refuse({ outcome, cause, code, text, retryAfterNs }: Verdict): HttpResponse {
  const own = code === 401 || code === 413 ? code : 422
  const wait = retryAfterNs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterNs / 1e9)) }
  return jsonResponse(outcome === 'rejected' ? own : (code ?? 503), { about: cause, error: text }, wait)
}

/** Mock: whose key it does not know. */
const strangerOf = ({ headers }: HttpRequest, keys: Keys): Verdict | undefined =>
  isTaken(keys, bearerKey(headers)) ? undefined : rejection(401, 'auth', 'unknown key')

const send = jsonRoute({
  path: '/v1/mail',
  bytesMax: 20 * 1024 * 1024,
  strangerOf,
  schema: body,
  criticise: ({ field, message } = { field: '', message: 'no JSON' }) =>
    rejection(422, blamed(field), `${field} ${message}`),
  take: sent => ({
    messages: [
      {
        id: sent.headers?.[ID_HEADER],
        recipients: sent.to.map(({ address }) => address),
        content: () => decode(sent),
      },
    ],
  }),
  accept: (_taken, { serial }) => jsonResponse(200, { id: uuidOf(serial) }),
  refuse,
})

/** The cheapest call that needs a key: `doctor` asks by it whether a key is right. */
const account = accountRoute('/v1/account', strangerOf, jsonResponse(200, { name: 'Bench' }), refuse)

const fieldsOf = (key: string | undefined): Record<string, string> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` }

export const acme: Provider = {
  name: 'acme',
  title: 'Acme Mail',
  origin: 'https://api.acme.example',
  key: '{ACME_API_KEY}',
  smtp: {
    host: 'smtp.acme.example',
    starttls: [587],
    implicit: [465],
    user: 'acme',
    password: '{ACME_API_KEY}',
  },
  domains: ['acme.example'],
  limits: { messageBytes: 20 * 1024 * 1024, waitHeader: 'retry-after' },
  safe: { api: { kind: 'none' }, smtp: { kind: 'none' } },
  events: { field: 'event', names: ['delivered', 'bounced'], joinKey: 'id = id' },
  check: { by: 'documentation' },
  sources: ['https://acme.example/docs'],
  path: send.path,
  bodyDecides: false,
  request: (message, key, path = send.path) => jsonRequest(path, encode(message), fieldsOf(key)),
  verdict,
  account: key => getRequest(account.path, fieldsOf(key)),
  routes: [send, account],
}

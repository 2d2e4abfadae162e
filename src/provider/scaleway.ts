import { z } from 'zod'
import { ID_HEADER } from '../message/identity.ts'
import type { Content, Mailbox, Message } from '../message/message.ts'
import { addressed, everyone } from './addressees.ts'
import { uuidOf } from './ids.ts'
import { getRequest, jsonRequest, jsonResponse } from './json.ts'
import { isTaken, type Keys, partsOf } from './key.ts'
import { addressText, isAddress, isAsciiAddress, parseMailboxes } from './mailbox.ts'
import type { HttpResponse, Provider, ReceivedMessage, Stamp, Taken } from './provider.ts'
import { accountRoute, type Doorkeeper, jsonRoute, rejection, type TypeFlaw } from './route.ts'
import { criticiseScaleway, refuseScaleway, scalewayVerdict } from './scaleway-answers.ts'
import { base64, bytesOf, defined, optionalText, unlessEmpty } from './wire.ts'

/** The one region that has it. */
const REGION = '/transactional-email/v1alpha1/regions/fr-par'
const PATH = `${REGION}/emails`
const DOMAINS_PATH = `${REGION}/domains`
const MESSAGE_BYTES_MAX = 2 * 1024 * 1024
const RECIPIENTS_MAX = 10
const ATTACHMENTS_MAX = 10
const TEXT_MIN = 10

const mailbox = z.object(
  { email: addressText('it must be an email address', isAsciiAddress), name: optionalText },
  'it is required',
)
const copies = z.array(mailbox, 'it is required').optional()
const text = z
  .string('it is required')
  .refine(value => value === '' || value.length >= TEXT_MIN, `it must have at least ${TEXT_MIN} characters`)
/** Where to reply stands among the header fields. */
const isHeader = ({ key, value }: { key: string; value: string }) =>
  !/^reply-to$/i.test(key) || parseMailboxes(value).every(({ address }) => isAddress(address))

const typeWords = ({ expected, isMissing }: TypeFlaw) =>
  isMissing ? 'it is required' : `it must be ${/^[aeiou]/.test(expected) ? 'an' : 'a'} ${expected}`

const body = z
  .object({
    project_id: optionalText,
    from: mailbox,
    to: z.array(mailbox, 'it is required').min(1, 'it is required'),
    cc: copies,
    bcc: copies,
    subject: z.string('it is required').min(TEXT_MIN, `it must have at least ${TEXT_MIN} characters`),
    text: text.optional(),
    html: text.optional(),
    attachments: z
      .array(z.object({ name: z.string(), type: z.string(), content: z.string() }))
      .max(ATTACHMENTS_MAX, `it must have at most ${ATTACHMENTS_MAX} attachments`)
      .optional(),
    additional_headers: z
      .array(
        z
          .object({ key: z.string(), value: z.string() })
          .refine(isHeader, { error: 'it must be an email address', path: ['value'] }),
      )
      .optional(),
  })
  .refine(value => everyone(value).length <= RECIPIENTS_MAX, {
    error: `it must have at most ${RECIPIENTS_MAX} recipients`,
    path: ['to'],
  })
  .refine(value => value.text || value.html, { error: 'it is required', path: ['text'] })
type Body = z.infer<typeof body>

const wireMailbox = ({ name, address }: Mailbox) => ({ email: address, name })

/** Both bodies are always there, though one may be empty; an inline part becomes an attachment. */
function encode({ content }: Message, projectId: string | undefined): Body {
  const { from, to, subject, text = '', html = '', headers, attachments } = content
  return {
    additional_headers: Object.entries(headers).map(([key, value]) => ({ key, value })),
    attachments: unlessEmpty(
      attachments.map(({ filename, contentType, content: bytes }) => ({
        content: base64(bytes),
        name: filename,
        type: contentType,
      })),
    ),
    from: wireMailbox(from),
    html,
    project_id: projectId,
    subject,
    text,
    to: to.map(wireMailbox),
  }
}

function decode({ from, to, subject, text, html, attachments = [], additional_headers = [] }: Body): Content {
  const mailboxOf = ({ email, name }: Body['from']) => defined({ name, address: email })
  return {
    from: mailboxOf(from),
    to: to.map(mailboxOf),
    subject,
    ...defined({ text: text || undefined, html: html || undefined }),
    headers: Object.fromEntries(additional_headers.map(({ key, value }) => [key, value])),
    attachments: attachments.map(({ name, type, content }) => ({
      filename: name,
      contentType: type,
      content: bytesOf(content),
    })),
  }
}

const received = (sent: Body): ReceivedMessage => ({
  id: sent.additional_headers?.find(({ key }) => key === ID_HEADER)?.value,
  ...addressed(sent, ({ email }) => email),
  echo: { project_id: sent.project_id ?? '', mail_from: sent.from.email, subject: sent.subject },
  content: () => decode(sent),
})

/** Of each recipient an email of its own, which has not been sent yet. */
function accept({ messages: [message] }: Taken, { serial, wallMs }: Stamp): HttpResponse {
  const at = new Date(wallMs).toISOString()
  const lists = Object.entries(message?.addressees ?? {})
  const all = lists.flatMap(([kind, addresses]: [string, readonly string[]]) =>
    addresses.map(address => ({ kind, address })),
  )
  const emails = all.map(({ kind, address }, i) => ({
    id: uuidOf(serial + i),
    message_id: uuidOf(serial),
    ...message?.echo,
    rcpt_to: address,
    mail_rcpt: address,
    rcpt_type: kind,
    created_at: at,
    updated_at: at,
    status: 'new',
    status_details: 'not yet processed',
    try_count: 0,
    last_tries: [],
    flags: [],
  }))
  return jsonResponse(200, { emails })
}

/** A key is `secret:project`; without the latter it is the key's default project. */
function fieldsOf(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { 'x-auth-token': partsOf(key)[0] }
}

const projectOf = (key = ''): string | undefined => key.split(':')[1]

/** Requests carry the secret only. */
const secretsOf = (keys: Keys): Keys => (typeof keys === 'string' ? keys : keys.map(key => partsOf(key)[0]))

const strangerOf: Doorkeeper = ({ headers }, keys) =>
  isTaken(secretsOf(keys), headers['x-auth-token'])
    ? undefined
    : rejection(401, 'auth', 'authentication is denied')

const everyRegion = (path: string) => path.replace('/fr-par/', '/:region/')

const send = jsonRoute({
  path: everyRegion(PATH),
  bytesMax: MESSAGE_BYTES_MAX,
  strangerOf,
  schema: body,
  typeWords,
  criticise: criticiseScaleway,
  take: sent => ({ messages: [received(sent)] }),
  accept,
  refuse: refuseScaleway,
})
const domains = accountRoute(
  everyRegion(DOMAINS_PATH),
  strangerOf,
  jsonResponse(200, { domains: [], total_count: 0 }),
  refuseScaleway,
)

export const scaleway: Provider = {
  name: 'scaleway',
  title: 'Scaleway Transactional Email',
  origin: 'https://api.scaleway.com',
  key: '{SCW_SECRET_KEY}:{SCW_PROJECT_ID}',
  smtp: {
    host: 'smtp.tem.scaleway.com',
    starttls: [587, 25, 2587],
    implicit: [465, 2465],
    user: '{SCW_PROJECT_ID}',
    password: '{SCW_SECRET_KEY}',
  },
  domains: ['tem.scw.cloud', 'tem.scaleway.com', 'api.scaleway.com'],
  limits: {
    messageBytes: MESSAGE_BYTES_MAX,
    recipients: RECIPIENTS_MAX,
    asciiAddresses: true,
    note: '50 MB by SMTP; subject and bodies have at least 10 characters; 10,000 messages a month at first',
  },
  safe: { api: { kind: 'none' }, smtp: { kind: 'none' } },
  lacks: ['inline'],
  events: {
    field: 'type',
    names: [
      'email_queued',
      'email_delivered',
      'email_deferred',
      'email_dropped',
      'email_spam',
      'email_mailbox_not_found',
      'email_blocklisted',
    ],
    joinKey: 'email_id = emails.id',
    signed: 'by SNS',
  },
  check: { by: 'sdk', of: '@scaleway/sdk-tem' },
  sources: [
    'https://www.scaleway.com/en/developers/api/transactional-email/',
    'https://www.scaleway.com/en/docs/transactional-email/reference-content/tem-capabilities-and-limits/',
  ],
  path: PATH,
  bodyDecides: false,
  request: (message, key, path = PATH) => jsonRequest(path, encode(message, projectOf(key)), fieldsOf(key)),
  verdict: scalewayVerdict,
  account: key => getRequest(`${DOMAINS_PATH}?page_size=1`, fieldsOf(key)),
  routes: [send, domains],
}

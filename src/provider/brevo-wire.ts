import { z } from 'zod'
import { parseIdentity } from '../message/identity.ts'
import { fillContent, mapTemplate, retoken } from '../message/merge.ts'
import type { Content, Mailbox, Message } from '../message/message.ts'
import { isAddress } from './mailbox.ts'
import { base64, bytesOf, defined, optionalFields, optionalText, unlessEmpty } from './wire.ts'

/** The one body of Brevo's API: a message, or a text and its versions, which is a batch. */
export const RECIPIENTS_MAX = 2000
export const VERSION_RECIPIENTS_MAX = 99
/** Among the fields of the message, which is where Brevo looks for both; neither is sent on. */
export const SANDBOX_FIELD = 'X-Sib-Sandbox'
export const IDEMPOTENCY_FIELD = 'idempotencyKey'

export const words = {
  sender: 'valid sender email required',
  to: 'email is not valid in to',
  nobody: 'unexpected recipients: want atleast 1, got 0',
  version: `a message version may hold at most ${VERSION_RECIPIENTS_MAX} recipients`,
  recipients: `recipients of all message versions may be at most ${RECIPIENTS_MAX}`,
  subject: 'subject is missing',
  content: 'htmlContent is missing',
}

const mailbox = z.object({
  email: z.string(words.to).refine(isAddress, words.to),
  name: optionalText,
})
const to = z.array(mailbox, words.to).min(1, words.nobody).max(VERSION_RECIPIENTS_MAX, words.version)
const version = z.object({
  to,
  params: optionalFields,
  headers: optionalFields,
})
export const body = z
  .object({
    sender: z.object(
      { email: z.string(words.sender).refine(isAddress, words.sender), name: optionalText },
      words.sender,
    ),
    to: to.optional(),
    messageVersions: z.array(version).min(1).optional(),
    subject: z.string(words.subject).min(1, words.subject),
    textContent: optionalText,
    htmlContent: optionalText,
    headers: optionalFields,
    attachment: z.array(z.object({ name: z.string(), content: z.string() })).optional(),
  })
  .refine(({ textContent, htmlContent }) => textContent || htmlContent, words.content)
  .refine(({ to, messageVersions }) => to || messageVersions, words.nobody)
  .refine(
    ({ messageVersions = [] }) =>
      messageVersions.reduce((sum, { to }) => sum + to.length, 0) <= RECIPIENTS_MAX,
    words.recipients,
  )
export type Body = z.infer<typeof body>
type Version = z.infer<typeof version>

const wireMailbox = ({ name, address }: Mailbox) => ({ email: address, name })

/** A key that is an identity, in the layout of a random UUID (RFC 9562 §5.4), which the API wants. @param variant a digit */
function uuidOf(key: string, variant: 'a' | 'b'): string {
  if (parseIdentity(key) === undefined) return key
  const [run, trial, index] = key.split('-')
  return `${run}-${trial}-4000-${variant}000-0000${index}`
}

const keyField = ({ idempotencyKey }: Message, variant: 'a' | 'b') =>
  idempotencyKey === undefined ? {} : { [IDEMPOTENCY_FIELD]: uuidOf(idempotencyKey, variant) }

function shared({ content: { from, attachments } }: Message) {
  return {
    sender: wireMailbox(from),
    attachment: unlessEmpty(
      attachments.map(({ filename, content }) => ({ name: filename, content: base64(content) })),
    ),
  }
}

export function encode(message: Message, isSandboxed: boolean): Body {
  const { to, subject, text, html, headers } = message.content
  return {
    ...shared(message),
    to: to.map(wireMailbox),
    subject,
    textContent: text,
    htmlContent: html,
    headers: {
      ...headers,
      ...keyField(message, 'a'),
      ...(isSandboxed && { [SANDBOX_FIELD]: 'drop' }),
    },
  }
}

const params = /\{\{\s*params\.(\w+)\s*\}\}/g
const asParam = (name: string) => `{{params.${name}}}`

/** The text is sent once; whom it is for, the identity and the data to merge are each version's own. */
export function encodeMany(messages: readonly Message[], isSandboxed: boolean): Body {
  const [first] = messages
  if (!first) throw new Error('There is no message to send')
  const template = first.merge?.template ?? first.content
  const { subject, text, html } = mapTemplate(template, text => retoken(text, asParam))
  return {
    ...shared(first),
    messageVersions: messages.map(({ content: { to, headers }, merge }) => ({
      to: to.map(wireMailbox),
      headers: { ...headers },
      params: merge && { ...merge.data },
    })),
    subject,
    textContent: text,
    htmlContent: html,
    headers: {
      ...keyField(first, 'b'),
      ...(isSandboxed && { [SANDBOX_FIELD]: 'drop' }),
    },
  }
}

export function decode(sent: Body, own: Version): Content {
  const { sender, subject, textContent, htmlContent, attachment = [] } = sent
  const {
    [IDEMPOTENCY_FIELD]: _key,
    [SANDBOX_FIELD]: _flag,
    ...headers
  } = { ...sent.headers, ...own.headers }
  const mailboxOf = ({ email, name }: { email: string; name?: string | undefined }) =>
    defined({ name, address: email })
  const written = { subject, ...defined({ text: textContent, html: htmlContent }) }
  const template = mapTemplate(written, text => text.replace(params, '{{$1}}'))
  return {
    from: mailboxOf(sender),
    to: own.to.map(mailboxOf),
    ...fillContent({ template, data: own.params ?? {} }),
    headers,
    // The name's ending says what it is: the API takes no type.
    attachments: attachment.map(({ name, content }) => ({
      filename: name,
      contentType: '',
      content: bytesOf(content),
    })),
  }
}

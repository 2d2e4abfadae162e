import { z } from 'zod'
import { parseIdentity } from '../message/identity.ts'
import { fillContent, mapTemplate, retoken } from '../message/merge.ts'
import type { Content, Mailbox, Message } from '../message/message.ts'
import { everyone } from './addressees.ts'
import { isAddress } from './mailbox.ts'
import type { TypeFlaw } from './route.ts'
import {
  base64,
  bytesOf,
  defined,
  mergeData,
  mergeValues,
  optionalFields,
  optionalText,
  unlessEmpty,
} from './wire.ts'

/** The one body of Brevo's API: a message, or a text and its versions, which is a batch. */
export const RECIPIENTS_MAX = 2000
export const VERSION_RECIPIENTS_MAX = 99
/** Among the fields of the message, which is where Brevo looks for both; neither is sent on. */
export const SANDBOX_FIELD = 'X-Sib-Sandbox'
export const IDEMPOTENCY_FIELD = 'idempotencyKey'

export const words = {
  sender: 'valid sender email required',
  to: 'email is not valid in to',
  cc: 'email is not valid in cc',
  bcc: 'email is not valid in bcc',
  replyTo: 'email is not valid in replyTo',
  attachment: 'attachment must have a url, or a name and content',
  nobody: 'unexpected recipients: want atleast 1, got 0',
  version: `a message version may hold at most ${VERSION_RECIPIENTS_MAX} recipients`,
  recipients: `recipients of all message versions may be at most ${RECIPIENTS_MAX}`,
  subject: 'subject is missing',
  content: 'htmlContent is missing',
}

/** One code is of all that is malformed. */
export const typeWords = ({ field, isMissing }: TypeFlaw) => {
  const name = field.split('.').findLast(part => !/^\d+$/.test(part)) ?? 'input'
  return isMissing ? `${name} is missing` : `${name} is not valid`
}

const mailbox = (error: string) =>
  z.object({ email: z.string(error).refine(isAddress, error), name: optionalText }, error)
const to = z
  .array(mailbox(words.to), words.to)
  .min(1, words.nobody)
  .max(VERSION_RECIPIENTS_MAX, words.version)
const copies = {
  cc: z.array(mailbox(words.cc), words.cc).optional(),
  bcc: z.array(mailbox(words.bcc), words.bcc).optional(),
  replyTo: mailbox(words.replyTo).optional(),
}
const version = z.object({
  to,
  ...copies,
  subject: optionalText,
  htmlContent: optionalText,
  textContent: optionalText,
  params: mergeValues,
  headers: optionalFields,
})
/** With a URL, Brevo fetches the file: its name is the URL's, unless it is given. */
const file = z
  .object({ url: optionalText, name: optionalText, content: optionalText })
  .refine(({ url, name, content }) => url || (name && content !== undefined), words.attachment)
export const body = z
  .object({
    sender: mailbox(words.sender).optional(),
    to: to.optional(),
    ...copies,
    templateId: z.number().optional(),
    params: mergeValues,
    messageVersions: z.array(version).min(1).optional(),
    subject: optionalText,
    textContent: optionalText,
    htmlContent: optionalText,
    headers: optionalFields,
    attachment: z.array(file).optional(),
  })
  // A template has its own.
  .refine(({ sender, templateId }) => sender || templateId, words.sender)
  .refine(({ subject, templateId }) => subject || templateId, words.subject)
  .refine(
    ({ textContent, htmlContent, templateId }) => textContent || htmlContent || templateId,
    words.content,
  )
  .refine(({ to, messageVersions }) => to || messageVersions, words.nobody)
  .refine(
    ({ messageVersions = [] }) =>
      messageVersions.reduce((sum, each) => sum + everyone(each).length, 0) <= RECIPIENTS_MAX,
    words.recipients,
  )
export type Body = z.infer<typeof body>
export type Version = z.infer<typeof version>

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

const textsOf = ({ subject, textContent, htmlContent }: Version) =>
  defined({ subject, textContent, htmlContent })

export function decode(sent: Body, own: Version): Content {
  const { sender, attachment = [] } = sent
  const { subject = '', textContent, htmlContent } = { ...sent, ...textsOf(own) }
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
    from: sender ? mailboxOf(sender) : { address: '' },
    to: own.to.map(mailboxOf),
    ...fillContent({ template, data: mergeData({ ...sent.params, ...own.params }) }),
    headers,
    // The name's ending says what it is: the API takes no type.
    attachments: attachment.map(({ url = '', name = url.slice(url.lastIndexOf('/') + 1), content = '' }) => ({
      filename: name,
      contentType: '',
      content: bytesOf(content),
    })),
  }
}

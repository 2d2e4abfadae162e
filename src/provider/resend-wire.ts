import { z } from 'zod'
import type { Content, Message } from '../message/message.ts'
import { formatMailbox, isAsciiAddress, parseMailbox } from './mailbox.ts'
import type { TypeFlaw } from './route.ts'
import { base64, bytesOf, defined, mergeValues, optionalFields, optionalText, unlessEmpty } from './wire.ts'

/** An email of Resend's API, and what is checked of it. */
export const RECIPIENTS_MAX = 50

const missing = (field: string) => `Missing \`${field}\` field.`
const words = {
  format: 'The email address needs to follow the `email@example.com` or `Name <email@example.com>` format.',
  example: 'Invalid `to` field. Please use our testing email address instead of domains like `example.com`.',
  text: 'Missing `html` or `text` field.',
  file: 'Invalid `attachments` field. An attachment needs a `content` or a `path`.',
  tooMany: `Invalid \`to\` field. At most ${RECIPIENTS_MAX} recipients are allowed.`,
  batchFiles: 'The `attachments` field is not supported in batch emails.',
}

const article = (expected: string) => (/^[aeiou]/.test(expected) ? 'an' : 'a')

export function typeWords({ field, expected, isMissing }: TypeFlaw): string {
  const name = field.split('.').find(part => !/^\d+$/.test(part)) ?? 'emails'
  return isMissing ? missing(name) : `The \`${name}\` field must be ${article(expected)} \`${expected}\`.`
}

const isMailbox = (text: string) => isAsciiAddress(parseMailbox(text).address)
const mailbox = (field: string) =>
  z.string(missing(field)).refine(isMailbox, `Invalid \`${field}\` field. ${words.format}`)
/** Mail to a domain that nobody reads is a mistake. */
const to = mailbox('to').refine(text => !/@(?:example|test)\.com>?$/i.test(text), words.example)
/** One, or a list. */
const asList = (value: unknown) => (typeof value === 'string' ? [value] : value)
const mailboxes = (field: string) => z.preprocess(asList, z.array(mailbox(field)).optional()).optional()
/** What `path` names, Resend fetches. */
const attachment = z
  .object({
    filename: optionalText,
    content: optionalText,
    path: optionalText,
    content_type: optionalText,
    content_id: optionalText,
  })
  .refine(({ content, path }) => content !== undefined || path, words.file)

const fields = z.object({
  from: mailbox('from').optional(),
  to: z.preprocess(
    asList,
    z.array(to, missing('to')).min(1, missing('to')).max(RECIPIENTS_MAX, words.tooMany),
  ),
  cc: mailboxes('cc'),
  bcc: mailboxes('bcc'),
  reply_to: mailboxes('reply_to'),
  subject: optionalText,
  text: optionalText,
  html: optionalText,
  headers: optionalFields,
  attachments: z.array(attachment).optional(),
  template: z.object({ id: z.string(), variables: mergeValues }).optional(),
})

/** A published template has sender, subject and text. */
export const message = fields
  .refine(({ from, template }) => from || template, missing('from'))
  .refine(({ subject, template }) => subject !== undefined || template, missing('subject'))
  .refine(({ text, html, template }) => text !== undefined || html !== undefined || template, words.text)
export type Wire = z.infer<typeof message>

export const batched = message.refine(({ attachments = [] }) => attachments.length === 0, words.batchFiles)

export function encode({ content: { from, to, subject, text, html, headers, attachments } }: Message): Wire {
  return {
    from: formatMailbox(from),
    to: to.map(formatMailbox),
    subject,
    text,
    html,
    headers: { ...headers },
    attachments: unlessEmpty(
      attachments.map(({ filename, contentType, content, cid }) => ({
        filename,
        content: base64(content),
        content_type: contentType,
        content_id: cid,
      })),
    ),
  }
}

export function decode({
  from = '',
  to,
  subject = '',
  text,
  html,
  headers = {},
  attachments = [],
}: Wire): Content {
  return {
    from: parseMailbox(from),
    to: to.map(parseMailbox),
    subject,
    ...defined({ text, html }),
    headers,
    attachments: attachments.map(({ filename = '', content = '', content_type = '', content_id }) =>
      defined({ filename, contentType: content_type, content: bytesOf(content), cid: content_id }),
    ),
  }
}

import { z } from 'zod'
import { fillContent, mapTemplate, retoken } from '../message/merge.ts'
import type { Attachment, Content, Mailbox, Message } from '../message/message.ts'
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

/** A message of Mailjet's Send API 3.1, and what is checked of it; a call has a list of them. */
export const RECIPIENTS_MAX = 50
export const MESSAGES_MAX = 50

export const words = {
  missing: (property: string) => `The "${property}" is mandatory but missing from the input`,
  empty: 'The array must not be empty.',
  tooMany: `The array holds more elements than the ${RECIPIENTS_MAX} that are allowed.`,
  recipients: `The number of recipients is over the limit of ${RECIPIENTS_MAX}.`,
  content: 'At least "HTMLPart", "TextPart" or "TemplateID" must be provided.',
}

export function typeWords({ field, expected, isMissing }: TypeFlaw): string {
  const property = field.split('.').findLast(part => !/^\d+$/.test(part)) ?? 'Messages'
  return isMissing ? words.missing(property) : `Type mismatch. Expected type "${expected}".`
}

const email = z.string(words.missing('Email')).refine(isAddress, {
  error: ({ input }) => `"${input}" is an invalid email address.`,
})
const mailbox = (property: string) => z.object({ Email: email, Name: optionalText }, words.missing(property))
const mailboxes = (property: string) => z.array(mailbox(property)).optional()
const file = z.object({
  Filename: z.string(),
  ContentType: z.string(),
  Base64Content: z.string(),
  ContentID: optionalText,
})
export const listsOf = <T>({
  To,
  Cc,
  Bcc,
}: { readonly [K in 'To' | 'Cc' | 'Bcc']?: readonly T[] | undefined }) => ({
  to: To,
  cc: Cc,
  bcc: Bcc,
})

export const wireMessage = z
  .object({
    From: mailbox('From'),
    To: mailboxes('To'),
    Cc: mailboxes('Cc'),
    Bcc: mailboxes('Bcc'),
    ReplyTo: mailbox('ReplyTo').optional(),
    CustomID: optionalText,
    TemplateID: z.number().optional(),
    Subject: optionalText,
    TextPart: optionalText,
    HTMLPart: optionalText,
    Headers: optionalFields,
    Attachments: z.array(file).optional(),
    InlinedAttachments: z.array(file).optional(),
    TemplateLanguage: z.boolean().optional(),
    Variables: mergeValues,
  })
  .refine(sent => everyone(listsOf(sent)).length > 0, { error: words.missing('To'), path: ['To'] })
  .refine(sent => everyone(listsOf(sent)).length <= RECIPIENTS_MAX, { error: words.recipients, path: ['To'] })
  .refine(({ TextPart, HTMLPart, TemplateID }) => TextPart || HTMLPart || TemplateID, words.content)
export type WireMessage = z.infer<typeof wireMessage>

export const body = z.object({
  Messages: z
    .array(z.unknown(), words.missing('Messages'))
    .min(1, words.empty)
    .max(MESSAGES_MAX, words.tooMany),
  Globals: z.record(z.string(), z.unknown()).optional(),
  SandboxMode: z.boolean().optional(),
})
export type Body = z.infer<typeof body>

const encodeMailbox = ({ name, address }: Mailbox) => ({ Email: address, Name: name })

const encodeFile = ({ filename, contentType, content, cid }: Attachment) => ({
  Filename: filename,
  ContentType: contentType,
  Base64Content: base64(content),
  ContentID: cid,
})

function filesOf(attachments: readonly Attachment[]) {
  const isInline = ({ cid }: Attachment) => cid !== undefined
  return {
    Attachments: unlessEmpty(attachments.filter(each => !isInline(each)).map(encodeFile)),
    InlinedAttachments: unlessEmpty(attachments.filter(isInline).map(encodeFile)),
  }
}

export function encode({ content: { from, to, subject, text, html, headers, attachments } }: Message) {
  return {
    From: encodeMailbox(from),
    To: to.map(encodeMailbox),
    Subject: subject,
    TextPart: text,
    HTMLPart: html,
    Headers: { ...headers },
    ...filesOf(attachments),
  }
}

/**
 * The text is sent once, as what is global. Subjects are each message's own: names are filled in in the parts
 * alone, as far as the documentation goes.
 */
export function encodeMany(messages: readonly Message[]) {
  const [first] = messages
  if (!first) throw new Error('There is no message to send')
  const { from, attachments } = first.content
  const template = first.merge?.template ?? first.content
  const { text, html } = mapTemplate(template, part => retoken(part, name => `{{var:${name}}}`))
  return {
    Globals: {
      From: encodeMailbox(from),
      TextPart: text,
      HTMLPart: html,
      ...filesOf(attachments),
      TemplateLanguage: first.merge && true,
    },
    Messages: messages.map(({ content: { to, subject, headers }, merge }) => ({
      To: to.map(encodeMailbox),
      Subject: subject,
      Headers: { ...headers },
      Variables: merge && { ...merge.data },
    })),
  }
}

/** `{{var:name}}`; a value for where there is none may follow. */
const variables = /\{\{var:(\w+)(?::[^{}]*)?\}\}/g

const decodeMailbox = ({ Email, Name }: z.infer<ReturnType<typeof mailbox>>) =>
  defined({ name: Name, address: Email })

export function decode(sent: WireMessage): Content {
  const { From, To = [], Subject = '', TextPart, HTMLPart, Headers = {}, Variables } = sent
  const written = { subject: Subject, ...defined({ text: TextPart, html: HTMLPart }) }
  const template = sent.TemplateLanguage
    ? mapTemplate(written, text => text.replace(variables, '{{$1}}'))
    : written
  return {
    from: decodeMailbox(From),
    to: To.map(decodeMailbox),
    ...(sent.TemplateLanguage ? fillContent({ template, data: mergeData(Variables) }) : template),
    headers: Headers,
    attachments: [...(sent.Attachments ?? []), ...(sent.InlinedAttachments ?? [])].map(
      ({ Filename, ContentType, Base64Content, ContentID }) =>
        defined({
          filename: Filename,
          contentType: ContentType,
          content: bytesOf(Base64Content),
          cid: ContentID,
        }),
    ),
  }
}

import { z } from 'zod'
import type { Content, Message } from '../message/message.ts'
import { everyone } from './addressees.ts'
import { formatMailbox, isAsciiAddress, parseMailbox, parseMailboxes } from './mailbox.ts'
import { base64, bytesOf, defined, unlessEmpty } from './wire.ts'

/** A message of Postmark's API, with texts or by a template, and what is checked of it. */
export const RECIPIENTS_MAX = 50
export const MEGABYTE = 1024 * 1024
const BODY_MAX = 5 * MEGABYTE

export const words = {
  from: "Invalid 'From' address.",
  nobody: 'Zero recipients specified',
  tooMany: 'Too many recipients: at most 50 are allowed in To, Cc and Bcc.',
  text: 'Provide either email TextBody or HtmlBody or both.',
  large: 'The body must be less than 5 MB.',
  template: "A 'TemplateId' or a 'TemplateAlias' is required.",
  incompatible: 'The JSON you provided is incompatible with a known type.',
}
const illegal = (field: string) => `Error parsing '${field}': Illegal email address.`

const isMailboxes = (list: string) => parseMailboxes(list).every(({ address }) => isAsciiAddress(address))
const mailboxes = (field: string) => z.string().refine(isMailboxes, illegal(field)).nullish()
const text = z.string().max(BODY_MAX, words.large)
const header = z.object({ Name: z.string(), Value: z.string() })
const attachment = z.object({
  Name: z.string(),
  Content: z.string(),
  ContentType: z.string(),
  ContentID: z.string().nullish(),
})
const addressed = z.object({
  From: z.string(words.from).refine(from => isAsciiAddress(parseMailbox(from).address), words.from),
  To: mailboxes('To'),
  Cc: mailboxes('Cc'),
  Bcc: mailboxes('Bcc'),
  ReplyTo: mailboxes('ReplyTo'),
  Headers: z.array(header).nullish(),
  Attachments: z.array(attachment).nullish(),
})

export const listsOf = ({ To, Cc, Bcc }: Pick<z.infer<typeof addressed>, 'To' | 'Cc' | 'Bcc'>) => ({
  to: parseMailboxes(To ?? ''),
  cc: parseMailboxes(Cc ?? ''),
  bcc: parseMailboxes(Bcc ?? ''),
})

const countOf = (sent: z.infer<typeof addressed>) => everyone(listsOf(sent)).length

export const message = addressed
  .extend({ Subject: z.string().nullish(), TextBody: text.nullish(), HtmlBody: text.nullish() })
  .refine(sent => countOf(sent) > 0, words.nobody)
  .refine(sent => countOf(sent) <= RECIPIENTS_MAX, words.tooMany)
  .refine(({ TextBody, HtmlBody }) => TextBody || HtmlBody, words.text)
export type Wire = z.infer<typeof message>

export const templated = addressed
  .extend({
    TemplateId: z.number().nullish(),
    TemplateAlias: z.string().nullish(),
    TemplateModel: z.record(z.string(), z.unknown()),
  })
  .refine(sent => countOf(sent) > 0, words.nobody)
  .refine(sent => countOf(sent) <= RECIPIENTS_MAX, words.tooMany)
  .refine(({ TemplateId, TemplateAlias }) => TemplateId || TemplateAlias, words.template)

export function encode({ content: { from, to, subject, text, html, headers, attachments } }: Message): Wire {
  return {
    From: formatMailbox(from),
    To: to.map(formatMailbox).join(','),
    Subject: subject,
    TextBody: text,
    HtmlBody: html,
    Headers: Object.entries(headers).map(([Name, Value]) => ({ Name, Value })),
    Attachments: unlessEmpty(
      attachments.map(({ filename, contentType, content, cid }) => ({
        Name: filename,
        Content: base64(content),
        ContentType: contentType,
        ContentID: cid === undefined ? null : `cid:${cid}`,
      })),
    ),
  }
}

/** What a template makes of it is not known: subject and texts are missing then. */
export function decode(sent: z.infer<typeof addressed> & Partial<Wire>): Content {
  const { From, Subject, TextBody, HtmlBody, Headers, Attachments } = sent
  return {
    from: parseMailbox(From),
    to: listsOf(sent).to,
    subject: Subject ?? '',
    ...defined({ text: TextBody ?? undefined, html: HtmlBody ?? undefined }),
    headers: Object.fromEntries((Headers ?? []).map(({ Name, Value }) => [Name, Value])),
    attachments: (Attachments ?? []).map(({ Name, Content, ContentType, ContentID }) =>
      defined({
        filename: Name,
        contentType: ContentType,
        content: bytesOf(Content),
        cid: ContentID?.replace(/^cid:/, ''),
      }),
    ),
  }
}

import { z } from 'zod'
import { fill, fillContent } from '../message/merge.ts'
import type { Attachment, Content, Message } from '../message/message.ts'
import { addressText, formatMailbox, isAddress, parseMailbox, parseMailboxes } from './mailbox.ts'
import { checked, type TypeFlaw } from './route.ts'
import { shareHeaders } from './shared-headers.ts'
import { descriptions } from './sparkpost-errors.ts'
import {
  base64,
  bytesOf,
  defined,
  mergeData,
  mergeValues,
  optionalFields,
  optionalText,
  partFiles,
  unlessEmpty,
} from './wire.ts'

/** A transmission of SparkPost: recipients, each with data of its own, and a content in parts or as MIME. */
const file = z.object({ name: z.string(), type: z.string(), data: z.string() })
const sender = addressText(descriptions.from, text => isAddress(parseMailbox(text).address))
const parts = z
  .object({
    from: z.union([sender, z.object({ email: sender, name: optionalText })], descriptions.from),
    subject: z.string(),
    text: optionalText,
    html: optionalText,
    reply_to: addressText(descriptions.reply, text =>
      parseMailboxes(text).every(({ address }) => isAddress(address)),
    ).optional(),
    headers: optionalFields,
    attachments: z.array(file).optional(),
    inline_images: z.array(file).optional(),
  })
  .refine(({ text, html }) => text !== undefined || html !== undefined, descriptions.text)
type Parts = z.infer<typeof parts>
const mime = z.object({ email_rfc822: z.string() })
/** What a stored template says is not known to the mock. */
const stored = z.object({ template_id: z.string() })

const email = addressText(descriptions.email)
export const recipient = z.object({
  address: z.union([email, z.object({ email, name: optionalText, header_to: optionalText })]),
  substitution_data: mergeValues,
})
export type Recipient = z.infer<typeof recipient>

/** Each kind of content by a field that only it has; parts are all the rest. */
const kinds = { email_rfc822: mime, template_id: stored }

/** What is wrong is said of the kind that it is: of a union it would only be known that it is none of all. */
const content = z.unknown().transform((value, context) => {
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : []
  const kind = names.find(name => name === 'email_rfc822' || name === 'template_id')
  const schema: z.ZodType<z.infer<typeof mime | typeof stored> | Parts> = kind ? kinds[kind] : parts
  const result = checked(value, schema, typeWords)
  if ('value' in result) return result.value
  const { field, message } = names.length > 0 ? result.flaw : { field: '', message: descriptions.content }
  context.addIssue({ code: 'custom', message, path: field === '' ? [] : field.split('.') })
  return z.NEVER
})

export const body = z.object({
  recipients: z.union([z.array(z.unknown()), z.object({ list_id: z.string() })], descriptions.recipients),
  content,
  substitution_data: mergeValues,
})
export type Body = z.infer<typeof body>

/** By default links are rewritten and a picture is added: what is measured is sent as it is. */
const options = { open_tracking: false, click_tracking: false }

/** Each recipient gets a mail of its own: `header_to` says to whom else it went. */
function recipientsOf({ content: { to } }: Message, data: Readonly<Record<string, string>>): Recipient[] {
  const all = to.length > 1 ? to.map(formatMailbox).join(', ') : undefined
  return to.map(({ name, address }) => ({
    address: { email: address, name, header_to: all },
    ...(Object.keys(data).length > 0 && { substitution_data: { ...data } }),
  }))
}

const fileOf = ({ contentType, content }: Omit<Attachment, 'filename' | 'cid'>, name: string) => ({
  name,
  type: contentType,
  data: base64(content),
})

export function encode(messages: readonly Message[]): Body & { readonly options: typeof options } {
  const [first] = messages
  if (!first) throw new Error('There is no message to send')
  const { from, attachments } = first.content
  const { subject, text, html } = first.merge?.template ?? first.content
  const { headers, dataOf } = shareHeaders(messages)
  const { files, inline } = partFiles(attachments)
  const content: Parts = {
    from: { email: from.address, name: from.name },
    subject,
    text,
    html,
    headers,
    attachments: unlessEmpty(files.map(each => fileOf(each, each.filename))),
    // The name is what the HTML refers to: there is no place for a file's.
    inline_images: unlessEmpty(inline.map(each => fileOf(each, each.cid))),
  }
  return { options, recipients: messages.flatMap(message => recipientsOf(message, dataOf(message))), content }
}

export const encodeMime = (message: Message): Body & { readonly options: typeof options } => ({
  options,
  recipients: message.envelope.to.map(address => ({ address: { email: address } })),
  content: { email_rfc822: message.raw().toString('utf8') },
})

export function typeWords({ field, expected, isMissing }: TypeFlaw): string {
  return isMissing ? `${field} is required` : `'${field}' is not of the type ${expected}`
}

export const addressOf = ({ address }: Recipient) =>
  typeof address === 'string' ? { email: address } : address

const decodeFile = ({ name, type, data }: z.infer<typeof file>): Attachment => ({
  filename: name,
  contentType: type,
  content: bytesOf(data),
})

/** @param shared what all recipients merge, unless they have their own */
export function decode(
  sent: Parts,
  [first, ...others]: readonly Recipient[],
  shared: Body['substitution_data'],
): Content {
  const { subject, text, html, headers = {}, attachments = [], inline_images = [] } = sent
  const data = mergeData({ ...shared, ...first?.substitution_data })
  const from = typeof sent.from === 'string' ? parseMailbox(sent.from) : sent.from
  const header = first && addressOf(first).header_to
  const to = [...(first ? [first] : []), ...others].map(each => {
    const { email: address, name } = addressOf(each)
    return defined({ name, address })
  })
  return {
    from: 'email' in from ? defined({ name: from.name, address: from.email }) : from,
    to: header === undefined ? to : parseMailboxes(header),
    ...fillContent({ template: { subject, ...defined({ text, html }) }, data }),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value, data)])),
    attachments: [
      ...attachments.map(decodeFile),
      ...inline_images.map(each => ({ ...decodeFile(each), cid: each.name })),
    ],
  }
}

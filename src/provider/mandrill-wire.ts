import { z } from 'zod'
import { fillContent, retoken } from '../message/merge.ts'
import type { Attachment, Content, Merge, Message } from '../message/message.ts'
import { checkDistinct } from './distinct.ts'
import { addressText } from './mailbox.ts'
import type { TypeFlaw } from './route.ts'
import { compareHeaders } from './shared-headers.ts'
import { base64, bytesOf, defined, optionalFields, optionalText, partFiles, unlessEmpty } from './wire.ts'

/** Bodies of Mandrill's calls, of which each begins with the key. */
const noAddress = 'An email address must contain a single @'
const from = addressText(noAddress)
const file = z.object({ type: z.string(), name: z.string(), content: z.string() })
const recipient = z.object({ email: z.string(), name: optionalText, type: optionalText })
/** Whatever JSON a template can make something of. */
const variable = z.object({ name: z.string(), content: z.unknown() })
const message = z.object({
  from_email: from,
  from_name: optionalText,
  to: z.array(recipient, 'Please enter an array').min(1, 'Please enter an array'),
  subject: optionalText,
  text: optionalText,
  html: optionalText,
  headers: optionalFields,
  attachments: z.array(file).optional(),
  images: z.array(file).optional(),
  preserve_recipients: z.boolean().optional(),
  global_merge_vars: z.array(variable).optional(),
  merge_vars: z.array(z.object({ rcpt: z.string(), vars: z.array(variable) })).optional(),
  recipient_metadata: z
    .array(z.object({ rcpt: z.string(), values: z.record(z.string(), z.unknown()) }))
    .optional(),
})
export type Wire = z.infer<typeof message>
/** With a template, or without. */
export type Sent = Omit<Wire, 'from_email'> & { readonly from_email?: string | undefined }
export type Recipient = z.infer<typeof recipient>

export const keyed = z.object({ key: optionalText })
export const send = keyed.extend({ message })
/** What a stored template says is not known to the mock: sender and subject may be in it. */
export const sendTemplate = keyed.extend({
  template_name: z.string('Please enter a value').min(1, 'Please enter a value'),
  template_content: z.array(z.object({ name: z.string(), content: z.string() }), 'Please enter an array'),
  message: message.extend({ from_email: from.optional() }),
})

/** As its validation errors say it. */
export function typeWords({ expected, isMissing }: TypeFlaw): string {
  if (isMissing) return 'Please enter a value'
  return `Please enter ${/^[aeiou]/.test(expected) ? 'an' : 'a'} ${expected}`
}
export const raw = keyed.extend({
  raw_message: z.string('Please enter a value').min(1, 'Please enter a value'),
  from_email: from.optional(),
  to: z.array(z.string()).optional(),
})

const fileOf = ({ contentType, content }: Omit<Attachment, 'filename' | 'cid'>, name: string) => ({
  type: contentType,
  name,
  content: base64(content),
})

/** `{{name}}` as Mandrill's own merge language has it. */
const asTag = (text: string) => retoken(text, name => `*|${name}|*`)
const fromTag = (text: string) => text.replace(/\*\|([A-Za-z]\w*)\|\*/g, '{{$1}}')

type Template = Merge['template']

const templateOf = ({ subject, text, html }: Content): Template => ({ subject, ...defined({ text, html }) })

const changed = ({ subject, text, html }: Template, change: (text: string) => string): Template => ({
  subject: change(subject),
  ...(text !== undefined && { text: change(text) }),
  ...(html !== undefined && { html: change(html) }),
})

/** Links are left as they are, and no picture is added, whatever the account's default is. */
const untracked = { track_opens: false, track_clicks: false }

/** All that recipients share. */
function shared({ content: { from, attachments } }: Message) {
  const { files, inline } = partFiles(attachments)
  return {
    from_email: from.address,
    from_name: from.name,
    attachments: unlessEmpty(files.map(each => fileOf(each, each.filename))),
    // The name is what the HTML refers to: there is no place for a file's.
    images: unlessEmpty(inline.map(each => fileOf(each, each.cid))),
    ...untracked,
  }
}

const recipientsOf = ({ content: { to } }: Message): Recipient[] =>
  to.map(({ name, address }) => ({ email: address, name, type: 'to' }))

export function encode(message: Message): Wire {
  const { subject, text, html, headers } = message.content
  return {
    to: recipientsOf(message),
    subject,
    text,
    html,
    headers: { ...headers },
    ...shared(message),
    preserve_recipients: true,
  }
}

/** Data are keyed by address. Headers are of all: an identity, which is not, becomes metadata. */
export function encodeMany(messages: readonly Message[]): Wire {
  const [first] = messages
  if (!first) throw new Error('There is no message to send')
  checkDistinct(messages)
  const { common, differing } = compareHeaders(messages)
  const each = <T>(of: (message: Message) => T) =>
    messages.flatMap(message => message.content.to.map(({ address }) => ({ rcpt: address, ...of(message) })))
  const varsOf = ({ merge }: Message) => ({
    vars: Object.entries(merge?.data ?? {}).map(([name, content]) => ({ name, content })),
  })
  const valuesOf = ({ content }: Message) => ({
    values: Object.fromEntries(differing.map(field => [field, content.headers[field] ?? ''])),
  })
  return {
    to: messages.flatMap(recipientsOf),
    ...(first.merge ? changed(first.merge.template, asTag) : templateOf(first.content)),
    headers: common,
    ...shared(first),
    preserve_recipients: false,
    merge_vars: first.merge && each(varsOf),
    recipient_metadata: differing.length > 0 ? each(valuesOf) : undefined,
  }
}

export function decode(sent: Sent, to: readonly Recipient[], data: Merge['data']): Content {
  const {
    from_email = '',
    from_name,
    subject = '',
    text,
    html,
    headers = {},
    attachments = [],
    images = [],
  } = sent
  const fileOf = ({ name, type, content }: z.infer<typeof file>) => ({
    filename: name,
    contentType: type,
    content: bytesOf(content),
  })
  const template = { subject, ...defined({ text, html }) }
  return {
    from: defined({ name: from_name, address: from_email }),
    to: to.map(({ name, email }) => defined({ name, address: email })),
    ...(sent.merge_vars || sent.global_merge_vars
      ? fillContent({ template: changed(template, fromTag), data })
      : template),
    headers,
    attachments: [...attachments.map(fileOf), ...images.map(each => ({ ...fileOf(each), cid: each.name }))],
  }
}

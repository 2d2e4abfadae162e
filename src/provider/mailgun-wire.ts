import { ID_HEADER } from '../message/identity.ts'
import { mapTemplate, retoken } from '../message/merge.ts'
import type { Content, Message } from '../message/message.ts'
import { everyone } from './addressees.ts'
import { checkDistinct } from './distinct.ts'
import { type Group, groupsOf } from './groups.ts'
import { formatMailbox, parseMailbox, parseMailboxes } from './mailbox.ts'
import { idOfMime } from './mime.ts'
import { type FormField, type FormFile, filesOf, textOf, textsOf } from './multipart.ts'
import type { ReceivedMessage } from './provider.ts'
import { defined } from './wire.ts'

/** The forms of Mailgun's API: a message in fields, one text for many recipients, a message's own bytes. */
export const TEST_FIELD: FormField = ['o:testmode', 'yes']

const toFields = (to: Content['to']): FormField[] => to.map(mailbox => ['to', formatMailbox(mailbox)])

/** An inline part is called by its file's name, which therefore is its Content-ID. */
const fileFields = (attachments: Content['attachments']): FormField[] =>
  attachments.map(({ filename, contentType, content, cid }) =>
    cid === undefined
      ? ['attachment', { filename, contentType, content }]
      : ['inline', { filename: cid, contentType, content }],
  )

function textFields({ subject, text, html }: Pick<Content, 'subject' | 'text' | 'html'>): FormField[] {
  return [
    ['subject', subject],
    ...(text === undefined ? [] : [['text', text] as const]),
    ...(html === undefined ? [] : [['html', html] as const]),
  ]
}

export function encode({ content }: Message): FormField[] {
  return [
    ['from', formatMailbox(content.from)],
    ...toFields(content.to),
    ...textFields(content),
    ...Object.entries(content.headers).map(([name, value]): FormField => [`h:${name}`, value]),
    ...fileFields(content.attachments),
  ]
}

const tokens = /%recipient\.([\w:-]+)%/g
const asToken = (name: string) => `%recipient.${name}%`

/**
 * All recipients are one list, which the API takes as it takes a field for each: a form of a thousand parts takes
 * a hundred times as long to write. Each recipient has header fields of its own by variables that are called as
 * the fields are. Variables are keyed by address.
 */
export function encodeMany(messages: readonly Message[]): FormField[] {
  const [first] = messages
  if (!first) throw new Error('There is no message to send')
  checkDistinct(messages)
  const { from, headers, attachments } = first.content
  const template = first.merge?.template ?? first.content
  const names = Object.keys(headers)
  const variables = messages.flatMap(({ content, merge }) => {
    const own = names.map(name => [`h:${name}`, content.headers[name] ?? ''] as const)
    return content.to.map(({ address }) => [address, { ...merge?.data, ...Object.fromEntries(own) }] as const)
  })
  return [
    ['from', formatMailbox(from)],
    ['to', messages.flatMap(({ content }) => content.to.map(formatMailbox)).join(', ')],
    ...textFields(mapTemplate(template, text => retoken(text, asToken))),
    ...names.map((name): FormField => [`h:${name}`, asToken(`h:${name}`)]),
    ['recipient-variables', JSON.stringify(Object.fromEntries(variables))],
    ...fileFields(attachments),
  ]
}

export function encodeRaw(message: Message): FormField[] {
  const file = { filename: 'MimeMessage', contentType: 'application/octet-stream', content: message.raw() }
  return [...message.envelope.to.map((to): FormField => ['to', to]), ['message', file]]
}

const mailboxesIn = (form: readonly FormField[], name: string) => textsOf(form, name).flatMap(parseMailboxes)

export const listsOf = (form: readonly FormField[]) => ({
  to: mailboxesIn(form, 'to'),
  cc: mailboxesIn(form, 'cc'),
  bcc: mailboxesIn(form, 'bcc'),
})

const addressesOf = (mailboxes: Content['to']) => mailboxes.map(({ address }) => address)

type Variables = Readonly<Record<string, Readonly<Record<string, string>>>>

/** @returns undefined when the recipients are those of one message, and `'bad'` when it is no object of objects */
export function variablesOf(form: readonly FormField[]): Variables | undefined | 'bad' {
  const text = textOf(form, 'recipient-variables')
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    const isObject = (each: unknown) => typeof each === 'object' && each !== null && !Array.isArray(each)
    return isObject(value) && Object.values(value as object).every(isObject) ? (value as Variables) : 'bad'
  } catch {
    return 'bad'
  }
}

function headersOf(form: readonly FormField[]): Record<string, string> {
  const fields = form.flatMap(([name, value]) =>
    name.startsWith('h:') && typeof value === 'string' ? [[name.slice(2), value] as const] : [],
  )
  return Object.fromEntries(fields)
}

const attachmentOf = ({ filename, contentType, content }: FormFile) => ({ filename, contentType, content })

/** @param data what the variables of the recipients in question are */
function decode(
  form: readonly FormField[],
  to: Content['to'],
  data: Readonly<Record<string, string>>,
): Content {
  const written = {
    subject: textOf(form, 'subject') ?? '',
    ...defined({ text: textOf(form, 'text'), html: textOf(form, 'html') }),
  }
  const filled = (text: string) =>
    text.replace(tokens, (token, name: string) => (Object.hasOwn(data, name) ? String(data[name]) : token))
  const headers = Object.entries(headersOf(form)).map(([name, value]) => [name, filled(value)] as const)
  return {
    from: parseMailbox(textOf(form, 'from') ?? ''),
    to,
    ...mapTemplate(written, filled),
    headers: Object.fromEntries(headers),
    attachments: [
      ...filesOf(form, 'attachment').map(attachmentOf),
      ...filesOf(form, 'inline').map(file => ({ ...attachmentOf(file), cid: file.filename })),
    ],
  }
}

/** With variables there is a message for every recipient, but that those of one identity are one. */
export function received(form: readonly FormField[], variables: Variables | undefined): ReceivedMessage[] {
  const lists = listsOf(form)
  const { to } = lists
  const addresses = addressesOf(to)
  if (!variables) {
    const id = headersOf(form)[ID_HEADER]
    return [{ id, recipients: addressesOf(everyone(lists)), content: () => decode(form, to, {}) }]
  }
  const dataOf = (address = '') => (Object.hasOwn(variables, address) ? (variables[address] ?? {}) : {})
  const idOf = (address: string) => {
    const id = dataOf(address)[`h:${ID_HEADER}`]
    return typeof id === 'string' ? id : undefined
  }
  const groups = groupsOf(addresses, addresses.map(idOf))
  return groups.map(({ id, places }: Group) => {
    const own = places.flatMap(place => to[place] ?? [])
    // Whoever gets copies gets one of every message.
    const recipients = addressesOf(everyone({ ...lists, to: own }))
    return { id, recipients, content: () => decode(form, own, dataOf(recipients[0])) }
  })
}

export function receivedRaw(form: readonly FormField[], mime: Buffer): ReceivedMessage[] {
  const recipients = addressesOf(everyone(listsOf(form)))
  return [{ id: idOfMime(mime), recipients, content: () => mime }]
}

/** As bytes or as a text: the API takes both. */
export function mimeIn(form: readonly FormField[]): Buffer | undefined {
  const text = textOf(form, 'message')
  return filesOf(form, 'message')[0]?.content ?? (text === undefined ? undefined : Buffer.from(text))
}

import { readFile } from 'node:fs/promises'
import { UsageError } from '../errors.ts'
import { encodeHead } from './head.ts'
import { splitMessage } from './header.ts'
import { DEFAULT_DOMAIN } from './identity.ts'
import type { MergeSpec } from './merge-spec.ts'
import { createMergeTemplate } from './merge-template.ts'
import type { Attachment, Mailbox, Template } from './message.ts'
import { createStamp, type Stamp, type TemplateOptions } from './stamp.ts'
import { syntheticForm } from './synthetic.ts'
import { createTemplate, type Form } from './template.ts'

/**
 * The messages in fixtures/messages: 1.6 KB of text and HTML; 11 KB; 1.4 MB with an attachment; 100 KB of HTML
 * with a picture in it; text and an address that need UTF-8; a text that SMTP can garble.
 */
export const messageNames = [
  'password-reset',
  'receipt',
  'invoice',
  'newsletter',
  'international',
  'plain',
] as const
export type MessageName = (typeof messageNames)[number]

/** A message of the corpus, a text of any size, or a mail merge. */
export type MessageSource = MessageName | { readonly sizeBytes: number } | { readonly merge: MergeSpec }

/** The JSON beside an .eml: the same message, structured. Attachments are files beside it. */
export interface Twin {
  readonly from: Mailbox
  readonly to: readonly Mailbox[]
  readonly subject: string
  readonly text: string
  readonly html?: string
  readonly headers: Readonly<Record<string, string>>
  readonly attachments: readonly (Omit<Attachment, 'content'> & { readonly file: string })[]
}

// As far from dist/message as from src/message, so that it is found in a published package too.
const home = new URL('../../fixtures/messages/', import.meta.url)

/** Whom a message of the corpus is for, unless the user names somebody. */
export function defaultRecipient(name: MessageName): string {
  return `${name === 'international' ? 'δοκιμή' : 'recipient'}@${DEFAULT_DOMAIN}`
}

async function corpusForm(name: MessageName, stamp: Stamp): Promise<Form> {
  const [eml, json] = await Promise.all([
    readFile(new URL(`${name}.eml`, home)),
    readFile(new URL(`${name}.json`, home), 'utf8'),
  ])
  const { subject, text, html, attachments: files } = JSON.parse(json) as Twin
  const attachments = files.map(async ({ file, ...rest }): Promise<Attachment> => {
    return { ...rest, content: await readFile(new URL(file, home)) }
  })
  const { fields, body } = splitMessage(eml)
  return {
    name,
    content: {
      subject,
      text,
      ...(html !== undefined && { html }),
      attachments: await Promise.all(attachments),
    },
    head: encodeHead(fields, stamp),
    body,
  }
}

/** @throws UsageError for an unknown name, a size out of range, or options that no message may carry */
export async function loadTemplate(source: MessageSource, options: TemplateOptions): Promise<Template> {
  if (typeof source !== 'string') {
    const stamp = createStamp(options)
    if ('merge' in source) return createMergeTemplate(source.merge, stamp)
    return createTemplate(syntheticForm(source.sizeBytes, stamp), stamp)
  }
  if (!messageNames.includes(source))
    throw new UsageError(`message: "${source}" is unknown: use ${messageNames.join(', ')}, or a size`)
  const stamp = createStamp({ ...options, to: options.to ?? defaultRecipient(source) })
  return createTemplate(await corpusForm(source, stamp), stamp)
}

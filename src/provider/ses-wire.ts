import { z } from 'zod'
import { fillContent } from '../message/merge.ts'
import type { Attachment } from '../message/message.ts'
import { everyone } from './addressees.ts'
import { hexOf, uuidOf } from './ids.ts'
import { isAsciiAddress, parseMailbox } from './mailbox.ts'
import type { TypeFlaw } from './route.ts'
import { base64, bytesOf, defined, mergeData, optionalText, unlessEmpty } from './wire.ts'

/** What both calls of Amazon SES share: their parts, and what is checked of them. */
export const RECIPIENTS_MAX = 50

export const isMailbox = (text: string) => isAsciiAddress(parseMailbox(text).address)

export const sender = z
  .string('FromEmailAddress is missing')
  .refine(isMailbox, 'FromEmailAddress is no address in ASCII')

/** As the service's own reader of JSON says it. */
export function typeWords({ field, expected, isMissing, input }: TypeFlaw): string {
  if (isMissing) return `Value null at '${field}' failed to satisfy constraint: Member must not be null`
  const kind = input === null ? 'NULL' : Array.isArray(input) ? 'START_ARRAY' : `${typeof input}_VALUE`
  const type = expected.slice(0, 1).toUpperCase() + expected.slice(1)
  return `${kind.toUpperCase().replace('OBJECT_VALUE', 'START_OBJECT')} can not be converted to a ${type}`
}

const mailboxes = z.array(z.string()).optional()
/** Whom an email is for, by any of three lists; a bulk call looks at addresses entry by entry. */
export const destinations = z.object({
  ToAddresses: mailboxes,
  CcAddresses: mailboxes,
  BccAddresses: mailboxes,
})
export const listsOf = ({ ToAddresses, CcAddresses, BccAddresses }: z.infer<typeof destinations>) => ({
  to: ToAddresses,
  cc: CcAddresses,
  bcc: BccAddresses,
})

/** What is wrong with a destination. */
export function flawOfDestination(sent: z.infer<typeof destinations>): string | undefined {
  const all = everyone(listsOf(sent))
  if (all.length === 0) return 'Recipient list is empty'
  if (all.length > RECIPIENTS_MAX) return `Recipient count exceeds ${RECIPIENTS_MAX}.`
  return all.every(isMailbox) ? undefined : "Missing final '@domain'"
}

export function dataIn(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

export const BAD_DATA = 'Template data is not a valid JSON object'

export const wireHeaders = z.array(z.object({ Name: z.string(), Value: z.string() })).optional()

const attachment = z.object({
  FileName: z.string(),
  RawContent: z.string(),
  ContentType: optionalText,
  ContentId: optionalText,
  ContentDisposition: z.enum(['ATTACHMENT', 'INLINE']).optional(),
  ContentTransferEncoding: z.enum(['BASE64', 'QUOTED_PRINTABLE', 'SEVEN_BIT']).optional(),
})
export const wireAttachments = z.array(attachment).optional()
type WireAttachments = z.infer<typeof wireAttachments>

/** A template that is stored there, by name or ARN, or one that is sent along. */
export const wireTemplate = z
  .object({
    TemplateName: optionalText,
    TemplateArn: optionalText,
    TemplateContent: z.object({ Subject: optionalText, Text: optionalText, Html: optionalText }).optional(),
    TemplateData: optionalText.refine(text => dataIn(text) !== undefined, BAD_DATA),
    Attachments: wireAttachments,
    Headers: wireHeaders,
  })
  .refine(
    ({ TemplateName, TemplateArn, TemplateContent }) => TemplateName || TemplateArn || TemplateContent,
    'Template name, ARN or content must be specified',
  )
type WireTemplate = z.infer<typeof wireTemplate>

/** What a stored template says is not known: subject and texts are missing then. */
export function decodeTemplate({ TemplateContent, TemplateData }: WireTemplate, own?: string) {
  const { Subject = '', Text, Html } = TemplateContent ?? {}
  const data = mergeData({ ...dataIn(TemplateData), ...dataIn(own) })
  return fillContent({ template: { subject: Subject, ...defined({ text: Text, html: Html }) }, data })
}

export function encodeAttachments(attachments: readonly Attachment[]): WireAttachments {
  return unlessEmpty(
    attachments.map(({ filename, contentType, content, cid }) => ({
      FileName: filename,
      RawContent: base64(content),
      ContentType: contentType,
      ContentId: cid,
      ContentDisposition: cid === undefined ? ('ATTACHMENT' as const) : ('INLINE' as const),
      ContentTransferEncoding: 'BASE64' as const,
    })),
  )
}

export const decodeHeaders = (sent: z.infer<typeof wireHeaders> = []): Record<string, string> =>
  Object.fromEntries(sent.map(({ Name, Value }) => [Name, Value]))

export function decodeAttachments(sent: WireAttachments = []): Attachment[] {
  return sent.map(({ FileName, RawContent, ContentType = 'application/octet-stream', ContentId }) =>
    defined({ filename: FileName, contentType: ContentType, content: bytesOf(RawContent), cid: ContentId }),
  )
}

/** As in `0100019a2b3c4d5e-0a1b2c3d-4e5f-4a6b-a7c8-d9e0f1a2b3c4-000000`. */
export const messageIdOf = (serial: number) => `0100${hexOf(serial, 12)}-${uuidOf(serial)}-000000`

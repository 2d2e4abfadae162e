import { z } from 'zod'
import type { Attachment } from '../message/message.ts'
import { hexOf, uuidOf } from './ids.ts'
import { isAsciiAddress, parseMailbox } from './mailbox.ts'
import { base64, bytesOf, defined, optionalText, unlessEmpty } from './wire.ts'

/** What both calls of Amazon SES share: their parts, and what is checked of them. */
export const RECIPIENTS_MAX = 50

export const isMailbox = (text: string) => isAsciiAddress(parseMailbox(text).address)

export const sender = z
  .string('FromEmailAddress is missing')
  .refine(isMailbox, 'FromEmailAddress is no address in ASCII')

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

export function decodeAttachments(sent: WireAttachments = []): Attachment[] {
  return sent.map(({ FileName, RawContent, ContentType = 'application/octet-stream', ContentId }) =>
    defined({ filename: FileName, contentType: ContentType, content: bytesOf(RawContent), cid: ContentId }),
  )
}

/** As in `0100019a2b3c4d5e-0a1b2c3d-4e5f-4a6b-a7c8-d9e0f1a2b3c4-000000`. */
export const messageIdOf = (serial: number) => `0100${hexOf(serial, 12)}-${uuidOf(serial)}-000000`

import PostalMime from 'postal-mime'
import { expect } from 'vitest'
import type { Attachment, Content, Envelope, Message } from './message.ts'

/** A mail as a server got it. */
export interface ArrivedMail extends Envelope {
  readonly smtpUtf8: boolean
  readonly data: Buffer
}

const unixLines = (text: string | undefined) => text?.replaceAll('\r\n', '\n')

/** postal-mime leaves to a part that is not base64 the line break of its boundary (RFC 2046 §5.1.1). */
function expectText(arrived: string | undefined, content: Content, part: 'text' | 'html'): void {
  const sent = content[part]
  const texts = content.html === undefined ? [sent] : [sent, `${sent}\n`]
  expect(texts).toContain(unixLines(arrived))
}

const attachmentOf = ({ filename, contentType, cid, content }: Attachment) => ({
  filename,
  mimeType: contentType,
  contentId: cid && `<${cid}>`,
  disposition: cid ? 'inline' : 'attachment',
  content,
})

/** Asserts that a mail is the message, whoever composed it: envelope, header and every part. */
export async function expectMail(mail: ArrivedMail, { id, messageId, envelope, content, smtpUtf8 }: Message) {
  const { from, to, data } = mail
  expect({ from, to }).toEqual(envelope)
  expect(mail.smtpUtf8).toBe(smtpUtf8)
  const parsed = await PostalMime.parse(data)
  expect(parsed.headers.filter(({ key }) => key === 'x-mailbench-id').map(({ value }) => value)).toEqual([id])
  expect(parsed.messageId).toBe(messageId)
  expect(parsed.from).toEqual(content.from)
  expect(parsed.to).toEqual(content.to.map(({ address }) => ({ name: '', address })))
  expect(parsed.subject).toBe(content.subject)
  expectText(parsed.text, content, 'text')
  expectText(parsed.html, content, 'html')
  expect(
    parsed.attachments.map(({ filename, mimeType, contentId, disposition, content: bytes }) => ({
      filename,
      mimeType,
      contentId,
      disposition,
      content: Buffer.from(bytes as ArrayBuffer),
    })),
  ).toEqual(content.attachments.map(attachmentOf))
  const lines = data.toString('latin1').split('\r\n')
  expect(lines.filter(line => /[\r\n\0]/.test(line) || line.length > 998)).toEqual([])
}

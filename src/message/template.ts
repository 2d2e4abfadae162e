import type { Head } from './head.ts'
import { formatIndex, formatMessageId, ID_HEADER } from './identity.ts'
import type { Content, Envelope, Template } from './message.ts'
import type { Stamp } from './stamp.ts'

/** What all messages of a template share; `from`, `to` and the identity are the stamp's. */
export interface Form {
  readonly name: string
  readonly content: Pick<Content, 'subject' | 'text' | 'html' | 'attachments'>
  readonly head: Head
  readonly body: Buffer
}

/** Copies the whole message and overwrites the index: 8 bytes at each of its places. */
function patched(bytes: Buffer, offsets: readonly number[], index: number): Buffer {
  const copy = Buffer.allocUnsafe(bytes.length)
  bytes.copy(copy)
  const digits = formatIndex(index)
  for (const offset of offsets) copy.write(digits, offset, 'latin1')
  return copy
}

export function createTemplate({ name, content, head, body }: Form, stamp: Stamp): Template {
  const bytes = Buffer.concat([head.bytes, body])

  const envelopeOf = (id: string): Envelope => ({ from: stamp.from.address, to: stamp.recipients(id) })
  const contentOf = (id: string, to: readonly string[]): Content => ({
    from: stamp.from,
    to: to.map(address => ({ address })),
    ...content,
    headers: { ...stamp.headers, [ID_HEADER]: id },
  })

  return {
    name,
    sizeBytes: bytes.length,
    message(index) {
      const id = stamp.idPrefix + formatIndex(index)
      // Both are made when first asked for: a client uses one form, the null transport neither.
      let envelope: Envelope | undefined
      let structured: Content | undefined
      return {
        index,
        id,
        messageId: formatMessageId(id),
        smtpUtf8: stamp.smtpUtf8,
        get envelope() {
          envelope ??= envelopeOf(id)
          return envelope
        },
        get content() {
          structured ??= contentOf(id, this.envelope.to)
          return structured
        },
        raw: () => patched(bytes, head.indexOffsets, index),
      }
    },
  }
}

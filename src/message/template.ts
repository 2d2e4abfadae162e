import { stuffed } from './dot-stuffing.ts'
import type { Head } from './head.ts'
import { formatIndex, formatMessageId, ID_HEADER } from './identity.ts'
import type { Content, Envelope, MessageForm, Template } from './message.ts'
import { createPlate, type Plate } from './plate.ts'
import type { Stamp } from './stamp.ts'

/** What all messages of a template share; `from`, `to` and the identity are the stamp's. */
export interface Form {
  readonly name: string
  readonly content: Pick<Content, 'subject' | 'text' | 'html' | 'attachments'>
  readonly head: Head
  readonly body: Buffer
}

/** A message of its own, whole. */
function printed(plate: Plate, index: number): Buffer {
  const copy = Buffer.allocUnsafe(plate.sizeBytes)
  plate.print(index, copy, 0)
  plate.shared.copy(copy, plate.ownBytes)
  return copy
}

export function createTemplate({ name, content, head, body }: Form, stamp: Stamp): Template {
  const pattern = { bytes: Buffer.concat([head.bytes, body]), indexOffsets: head.indexOffsets }
  const raw = createPlate(pattern)
  // Made when a client first asks for it: most do their own stuffing.
  let dotted: Plate | undefined
  const plate = (wanted: MessageForm): Plate => {
    if (wanted === 'raw') return raw
    dotted ??= createPlate(stuffed(pattern))
    return dotted
  }

  const envelopeOf = (id: string): Envelope => ({ from: stamp.from.address, to: stamp.recipients(id) })
  const contentOf = (id: string, to: readonly string[]): Content => ({
    from: stamp.from,
    to: to.map(address => ({ address })),
    ...content,
    headers: { ...stamp.headers, [ID_HEADER]: id },
  })

  return {
    name,
    sizeBytes: raw.sizeBytes,
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
        raw: () => printed(raw, index),
        plate,
      }
    },
  }
}

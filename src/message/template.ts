import { stuffed } from './dot-stuffing.ts'
import type { Head } from './head.ts'
import { formatIndex, formatMessageId, ID_HEADER } from './identity.ts'
import type { Content, Envelope, Message, MessageForm, Template } from './message.ts'
import { createPlate, type Plate } from './plate.ts'
import type { Stamp } from './stamp.ts'

/** What all messages of a template share; `from`, `to` and the identity are the stamp's. */
export interface Form {
  readonly name: string
  readonly content: Pick<Content, 'subject' | 'text' | 'html' | 'attachments'>
  readonly head: Head
  readonly body: Buffer
}

/** A copy of one message. */
function printed(plate: Plate, index: number): Buffer {
  const copy = Buffer.allocUnsafe(plate.sizeBytes)
  plate.print(index, copy, 0)
  plate.shared.copy(copy, plate.ownBytes)
  return copy
}

/** What a template's messages are made from. */
interface Press {
  readonly template: Template
  readonly isKeyed: boolean
  envelope(id: string): Envelope
  content(id: string, to: readonly string[]): Content
  plate(form: MessageForm): Plate
}

/** A class, since hundreds of thousands a second are made: a closure for each part costs more than the parts. */
class PrintedMessage implements Message {
  readonly index: number
  readonly id: string
  readonly messageId: string
  readonly smtpUtf8: boolean
  readonly #press: Press
  // Both are made when first asked for: a client uses one form, the null transport neither.
  #envelope: Envelope | undefined
  #content: Content | undefined

  constructor(index: number, id: string, smtpUtf8: boolean, press: Press) {
    this.index = index
    this.id = id
    this.messageId = formatMessageId(id)
    this.smtpUtf8 = smtpUtf8
    this.#press = press
  }

  get template(): Template {
    return this.#press.template
  }

  get idempotencyKey(): string | undefined {
    return this.#press.isKeyed ? this.id : undefined
  }

  get envelope(): Envelope {
    this.#envelope ??= this.#press.envelope(this.id)
    return this.#envelope
  }

  get content(): Content {
    this.#content ??= this.#press.content(this.id, this.envelope.to)
    return this.#content
  }

  raw(): Buffer {
    return printed(this.plate('raw'), this.index)
  }

  plate(form: MessageForm): Plate {
    return this.#press.plate(form)
  }
}

export function createTemplate({ name, content, head, body }: Form, stamp: Stamp): Template {
  const pattern = { bytes: Buffer.concat([head.bytes, body]), indexOffsets: head.indexOffsets }
  const raw = createPlate(pattern)
  // Made when a client first asks for it: most do their own stuffing.
  let dotted: Plate | undefined
  const template: Template = {
    name,
    sizeBytes: raw.sizeBytes,
    message: index => new PrintedMessage(index, stamp.idPrefix + formatIndex(index), stamp.smtpUtf8, press),
  }
  const press: Press = {
    template,
    isKeyed: stamp.isKeyed,
    envelope: id => ({ from: stamp.from.address, to: stamp.recipients(id) }),
    content: (id, to) => ({
      from: stamp.from,
      to: to.map(address => ({ address })),
      ...content,
      headers: { ...stamp.headers, [ID_HEADER]: id },
    }),
    plate(form) {
      if (form === 'raw') return raw
      dotted ??= createPlate(stuffed(pattern))
      return dotted
    },
  }
  return template
}

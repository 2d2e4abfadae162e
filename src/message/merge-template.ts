import { formatIndex, formatMessageId, ID_HEADER } from './identity.ts'
import { createLetterPress, type Letter } from './letter.ts'
import { fillContent } from './merge.ts'
import { createMerge, type MergeSpec } from './merge-spec.ts'
import type { Content, Envelope, Merge, Message, MessageForm, Template } from './message.ts'
import type { Plate } from './plate.ts'
import type { Stamp } from './stamp.ts'

const END_OF_DATA = Buffer.from('.\r\n', 'latin1')

interface Press {
  readonly template: Template
  readonly stamp: Stamp
  mergeOf(index: number): Merge
  print(index: number, data: Merge['data']): Letter
  /** What all messages end in, in each form: none has a line that begins with a dot. */
  readonly tails: Readonly<Record<MessageForm, Buffer>>
}

/** A message of a mail merge. Each part is made when a client asks for it, so that the client's time is charged. */
class PersonalMessage implements Message {
  readonly index: number
  readonly id: string
  readonly messageId: string
  readonly merge: Merge
  readonly #press: Press
  #envelope: Envelope | undefined
  #content: Content | undefined
  #own: Buffer | undefined

  constructor(index: number, press: Press) {
    this.index = index
    this.id = press.stamp.idPrefix + formatIndex(index)
    this.messageId = formatMessageId(this.id)
    this.merge = press.mergeOf(index)
    this.#press = press
  }

  get template(): Template {
    return this.#press.template
  }

  get smtpUtf8(): boolean {
    return this.#press.stamp.smtpUtf8
  }

  get envelope(): Envelope {
    const { from, recipients } = this.#press.stamp
    this.#envelope ??= { from: from.address, to: recipients(this.id) }
    return this.#envelope
  }

  get content(): Content {
    this.#content ??= this.#compose()
    return this.#content
  }

  #compose(): Content {
    const { from, headers } = this.#press.stamp
    return {
      from,
      to: this.envelope.to.map(address => ({ address })),
      ...fillContent(this.merge),
      headers: { ...headers, [ID_HEADER]: this.id },
      attachments: [],
    }
  }

  raw(): Buffer {
    const { sizeBytes, ownBytes, shared, print } = this.plate('raw')
    const copy = Buffer.allocUnsafe(sizeBytes)
    print(this.index, copy, 0)
    shared.copy(copy, ownBytes)
    return copy
  }

  plate(form: MessageForm): Plate {
    this.#own ??= this.#press.print(this.index, this.merge.data).own
    const own = this.#own
    const shared = this.#press.tails[form]
    return {
      sizeBytes: own.length + shared.length,
      ownBytes: own.length,
      shared,
      print: (_index, target, offset) => void own.copy(target, offset),
    }
  }
}

/** The messages of a mail merge; `sizeBytes` is the first one's. */
export function createMergeTemplate(spec: MergeSpec, stamp: Stamp): Template {
  const mergeOf = createMerge(spec)
  const first = mergeOf(0)
  const print = createLetterPress(first.template, stamp)
  const { own, tail } = print(0, first.data)
  const template: Template = {
    name: 'merge',
    sizeBytes: own.length + tail.length,
    message: index => new PersonalMessage(index, press),
  }
  const press: Press = {
    template,
    stamp,
    mergeOf,
    print,
    tails: { raw: tail, stuffed: Buffer.concat([tail, END_OF_DATA]) },
  }
  return template
}

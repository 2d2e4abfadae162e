import { findIdentity } from '../../message/identity.ts'
import type { Step } from '../fault/fault.ts'
import type { Channel } from './channel.ts'
import { parseBdat, parseMail, parseRcpt } from './commands.ts'
import { Content } from './content.ts'
import type { Exchanges, SmtpListener } from './exchanges.ts'
import { refusals } from './replies.ts'

/** RFC 5321 §4.5.3.1.8 asks for at least 100. */
export const MAX_RECIPIENTS = 10_000

/** Steps at which a recipient's address tells which message it is, before its header does. */
const beforeHeader: readonly Step[] = ['recipient', 'data', 'body', 'chunk']

/** From MAIL to the end of the content (RFC 5321 §3.3), by DATA or by BDAT (RFC 3030). One object serves them all in turn. */
export class Transaction {
  readonly #listener: SmtpListener
  readonly #channel: Channel
  readonly #exchanges: Exchanges
  readonly #content = new Content()
  readonly #readsAddresses: boolean
  #hasSender = false
  #isUtf8 = false
  #recipients = 0
  /** Of the message: from a recipient's address at first, then from its header. */
  #id: string | undefined
  /** What is read now belongs to the content. */
  #reading: 'lines' | 'octets' | undefined
  #isBodyNew = false
  #chunks = 0
  #octetsLeft = 0
  #isLastChunk = false
  #hasFailedChunk = false
  /** Decided before a chunk's octets came, which are read all the same (RFC 3030 §2). */
  #chunkRefusal: string | undefined

  constructor(listener: SmtpListener, channel: Channel, exchanges: Exchanges) {
    this.#listener = listener
    this.#channel = channel
    this.#exchanges = exchanges
    this.#readsAddresses = beforeHeader.some(step => exchanges.asks(step))
  }

  get isUnderWay(): boolean {
    return this.#hasSender
  }

  get readsContent(): boolean {
    return this.#reading !== undefined
  }

  clear(): void {
    this.#hasSender = false
    this.#recipients = 0
    this.#id = undefined
    this.#chunks = 0
    this.#hasFailedChunk = false
  }

  mail(text: string): void {
    const { auth, sizeLimitBytes } = this.#listener.options
    if (this.#hasSender) return this.#channel.say(refusals.nested)
    const command = parseMail(text, auth !== 'off')
    if ('reply' in command) return this.#channel.say(command.reply)
    if (command.sizeBytes > sizeLimitBytes) return this.#channel.say(refusals.oversized)
    this.#isUtf8 = command.isUtf8
    this.#exchanges.meet('sender', command.address)
  }

  rcpt(text: string): void {
    if (!this.#hasSender) return this.#channel.say(refusals.noSender)
    if (this.#recipients >= MAX_RECIPIENTS) return this.#channel.say(refusals.tooManyRecipients)
    const address = parseRcpt(text, this.#isUtf8)
    if (typeof address !== 'string') return this.#channel.say(address.reply)
    if (!this.#readsAddresses) return this.#exchanges.meet('recipient', address)
    const id = findIdentity(address)
    this.#id ??= id
    // Each recipient draws a number of its own.
    const stream = this.#recipients === 0 ? 'recipient' : `recipient/${this.#recipients}`
    this.#exchanges.meet('recipient', address, id, stream)
  }

  data(): void {
    if (!this.#hasSender) return this.#channel.say(refusals.noSender)
    if (this.#chunks > 0 || this.#hasFailedChunk) return this.#channel.say(refusals.dataAmongChunks)
    if (this.#recipients === 0) return this.#channel.say(refusals.noRecipients)
    this.#exchanges.meet('data', undefined, this.#id)
  }

  bdat(text: string): void {
    const command = parseBdat(text)
    // How much would have to be skipped is not known.
    if ('reply' in command) return this.#channel.say(command.reply)
    this.#octetsLeft = command.octets
    this.#isLastChunk = command.isLast
    this.#chunkRefusal = this.#refusalOfChunk()
    if (this.#chunkRefusal === undefined && this.#chunks++ === 0) this.#begin()
    this.#reading = 'octets'
    if (command.octets === 0) this.#endChunk()
  }

  /** Reads what belongs to the content. @returns the offset behind it */
  read(chunk: Buffer, from: number): number {
    if (this.#isBodyNew && this.#chunkRefusal === undefined) {
      this.#isBodyNew = false
      this.#exchanges.meet('body', undefined, this.#id)
      if (this.#channel.isHeld) return from
    }
    return this.#reading === 'lines' ? this.#readLines(chunk, from) : this.#readOctets(chunk, from)
  }

  accept(step: Step): void {
    switch (step) {
      case 'sender':
        this.#hasSender = true
        break
      case 'recipient':
        this.#recipients++
        break
      case 'data':
        this.#begin()
        this.#chunkRefusal = undefined
        this.#reading = 'lines'
        break
      case 'content':
        this.#listener.options.ledger.record(this.#id)
        this.clear()
        break
      default:
    }
  }

  refuse(step: Step): void {
    if (step === 'content') this.clear()
    else if (step === 'chunk') this.#hasFailedChunk = true
  }

  #begin(): void {
    this.#content.begin()
    this.#isBodyNew = this.#exchanges.asks('body')
  }

  #refusalOfChunk(): string | undefined {
    if (!this.#hasSender) return refusals.noSender
    if (this.#hasFailedChunk) return refusals.afterFailedChunk
    return this.#recipients === 0 ? refusals.noRecipients : undefined
  }

  #readLines(chunk: Buffer, from: number): number {
    const next = this.#content.readLines(chunk, from)
    if (this.#content.isDone) {
      this.#reading = undefined
      this.#complete()
    }
    return next
  }

  #readOctets(chunk: Buffer, from: number): number {
    const to = Math.min(from + this.#octetsLeft, chunk.length)
    if (this.#chunkRefusal === undefined) this.#content.readBytes(chunk, from, to)
    this.#octetsLeft -= to - from
    if (this.#octetsLeft === 0) this.#endChunk()
    return to
  }

  #endChunk(): void {
    this.#reading = undefined
    if (this.#chunkRefusal === undefined && this.#isLastChunk) return this.#complete()
    const refusal = this.#chunkRefusal ?? (this.#isOversized() ? refusals.oversized : undefined)
    if (refusal === undefined)
      return this.#exchanges.meet('chunk', undefined, this.#id, `chunk/${this.#chunks}`)
    this.#channel.say(refusal)
    // What else of this message is in the pipeline fails too, up to its last chunk.
    if (this.#isLastChunk) this.clear()
    else this.#hasFailedChunk = true
  }

  #isOversized(): boolean {
    return this.#content.sizeBytes > this.#listener.options.sizeLimitBytes
  }

  #complete(): void {
    if (this.#isOversized()) {
      this.clear()
      return this.#channel.say(refusals.oversized)
    }
    this.#id = this.#content.id()
    this.#exchanges.meet('content', undefined, this.#id)
  }
}

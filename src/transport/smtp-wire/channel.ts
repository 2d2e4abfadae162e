import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Clock, Nanoseconds } from '../../clock.ts'
import { causeOfError } from '../../dial/cause.ts'
import type { Connection } from '../../dial/dial.ts'
import type { Encrypt } from '../../dial/tls.ts'
import { messageOf } from '../../errors.ts'
import type { Cause } from '../../sample.ts'
import { Outgoing } from './outgoing.ts'
import { ReplyParser } from './reply-parser.ts'

/** Who is told of what happens on a channel. */
export interface ChannelReader {
  /** Its words can be had by `text()` until this returns. */
  onReply(code: number): void
  /** All replies of one read have been told. */
  onRead(): void
  /** The socket can take more again. */
  onDrain(): void
  /** Nothing more will be read or written; told once, and not when the reader itself closed the channel. */
  onGone(cause: Cause, text: string): void
}

const EXCERPT_BYTES = 60

/** One connection as commands and replies, whatever is spoken below them. */
export class Channel {
  readonly id: number
  reader: ChannelReader
  readonly out = new Outgoing(() => this.#socket.writableLength === 0)
  /** When the replies that are being told of were read. */
  readAtNs: Nanoseconds = 0
  readonly #clock: Clock
  #socket: Socket
  #parser: ReplyParser
  #isGone = false

  constructor({ id, socket }: Connection, clock: Clock, reader: ChannelReader) {
    this.id = id
    this.#clock = clock
    this.reader = reader
    this.#socket = socket
    this.#parser = this.#newParser()
    this.#attach()
  }

  get isGone(): boolean {
    return this.#isGone
  }

  /** Words of the reply that is being told of. */
  text(): string {
    return this.#parser.text()
  }

  /** Called while told of a reply: what follows it is none. */
  halt(): void {
    this.#parser.halt()
  }

  /** Bytes that were received and are no complete reply. */
  get unreadBytes(): number {
    return this.#parser.unreadBytes
  }

  get isEncrypted(): boolean {
    return this.#socket instanceof TLSSocket
  }

  get localAddress(): string | undefined {
    return this.#socket.localAddress
  }

  /** Whether the socket has enough to do: what more is written only waits in memory. */
  get isFull(): boolean {
    return this.#socket.writableNeedDrain
  }

  /** Writes what was put together. */
  flush(): void {
    if (!this.out.isEmpty) this.#socket.write(this.out.take())
  }

  /** Writes bytes that nobody will change. */
  write(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  /** Goes on encrypted. @throws DialError */
  async secure(encrypt: Encrypt): Promise<void> {
    this.#detach()
    this.#socket = await encrypt(this.#socket)
    this.#parser = this.#newParser()
    this.#attach()
  }

  /** Ends it for a reason that its reader is to hear of. */
  fail(cause: Cause, text: string): void {
    if (this.#isGone) return
    this.destroy()
    this.reader.onGone(cause, text)
  }

  /** Ends it at once. */
  destroy(): void {
    this.#isGone = true
    this.#socket.destroy()
  }

  /** Takes leave, and waits for no answer (RFC 5321 §4.1.1.10 asks for it): there is nothing left to lose. */
  quit(): void {
    this.#isGone = true
    this.#socket.write('QUIT\r\n')
    this.#socket.destroySoon()
  }

  #newParser(): ReplyParser {
    return new ReplyParser(code => this.reader.onReply(code))
  }

  #attach(): void {
    this.#socket.on('data', this.#onData).on('drain', this.#onDrain)
    this.#socket.on('end', this.#onEnd).on('close', this.#onEnd).on('error', this.#onError)
  }

  #detach(): void {
    this.#socket.off('data', this.#onData).off('drain', this.#onDrain)
    this.#socket.off('end', this.#onEnd).off('close', this.#onEnd).off('error', this.#onError)
  }

  /** Takes the first `sizeBytes` of what was read; they may be overwritten when this returns. */
  receive(bytes: Buffer, sizeBytes: number): void {
    if (this.#isGone) return
    this.readAtNs = this.#clock.nowNs()
    if (!this.#parser.feed(bytes, sizeBytes)) {
      const excerpt = bytes.toString('latin1', 0, Math.min(sizeBytes, EXCERPT_BYTES))
      return this.fail('protocol', `this is no SMTP reply: ${JSON.stringify(excerpt)}`)
    }
    if (!this.#isGone) this.reader.onRead()
  }

  // Not emitted by a connection that was told where to put what it reads.
  readonly #onData = (chunk: Buffer) => this.receive(chunk, chunk.length)

  readonly #onDrain = () => {
    if (!this.#isGone) this.reader.onDrain()
  }

  readonly #onEnd = () => this.fail('reset', 'the server closed the connection')
  readonly #onError = (error: Error) => this.fail(causeOfError(error), messageOf(error))
}

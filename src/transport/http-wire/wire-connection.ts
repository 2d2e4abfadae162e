import type { Socket } from 'node:net'
import { type Clock, type Nanoseconds, NS_PER_S } from '../../clock.ts'
import { causeOfError } from '../../dial/cause.ts'
import type { AnswerReader } from '../../provider/provider.ts'
import type { Cause } from '../../sample.ts'
import type { Stopped } from '../attempt.ts'
import type { Answers } from './answers.ts'
import { ReplyReader } from './reply-reader.ts'
import { RequestWriter } from './request-writer.ts'
import type { WireAttempt } from './wire-attempt.ts'

/** Who gives a connection its requests. */
export interface Owner {
  /** It has requests to write at the end of this turn of the event loop. */
  due(connection: WireConnection): void
  /** It may have room for another request, or none any more. */
  changed(connection: WireConnection): void
  /** It takes nothing more, and has not sent these. */
  gone(connection: WireConnection, unsent: readonly WireAttempt[]): void
  /** Its server has closed it after the first reply: nothing can be pipelined. */
  closedEarly(): void
}

export interface ConnectionOptions {
  readonly id: number
  readonly socket: Socket
  readonly clock: Clock
  readonly provider: AnswerReader
  readonly answers: Answers
  /** The most requests in flight. */
  readonly depth: number
  /** Whether it carries more than one request. */
  readonly reuse: boolean
  readonly expectsContinue: boolean
  readonly owner: Owner
}

/** Of the time that the server keeps an idle connection, so much is left unused: the end may be on its way. */
const KEEP_ALIVE_MARGIN_NS = NS_PER_S

const isSettled = (attempt: WireAttempt) => attempt.settled
const isWaiting = (attempt: WireAttempt) => !attempt.settled

/** A connection of HTTP/1.1: sends requests, and reads their replies in the same order (RFC 9112 §9.3.2). */
export class WireConnection {
  /** Where its owner keeps it. */
  shelf = -1
  readonly #options: ConnectionOptions
  readonly #writer: RequestWriter
  readonly #reader: ReplyReader
  /** Given to it, and not written yet. */
  #outbox: WireAttempt[] = []
  /** Written, in this order, and not answered. */
  readonly #awaiting: WireAttempt[] = []
  #isOpen = true
  /** A first reply has shown that the server keeps the connection: before that nothing is pipelined. */
  #isProven = false
  #idleSinceNs: Nanoseconds = 0

  constructor(options: ConnectionOptions) {
    this.#options = options
    const { socket, clock, provider, answers, expectsContinue, owner } = options
    const onFlushed = () => {
      if (this.#outbox.length > 0) owner.due(this)
      owner.changed(this)
    }
    const onContinue = () => this.proceed(clock.nowNs())
    this.#writer = new RequestWriter({ socket, clock, expectsContinue, onFlushed })
    this.#reader = new ReplyReader({ clock, provider, answers, onContinue })
    socket.on('data', (chunk: Buffer) => this.read(chunk, chunk.length))
    socket.on('end', () => this.#finish())
    socket.on('error', error => this.#close(causeOfError(error), error.message))
    socket.on('close', () => this.#close('reset', 'the connection was closed'))
  }

  /** Requests in flight, or about to be. */
  get load(): number {
    return this.#outbox.length + this.#awaiting.length
  }

  get hasRoom(): boolean {
    return this.#isOpen && this.load < this.#limit && !this.#writer.isClogged
  }

  get #limit(): number {
    return this.#isProven ? this.#options.depth : 1
  }

  /** Takes a request, to be written by `flush`. */
  take(attempt: WireAttempt): void {
    if (this.#outbox.push(attempt) === 1) this.#options.owner.due(this)
  }

  /** Writes the requests that it was given, those that were stopped meanwhile left out. */
  flush(): void {
    if (!this.#isOpen) return
    const { id, reuse, owner } = this.#options
    const batch = this.#outbox.some(isSettled) ? this.#outbox.filter(isWaiting) : this.#outbox
    // What was opened for one message alone, which is not sent any more, is not for another.
    if (batch.length === 0 && !reuse) return this.close()
    const count = batch.length > 0 ? this.#writer.write(batch) : 0
    for (let i = 0; i < count; i++) {
      const attempt = batch[i] as WireAttempt
      attempt.connectionId = id
      attempt.cancel = this.#cancel
      attempt.isBehind = this.#awaiting.length > 0
      this.#awaiting.push(attempt)
    }
    this.#outbox = count < batch.length ? batch.slice(count) : []
    owner.changed(this)
  }

  /** Takes what the server has sent, up to `to`: the octets are read before this returns. */
  read(bytes: Buffer, to: number): void {
    if (!this.#isOpen) return
    const { reuse, owner, clock } = this.#options
    const outlook = this.#reader.read(bytes, to, this.#awaiting)
    if (outlook === 'failed') return this.#close('protocol', this.#reader.fault)
    if (outlook === 'last') return this.#end()
    if (this.#awaiting.length === 0) {
      if (!reuse) return this.close()
      this.#isProven = true
      if (this.#reader.keepAliveS >= 0) this.#idleSinceNs = clock.nowNs()
    }
    // Not before all that came has been read: what nobody asked for must not meet the next request.
    owner.changed(this)
  }

  /** Sends the body that awaits `100 Continue`, if one does, and has since `sinceNs`. */
  proceed(sinceNs: Nanoseconds): void {
    if (this.#isOpen) this.#writer.proceed(sinceNs)
  }

  /** Closes it when it is so long idle that the server may be closing it (RFC 9112 §9.5). @returns whether it did */
  retire(): boolean {
    const keptNs = this.#reader.keepAliveS * NS_PER_S
    if (keptNs < 0 || this.load > 0) return false
    const usedNs = this.#options.clock.nowNs() - this.#idleSinceNs
    if (usedNs < Math.max(keptNs / 2, keptNs - KEEP_ALIVE_MARGIN_NS)) return false
    this.close()
    return true
  }

  /** Closes it; nothing is in flight on it. */
  close(): void {
    this.#close('reset', 'the connection was given up')
  }

  /** A reply that is given up could be taken for another's: the connection ends with the attempt. */
  readonly #cancel = ({ reason }: Stopped): void => {
    if (reason === 'timeout')
      return this.#close('timeout', 'the connection was given up with a message that was overdue')
    // Everything is being aborted, each attempt by itself.
    this.#awaiting.length = 0
    this.#close('reset', 'aborted')
  }

  #finish(): void {
    if (!this.#isOpen) return
    if (this.#reader.finish(this.#awaiting)) this.#end()
    else this.#close('reset', 'the server closed the connection')
  }

  /** Ends it after its last reply. Requests behind it were sent, and may have been seen (RFC 9112 §9.6). */
  #end(): void {
    if (!this.#isProven && this.#reader.isClosing) this.#options.owner.closedEarly()
    this.#close('reset', 'the server closed the connection after the reply before')
  }

  #close(cause: Cause, text: string): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    const { clock, owner, socket } = this.#options
    const nowNs = clock.nowNs()
    for (const attempt of this.#awaiting.splice(0)) attempt.fail(cause, text, nowNs)
    // Not before the callers have heard: closing is no part of the submission.
    setImmediate(() => socket.destroy())
    const unsent = this.#outbox
    this.#outbox = []
    owner.gone(this, unsent)
  }
}

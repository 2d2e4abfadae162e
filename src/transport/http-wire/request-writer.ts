import type { Socket } from 'node:net'
import type { Clock, Nanoseconds } from '../../clock.ts'
import { patchedCopy } from './request-form.ts'
import { Staging } from './staging.ts'
import type { WireAttempt } from './wire-attempt.ts'

/** The body of a request whose head awaits `100 Continue` (RFC 9110 §10.1.1). */
interface Withheld {
  readonly attempt: WireAttempt
  readonly body: Buffer
  readonly sinceNs: Nanoseconds
}

export interface WriterOptions {
  readonly socket: Socket
  readonly clock: Clock
  /** Bodies are withheld until the server asks for them. */
  readonly expectsContinue: boolean
  /** What was written has gone out. */
  readonly onFlushed: () => void
}

function octetsOf({ form, index }: WireAttempt): Buffer {
  if (!form) throw new Error('a request was not encoded')
  return form.indexOffsets.length === 0 ? form.bytes : patchedCopy(form, index)
}

/** Writes requests to a connection, and knows which of them have been handed over. */
export class RequestWriter {
  readonly #options: WriterOptions
  readonly #staging: Staging
  /** Written, and perhaps still in a buffer of ours. */
  #written: readonly WireAttempt[] = []
  #withheld: Withheld | undefined

  constructor(options: WriterOptions) {
    this.#options = options
    this.#staging = new Staging(options.socket.writableHighWaterMark)
    options.socket.on('drain', () => {
      if (this.#written.length === 0) return
      this.#handOver()
      options.onFlushed()
    })
  }

  /** While it is, another request would only lie in our own buffer. */
  get isClogged(): boolean {
    return this.#written.length > 0
  }

  /**
   * Writes requests of `attempts`, in their order, and no more behind one that does not go out at once: so that of
   * each it is known whether it has been handed over. @returns how many
   */
  write(attempts: readonly WireAttempt[]): number {
    const { socket, expectsContinue } = this.#options
    if (expectsContinue) return this.#writeHead(attempts[0] as WireAttempt)
    // Nothing that was staged before lies in the socket's buffer any more.
    const staged = socket.writableLength === 0 ? this.#staging.stage(attempts) : undefined
    if (!staged) return this.#writeEach(attempts)
    this.#begin(attempts)
    socket.write(staged)
    this.#sent(attempts)
    return attempts.length
  }

  /** Sends the body that is withheld, if one is, and has been since `sinceNs`. */
  proceed(sinceNs: Nanoseconds): void {
    const { socket, clock } = this.#options
    const withheld = this.#withheld
    if (!withheld || withheld.sinceNs > sinceNs) return
    this.#withheld = undefined
    withheld.attempt.enter('send', clock.nowNs())
    socket.write(withheld.body)
    this.#sent([withheld.attempt])
  }

  #begin(attempts: readonly WireAttempt[]): void {
    const nowNs = this.#options.clock.nowNs()
    for (const attempt of attempts) attempt.enter('send', nowNs)
  }

  #writeEach(attempts: readonly WireAttempt[]): number {
    let count = 0
    while (count < attempts.length && !this.isClogged) {
      const batch = attempts.slice(count, count + 1)
      this.#begin(batch)
      this.#options.socket.write(octetsOf(attempts[count] as WireAttempt))
      this.#sent(batch)
      count += 1
    }
    return count
  }

  #writeHead(attempt: WireAttempt): number {
    const { socket, clock } = this.#options
    this.#begin([attempt])
    const octets = octetsOf(attempt)
    const headBytes = attempt.form?.headBytes ?? 0
    socket.write(octets.subarray(0, headBytes))
    const sinceNs = clock.nowNs()
    attempt.enter('wait', sinceNs)
    this.#withheld = { attempt, body: octets.subarray(headBytes), sinceNs }
    return 1
  }

  /** Less than a high-water mark in the socket's buffer is as good as gone: the doubtful side is the safe one. */
  #sent(attempts: readonly WireAttempt[]): void {
    const { socket } = this.#options
    this.#written = attempts
    if (!socket.writableNeedDrain || socket.writableLength === 0) this.#handOver()
  }

  #handOver(): void {
    const nowNs = this.#options.clock.nowNs()
    for (const attempt of this.#written) {
      attempt.handedOver = true
      // It may have been answered before all of it was sent.
      if (attempt.times.current === 'send') attempt.enter('wait', nowNs)
    }
    this.#written = []
  }
}

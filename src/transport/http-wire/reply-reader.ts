import type { Clock, Nanoseconds } from '../../clock.ts'
import type { AnswerReader, HttpHeaders } from '../../provider/provider.ts'
import type { Verdict } from '../../sample.ts'
import type { Answers } from './answers.ts'
import { ResponseParser } from './response-parser.ts'
import type { WireAttempt } from './wire-attempt.ts'

export interface ReaderOptions {
  readonly clock: Clock
  readonly provider: AnswerReader
  readonly answers: Answers
  /** The server has said `100 Continue`. */
  readonly onContinue: () => void
}

/** How reading goes on: with more octets, not at all since the server says so, or not at all since it errs. */
export type Outlook = 'on' | 'last' | 'failed'

const CONTINUE = 100

/** Reads replies, and ends the attempts that they answer: the first that waits by the first that comes. */
export class ReplyReader {
  /** Of the reply that was read last, see ResponseHead. */
  keepAliveS = -1
  /** The server has announced that the reply that was read last is its last. */
  isClosing = false
  readonly #options: ReaderOptions
  readonly #parser = new ResponseParser()
  /** The head of the reply that is being read is complete. */
  #headed = false
  /** What the head says by itself, where it accepts. */
  #acceptance: Verdict | undefined
  #headers: HttpHeaders = {}
  /** The reply came before all of the request had been sent: no other can follow it. */
  #early = false

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  /** Why the outlook is `failed`. */
  get fault(): string {
    return `the reply cannot be read: ${this.#parser.fault}`
  }

  /** Reads `bytes` up to `to`. @param awaiting attempts in the order of their requests; who is answered leaves it */
  read(bytes: Buffer, to: number, awaiting: WireAttempt[]): Outlook {
    for (let at = 0; at < to; ) {
      const attempt = awaiting[0]
      // Nobody asked for it (RFC 9112 §9.2), so it must not answer whoever asks next.
      if (!attempt) return 'failed'
      at = this.#parser.read(bytes, at, to)
      if (this.#parser.stage === 'failed') {
        this.#conclude(attempt)
        return 'failed'
      }
      if (this.#parser.stage === 'interim') this.#passInterim()
      else if (this.#parser.stage !== 'head' && this.#advance(attempt, awaiting)) return 'last'
    }
    if (this.#headed && awaiting[0]) this.#conclude(awaiting[0])
    return 'on'
  }

  /** The server has sent its last octet. @returns whether that completes a reply */
  finish(awaiting: WireAttempt[]): boolean {
    const attempt = awaiting[0]
    if (!attempt || !this.#parser.finish()) return false
    awaiting.shift()
    this.#end(attempt)
    this.isClosing = true
    return true
  }

  #passInterim(): void {
    if (this.#parser.status === CONTINUE) this.#options.onContinue()
    this.#parser.next()
  }

  /** @returns whether no other reply can follow */
  #advance(attempt: WireAttempt, awaiting: WireAttempt[]): boolean {
    if (!this.#headed) this.#begin(attempt)
    if (this.#parser.stage !== 'end') return false
    awaiting.shift()
    const nowNs = this.#end(attempt)
    awaiting[0]?.takeTurn(nowNs)
    this.isClosing = !this.#parser.persists
    this.keepAliveS = this.#parser.keepAliveS
    this.#parser.next()
    return this.isClosing || this.#early
  }

  /** The head is complete. */
  #begin(attempt: WireAttempt): void {
    const { clock, answers } = this.#options
    const nowNs = clock.nowNs()
    this.#headed = true
    this.#early = !attempt.handedOver
    // Whoever answers has seen the request, or as much of it as it took to refuse it.
    attempt.handedOver = true
    if (attempt.times.current === 'send') attempt.enter('wait', nowNs)
    attempt.enter('receive', nowNs)
    this.#acceptance = answers.acceptance(this.#parser.status)
    if (this.#acceptance) return
    this.#headers = this.#parser.headers()
    this.#parser.keepsBody = true
  }

  /** @returns when */
  #end(attempt: WireAttempt): Nanoseconds {
    const { clock, provider, answers } = this.#options
    const { status } = this.#parser
    const verdict =
      this.#acceptance ??
      provider.verdict({ status, headers: this.#headers, body: this.#parser.body() }, attempt.messages)
    this.#headed = false
    const nowNs = clock.nowNs()
    answers.settle(attempt, verdict, nowNs)
    return nowNs
  }

  /** A complete head decides although its body may never end, unless the dialect needs the body. */
  #conclude(attempt: WireAttempt): void {
    const { provider, answers } = this.#options
    if (!this.#headed || provider.bodyDecides) return
    const { status } = this.#parser
    const response = { status, headers: this.#headers, body: '' }
    const acceptance = this.#acceptance
    attempt.conclude = (atNs: Nanoseconds) =>
      answers.settle(attempt, acceptance ?? provider.verdict(response, attempt.messages), atNs)
  }
}

import type { Nanoseconds } from '../../clock.ts'
import type { Message } from '../../message/message.ts'
import type { Cause, Verdict } from '../../sample.ts'
import { Attempt } from '../attempt.ts'
import { verdictOfReply } from '../smtp-verdict.ts'

/** Each command waits for its reply; RFC 2920: the envelope and DATA go together; RFC 3030: all goes together. */
export type Mode = 'lockstep' | 'pipelined' | 'chunked'

/**
 * What a transaction waits for: the reply to RSET (where one goes before it), MAIL, RCPT, DATA, then, after the
 * 354, that its content is sent, and the final reply.
 */
export type Step = 'reset' | 'mail' | 'rcpt' | 'data' | 'content' | 'final'

/**
 * What follows from a reply: the transaction goes on; it is over; the reply makes no sense here; or it came
 * too early for the connection to be of further use.
 */
export type Turn = 'goes on' | 'over' | 'unexpected' | 'cut short'

/** A submission, and how far its mail transaction (RFC 5321 §3.3) has come. */
export class Submission extends Attempt {
  readonly message: Message
  /** Set when it gets a connection. */
  mode: Mode = 'lockstep'
  step: Step = 'mail'
  /** What the step waits for an answer to has been put together to be written. */
  isSent = false
  /** So has all of its content. */
  isWhole = false
  /** The server may hold its transaction to be open still: RSET has to go before the next. */
  leavesOpen = false
  /** Recipients whose reply has not come. */
  recipientsLeft: number
  #recipientsRefused = 0
  #recipientRefusal: Verdict | undefined

  /** @param keepsMarks see PhaseTimes */
  constructor(message: Message, keepsMarks: boolean) {
    super(message.envelope.to.length, keepsMarks)
    this.message = message
    this.recipientsLeft = this.recipients
  }

  /** Takes the reply to what it waits for. @param words of the reply, made only when they are needed */
  answer(code: number, words: () => string, atNs: Nanoseconds): Turn {
    const isGo = code === 354 && this.step === 'data'
    if (code >= 300 && code < 400 && !isGo) return 'unexpected'
    switch (this.step) {
      case 'reset':
        if (code < 300) return this.#await('mail')
        this.#refuse(words(), 'server', atNs)
        return 'cut short'
      case 'mail':
        if (code < 300) return this.#await('rcpt')
        this.#refuse(words(), 'sender', atNs)
        return this.#carryOn('rcpt')
      case 'rcpt':
        return this.#onRecipient(code, words, atNs)
      case 'data':
        if (code < 300) return 'unexpected'
        if (isGo) return this.#onGo(atNs)
        this.#refuse(words(), 'server', atNs)
        this.leavesOpen = true
        return 'over'
      case 'content':
        if (code < 300) return 'unexpected'
        this.#refuse(words(), 'policy', atNs)
        return 'cut short'
      case 'final':
        return this.#onFinal(code, words, atNs)
    }
  }

  #onRecipient(code: number, words: () => string, atNs: Nanoseconds): Turn {
    if (code >= 400) this.#countRefusal(verdictOfReply(words(), 'recipient'))
    this.recipientsLeft -= 1
    if (this.recipientsLeft > 0) return this.#await('rcpt')
    const isChunked = this.mode === 'chunked'
    const next = isChunked ? 'final' : 'data'
    if (this.#recipientRefusal && this.#recipientsRefused === this.recipients) {
      this.decide(this.#recipientRefusal, atNs)
    }
    if (this.settled) return this.#carryOn(next)
    this.enter(isChunked ? 'content' : 'data', atNs)
    if (this.handedOver) this.enter('reply', atNs)
    return this.#await(next)
  }

  /** Where all recipients are refused, one that is for now leaves hope for the message. */
  #countRefusal(verdict: Verdict | undefined): void {
    const known = this.#recipientRefusal
    this.#recipientsRefused += 1
    if (!known || (known.outcome !== 'deferred' && verdict?.outcome === 'deferred'))
      this.#recipientRefusal = verdict
  }

  #onGo(atNs: Nanoseconds): Turn {
    this.enter('content', atNs)
    this.step = 'content'
    this.isSent = false
    return 'goes on'
  }

  #onFinal(code: number, words: () => string, atNs: Nanoseconds): Turn {
    if (code < 300) {
      if (!this.isWhole) return 'unexpected'
      this.decide({ outcome: 'accepted', code }, atNs, { recipientsRefused: this.#recipientsRefused })
      return 'over'
    }
    this.#refuse(words(), 'policy', atNs)
    // RFC 5321 §4.1.1.4: the end of data consumes the transaction, whatever comes of it. BDAT has no such rule.
    this.leavesOpen = this.mode === 'chunked'
    return 'over'
  }

  /** A reply after the first refusal adds nothing. */
  #refuse(words: string, about: Cause, atNs: Nanoseconds): void {
    const verdict = verdictOfReply(words, about)
    if (verdict && !this.settled) this.decide(verdict, atNs)
  }

  #await(step: Step): Turn {
    this.step = step
    this.isSent = this.mode !== 'lockstep'
    return 'goes on'
  }

  /** After a refusal: what has been sent will be answered, what has not will not be sent. */
  #carryOn(step: Step): Turn {
    if (this.mode !== 'lockstep') return this.#await(step)
    this.leavesOpen = true
    return 'over'
  }
}

import type { SecureContext } from 'node:tls'
import type { Verdict } from '../../sample.ts'
import { type Damage, endingOf, type Fault, GARBAGE, isDamage, type Step, stepFacts } from '../fault/fault.ts'
import { HANDSHAKE_FAILURE } from '../fault/lose.ts'
import type { Gather } from '../gather.ts'
import type { Answer, Exchange, SinkOptions } from '../sink.ts'
import type { Think } from '../think.ts'
import type { Channel } from './channel.ts'
import { ENDLESS, refusalOf, refusals } from './replies.ts'

/** What the sessions of one listener share. */
export interface SmtpListener {
  readonly options: SinkOptions
  readonly think: Think
  readonly gather: Gather
  readonly secureContext: SecureContext | undefined
  /** With the certificate of somebody else. */
  readonly wrongContext: SecureContext | undefined
  /** A text that was not used before. */
  nonce(): string
}

/** What a session does about a step, once it is decided. */
export interface Decided {
  /** Changes the session's state. @returns the reply, empty at steps that have none */
  accept(step: Step): string
  refuse(step: Step): void
  /** What follows the reply of a step that was accepted. */
  proceed(step: Step): void
  /** Goes on under TLS with the certificate of somebody else. */
  impersonate(): void
}

/** Asks the script at each step, thinks, and answers, or fails to, as it says. */
export class Exchanges {
  readonly #listener: SmtpListener
  readonly #channel: Channel
  readonly #session: Decided

  constructor(listener: SmtpListener, channel: Channel, session: Decided) {
    this.#listener = listener
    this.#channel = channel
    this.#session = session
  }

  asks(step: Step): boolean {
    const { steps } = this.#listener.options.script
    return steps === undefined || steps.has(step)
  }

  /**
   * The session has come to `step`. When the script has to think, the channel is held on return.
   * @param id of the message, as far as it is known
   * @param stream tells apart what happens more than once a message
   */
  meet(step: Step, address?: string, id?: string, stream: string = step): void {
    if (!this.asks(step)) return this.#accept(step)
    const { script, draws, clock } = this.#listener.options
    const exchange: Exchange = {
      protocol: 'smtp',
      step,
      atNs: clock.nowNs(),
      ...(address !== undefined && { address }),
    }
    const answer = script(exchange, draws(id, stream))
    if (answer.byteFaults) this.#channel.arm(answer.byteFaults)
    if (answer.thinkNs <= 0) return this.#settle(step, answer)
    this.#channel.hold()
    this.#listener.think(answer.thinkNs, () => {
      this.#settle(step, answer)
      this.#channel.release()
    })
  }

  #settle(step: Step, { verdict, fault }: Answer): void {
    // A client that has gone meanwhile cannot be told.
    if (!this.#channel.isOpen) return
    if (fault) this.#fail(step, verdict, fault)
    else if (verdict.outcome === 'accepted' || !stepFacts(step).isReplied) this.#accept(step)
    else this.#refuse(step, verdict)
  }

  #accept(step: Step): void {
    const reply = this.#session.accept(step)
    if (reply !== '') this.#channel.say(reply)
    this.#session.proceed(step)
  }

  #refuse(step: Step, verdict: Verdict): void {
    this.#channel.say(this.#decide(step, verdict))
    // Nothing may follow a refused greeting, nor a 421 (RFC 5321 §3.1, §3.8).
    if (step === 'greeting' || verdict.code === 421) this.#channel.close()
  }

  #decide(step: Step, verdict: Verdict): string {
    if (verdict.outcome === 'accepted') return this.#session.accept(step)
    this.#session.refuse(step)
    return refusalOf(verdict)
  }

  #fail(step: Step, verdict: Verdict, fault: Fault): void {
    const channel = this.#channel
    const ending = endingOf(fault)
    if (ending) {
      if (fault.kind === 'unacknowledged') this.#decide(step, verdict)
      return channel.lose(ending)
    }
    if (fault.kind === 'bad_handshake') return channel.sayAndLose(HANDSHAKE_FAILURE, 'end')
    if (fault.kind === 'wrong_certificate') return this.#session.impersonate()
    if (isDamage(fault)) return this.#damage(step, verdict, fault)
    channel.say(refusals.unavailable)
    channel.close()
  }

  #damage(step: Step, verdict: Verdict, fault: Damage): void {
    const channel = this.#channel
    const reply = this.#decide(step, verdict)
    const proceed = () => {
      if (verdict.outcome === 'accepted') this.#session.proceed(step)
    }
    switch (fault.kind) {
      case 'truncate':
        return channel.sayAndLose(reply.slice(0, reply.length >> 1), 'reset')
      case 'garbage':
        return channel.say(GARBAGE)
      case 'endless':
        return channel.flood(ENDLESS)
      case 'drip':
        return channel.drip(reply, fault.forNs, proceed)
      case 'repeat':
        channel.say(reply + reply)
        return proceed()
    }
  }
}

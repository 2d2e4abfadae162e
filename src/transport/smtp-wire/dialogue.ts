import type { Clock } from '../../clock.ts'
import { type Connection, DialError } from '../../dial/dial.ts'
import type { Phase } from '../../phase.ts'
import type { Cause, Verdict } from '../../sample.ts'
import { verdictOfReply } from '../smtp-verdict.ts'
import { Channel, type ChannelReader } from './channel.ts'

export interface SpokenReply {
  readonly code: number
  readonly text: string
}

/** A command of the setup was refused. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly verdict: Verdict

  constructor(verdict: Verdict) {
    super(verdict.text)
    this.verdict = verdict
  }
}

interface Waiter {
  readonly isLast: boolean
  resolve(reply: SpokenReply): void
  reject(error: Error): void
}

/** A conversation of one command and one reply at a time, as it is before there is anything to hurry for. */
export class Dialogue implements ChannelReader {
  /** Where it is: what fails, fails there. */
  phase: Phase = 'greeting'
  readonly channel: Channel
  #waiter: Waiter | undefined
  #failure: Error | undefined

  constructor(connection: Connection, clock: Clock) {
    this.channel = new Channel(connection, clock, this)
  }

  /** The reply that comes next. @throws DialError when none does */
  reply(isLast = false): Promise<SpokenReply> {
    return new Promise((resolve, reject) => {
      if (this.#failure) reject(this.#failure)
      else this.#waiter = { isLast, resolve, reject }
    })
  }

  /** @param isLast the reply is the last thing that is read as one */
  command(line: string, isLast = false): Promise<SpokenReply> {
    const reply = this.reply(isLast)
    if (!this.#failure) {
      this.channel.out.commands(`${line}\r\n`)
      this.channel.flush()
    }
    return reply
  }

  /** What it is to stop with, if a reply came that nobody had asked for. */
  check(): void {
    if (this.#failure) throw this.#failure
  }

  onReply(code: number): void {
    const waiter = this.#waiter
    if (!waiter) return this.channel.fail('protocol', 'the server answered what was not said')
    this.#waiter = undefined
    if (waiter.isLast) this.channel.halt()
    waiter.resolve({ code, text: this.channel.text() })
  }

  onRead(): void {}

  onDrain(): void {}

  onGone(cause: Cause, text: string): void {
    this.#failure = new DialError(this.phase, cause, text)
    this.#waiter?.reject(this.#failure)
  }
}

/** Ends the setup by a reply that does not let it go on. @param about see verdictOfReply */
export function refuse({ text }: SpokenReply, about: Cause, phase: Phase): never {
  const verdict = verdictOfReply(text, about)
  if (verdict && verdict.outcome !== 'accepted') throw new Refusal(verdict)
  throw new DialError(phase, 'protocol', `an unexpected reply: ${text}`)
}

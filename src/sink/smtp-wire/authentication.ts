import type { Channel } from './channel.ts'
import type { Exchanges, SmtpListener } from './exchanges.ts'
import { refusals } from './replies.ts'
import { decodeResponse, type Sasl, type SaslStep, startSasl } from './sasl.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** The AUTH command and the lines that follow it (RFC 4954 §4). */
export class Authentication {
  isDone = false
  readonly #listener: SmtpListener
  readonly #channel: Channel
  readonly #exchanges: Exchanges
  #sasl: Sasl | undefined

  constructor(listener: SmtpListener, channel: Channel, exchanges: Exchanges) {
    this.#listener = listener
    this.#channel = channel
    this.#exchanges = exchanges
  }

  /** Whether the next line answers a challenge. */
  get isUnderWay(): boolean {
    return this.#sasl !== undefined
  }

  /** What stands behind `AUTH `. */
  begin(text: string): void {
    const [name = '', initial] = text.trim().split(/ +/)
    const sasl = startSasl(name.toUpperCase(), this.#listener.options.users, this.#listener.nonce())
    if (!sasl) return this.#channel.say(refusals.authUnknown)
    this.#sasl = sasl
    if (initial === undefined) this.#go(sasl.next(undefined))
    // An empty initial response is written as an equals sign.
    else this.#respond(initial === '=' ? '' : initial)
  }

  respond(line: string): void {
    if (line === '*') this.#end(refusals.authCancelled)
    else this.#respond(line)
  }

  /** The line was not one, or longer than any may be. */
  fail(isTooLong: boolean): void {
    this.#end(isTooLong ? refusals.authTooLong : refusals.authMalformed)
  }

  #respond(text: string): void {
    const response = decodeResponse(text)
    if (response === undefined || !this.#sasl) this.#end(refusals.authMalformed)
    else this.#go(this.#sasl.next(response))
  }

  #go(step: SaslStep): void {
    if (step.kind === 'challenge') return this.#channel.say(`334 ${base64(step.text)}\r\n`)
    if (step.kind === 'malformed') return this.#end(refusals.authMalformed)
    if (!step.isTaken) return this.#end(refusals.authFailed)
    this.#sasl = undefined
    this.#exchanges.meet('auth')
  }

  #end(reply: string): void {
    this.#sasl = undefined
    this.#channel.say(reply)
  }
}

import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Step } from '../fault/fault.ts'
import { Authentication } from './authentication.ts'
import { Channel } from './channel.ts'
import { lineLimit, MIN_LINE_LIMIT } from './commands.ts'
import { type Decided, Exchanges, type SmtpListener } from './exchanges.ts'
import { LineReader } from './line-reader.ts'
import { ehloReply, refusals, replies } from './replies.ts'
import { Transaction } from './transaction.ts'

/** One connection to the wire sink: takes commands and content in order, and answers them in order. */
export class SmtpSession implements Decided {
  readonly #listener: SmtpListener
  readonly #channel: Channel
  readonly #exchanges: Exchanges
  readonly #transaction: Transaction
  readonly #line = new LineReader()
  #authentication: Authentication
  #hasHello = false
  #isExtended = false
  /** Between STARTTLS and the end of its handshake nothing is read here. */
  #isSecuring = false

  constructor(listener: SmtpListener, raw: Socket, onClose: () => void) {
    this.#listener = listener
    this.#channel = new Channel(raw, listener, chunk => this.#hear(chunk))
    this.#channel.onClose = onClose
    this.#exchanges = new Exchanges(listener, this.#channel, this)
    this.#transaction = new Transaction(listener, this.#channel, this.#exchanges)
    this.#authentication = new Authentication(listener, this.#channel, this.#exchanges)
  }

  start(): void {
    this.#exchanges.meet('connect')
    this.#channel.flush()
  }

  destroy(): void {
    this.#channel.destroy()
  }

  accept(step: Step): string {
    switch (step) {
      case 'connect':
      case 'tls':
      case 'head':
      case 'body':
        return ''
      case 'hello':
        this.#hasHello = true
        this.#transaction.clear()
        return this.#isExtended ? this.#ehlo() : replies.hello
      case 'auth':
        this.#authentication.isDone = true
        break
      case 'rset':
        this.#transaction.clear()
        break
      default:
        this.#transaction.accept(step)
    }
    return replies[step]
  }

  refuse(step: Step): void {
    this.#transaction.refuse(step)
  }

  proceed(step: Step): void {
    switch (step) {
      case 'connect':
        return this.#connected()
      case 'tls':
        return this.#secure(this.#listener.secureContext)
      case 'starttls':
        // Commands that came in clear text behind STARTTLS: nobody knows whose they are (RFC 3207 §6).
        this.#isSecuring = true
        this.#channel.forget()
        return this.#awaitHandshake()
      case 'quit':
        return this.#channel.close()
      default:
    }
  }

  #connected(): void {
    if (this.#listener.options.tls === 'implicit') return this.#awaitHandshake()
    this.#channel.listen()
    this.#exchanges.meet('greeting')
  }

  #awaitHandshake(): void {
    if (this.#exchanges.asks('tls')) this.#channel.awaitFirstBytes(() => this.#exchanges.meet('tls'))
    else this.proceed('tls')
  }

  impersonate(): void {
    this.#secure(this.#listener.wrongContext)
  }

  #secure(context: SecureContext | undefined): void {
    if (!context) throw new Error('TLS without a certificate')
    this.#channel.secure(context, () => (this.#isSecuring ? this.#startAgain() : this.#greet()))
  }

  #greet(): void {
    this.#exchanges.meet('greeting')
    this.#channel.flush()
  }

  /** What was learnt in clear text is forgotten (RFC 3207 §4.2). */
  #startAgain(): void {
    this.#isSecuring = false
    this.#hasHello = false
    this.#authentication = new Authentication(this.#listener, this.#channel, this.#exchanges)
    this.#transaction.clear()
  }

  #hear(chunk: Buffer): number {
    if (this.#isSecuring) return chunk.length
    let at = 0
    while (at < chunk.length && !this.#channel.isHeld) {
      if (this.#transaction.readsContent) {
        at = this.#transaction.read(chunk, at)
      } else {
        const isWhole = this.#line.read(chunk, at)
        at = this.#line.next
        if (isWhole) this.#readLine()
        if (this.#isSecuring) return chunk.length
      }
    }
    return at
  }

  #readLine(): void {
    const { text, isBare, isTooLong } = this.#line
    if (this.#authentication.isUnderWay) {
      if (isBare || isTooLong) return this.#authentication.fail(isTooLong)
      return this.#authentication.respond(text)
    }
    if (isTooLong) return this.#channel.say(refusals.lineTooLong)
    if (isBare) return this.#channel.say(refusals.bareLine)
    const space = text.indexOf(' ')
    const verb = (space < 0 ? text : text.slice(0, space)).toUpperCase()
    const length = text.length + 2
    if (length > MIN_LINE_LIMIT && length > lineLimit(verb)) return this.#channel.say(refusals.lineTooLong)
    this.#command(verb, space < 0 ? '' : text.slice(space + 1))
  }

  #command(verb: string, rest: string): void {
    switch (verb) {
      case 'MAIL':
        return this.#isReady() ? this.#transaction.mail(rest) : undefined
      case 'RCPT':
        return this.#isReady() ? this.#transaction.rcpt(rest) : undefined
      case 'DATA':
        return this.#isBare(rest) && this.#isReady() ? this.#transaction.data() : undefined
      case 'BDAT':
        // Its octets are read whatever becomes of it.
        return this.#transaction.bdat(rest)
      case 'EHLO':
      case 'HELO':
        return this.#hello(verb === 'EHLO', rest)
      case 'STARTTLS':
        return this.#starttls(rest)
      case 'AUTH':
        return this.#auth(rest)
      case 'RSET':
        return this.#isBare(rest) ? this.#exchanges.meet('rset') : undefined
      case 'QUIT':
        return this.#isBare(rest) ? this.#exchanges.meet('quit') : undefined
      case 'NOOP':
        return this.#exchanges.meet('noop')
      case 'HELP':
        return this.#exchanges.meet('help')
      case 'VRFY':
        return rest.trim() === '' ? this.#channel.say(refusals.noString) : this.#exchanges.meet('vrfy')
      case 'EXPN':
        return this.#channel.say(refusals.notImplemented)
      default:
        return this.#channel.say(refusals.unknown)
    }
  }

  /** Says so when a command that takes none was given parameters. */
  #isBare(rest: string): boolean {
    if (rest.trim() === '') return true
    this.#channel.say(refusals.noParameters)
    return false
  }

  /** Says so when mail may not begin yet. */
  #isReady(): boolean {
    if (!this.#hasHello) this.#channel.say(refusals.noHello)
    else if (this.#listener.options.auth === 'required' && !this.#authentication.isDone) {
      this.#channel.say(refusals.authRequired)
    } else return true
    return false
  }

  #hello(isExtended: boolean, rest: string): void {
    if (rest.trim() === '') return this.#channel.say(refusals.noHost)
    this.#isExtended = isExtended
    this.#exchanges.meet('hello')
  }

  #ehlo(): string {
    const { tls, auth, sizeLimitBytes } = this.#listener.options
    return ehloReply({
      sizeLimitBytes,
      hasStartTls: tls === 'starttls' && !this.#channel.isSecure,
      hasAuth: auth !== 'off' && !this.#authentication.isDone,
    })
  }

  #starttls(rest: string): void {
    // Offered or not: what is not is a command that nobody knows here.
    if (this.#listener.options.tls === 'none') return this.#channel.say(refusals.unknown)
    if (this.#channel.isSecure) return this.#channel.say(refusals.isSecure)
    if (this.#isBare(rest)) this.#exchanges.meet('starttls')
  }

  #auth(rest: string): void {
    if (this.#listener.options.auth === 'off') return this.#channel.say(refusals.unknown)
    if (!this.#hasHello) return this.#channel.say(refusals.noHello)
    if (this.#authentication.isDone) return this.#channel.say(refusals.isAuthenticated)
    if (this.#transaction.isUnderWay) return this.#channel.say(refusals.nested)
    this.#authentication.begin(rest)
  }
}

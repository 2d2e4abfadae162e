import type { Clock } from '../../clock.ts'
import type { MessageForm } from '../../message/message.ts'
import type { Cause } from '../../sample.ts'
import type { Stopped } from '../attempt.ts'
import type { Kept } from '../bag.ts'
import { verdictOfReply } from '../smtp-verdict.ts'
import type { Channel, ChannelReader } from './channel.ts'
import type { Commands } from './commands.ts'
import type { Mode, Submission } from './submission.ts'

/** Whom a session works for. */
export interface SessionOwner {
  /** It has something to write, or room for more. @param hasSettled some submission has ended just now */
  onStir(session: Session, hasSettled: boolean): void
  onSettled(submission: Submission): void
  /** It can be used no more. */
  onGone(session: Session): void
}

export interface SessionOptions {
  readonly channel: Channel
  readonly commands: Commands
  readonly mode: Mode
  /** The most that may be under way at a time. */
  readonly depth: number
  /** The most in all. */
  readonly messages: number
  /** See StepLimits. */
  readonly contentByBlock: boolean
  readonly clock: Clock
  readonly owner: SessionOwner
}

/** A larger body is written from where it lies, and not copied. */
const COPY_BYTES_MAX = 32 * 1024
/** Of a larger body so much is written at a time: under TLS it is encrypted at once, while all others wait. */
const BLOCK_BYTES = 256 * 1024

/** A connection on which messages are sent, one after another or several at a time. */
export class Session implements ChannelReader, Kept {
  /** Notes of its owner: that it has something to do, in which list it is, and where. */
  isStirred = false
  listedUnder: number | undefined
  place = -1
  readonly #channel: Channel
  readonly #options: SessionOptions
  readonly #words: () => string
  /** Under way, in the order in which they will be answered. */
  readonly #line: Submission[] = []
  /** Some are whole, and not known to be handed over. */
  #areLeaving = false
  #streaming: { readonly submission: Submission; rest: Buffer } | undefined
  #begun = 0
  #needsReset = false
  #hasSettled = false

  constructor(options: SessionOptions) {
    this.#options = options
    this.#channel = options.channel
    this.#words = () => this.#channel.text()
    this.#channel.reader = this
  }

  /** Submissions under way. */
  get load(): number {
    return this.#line.length
  }

  get hasRoom(): boolean {
    const { mode, depth, messages } = this.#options
    if (this.#channel.isGone || this.#line.length >= depth || this.#begun >= messages) return false
    if (this.#streaming || this.#channel.isFull) return false
    // RFC 2920 §3.1: DATA stands last in its group, so that nothing may follow before its content.
    return mode !== 'pipelined' || this.#line.length === 0 || this.#line.at(-1)?.step === 'final'
  }

  /** Takes on a submission, while there is room; to be followed by `flush`. */
  begin(submission: Submission): void {
    const { commands, clock, owner, mode } = this.#options
    submission.connectionId = this.#channel.id
    submission.enter('envelope', clock.nowNs())
    this.#begun += 1
    const objection = commands.objection(submission.message)
    if (objection) {
      submission.decide({ outcome: 'rejected', ...objection }, clock.nowNs())
      return owner.onSettled(submission)
    }
    submission.cancel = this.#stop
    submission.mode = mode
    // Whole messages go before it is known what becomes of those ahead: one of them may leave its transaction open.
    const needsReset = this.#needsReset || (mode === 'chunked' && this.#line.length > 0)
    this.#needsReset = false
    submission.step = needsReset ? 'reset' : 'mail'
    submission.isBehind = this.#line.length > 0
    this.#line.push(submission)
    if (mode === 'lockstep') this.proceed()
    else this.#sendGroup(submission)
  }

  /** RFC 2920: the envelope and DATA; with RFC 3030 the envelope and the content. */
  #sendGroup(submission: Submission): void {
    const { commands, mode } = this.#options
    const { message } = submission
    submission.isSent = true
    const reset = submission.step === 'reset' ? 'RSET\r\n' : ''
    const last = mode === 'chunked' ? commands.chunk(message) : 'DATA\r\n'
    this.#say(reset + commands.mail(message) + commands.recipients(message) + last, submission)
    if (mode === 'chunked') this.#sendContent(submission, 'raw')
  }

  #say(commands: string, { message }: Submission): void {
    this.#channel.out.commands(commands, message.smtpUtf8 ? 'utf8' : 'latin1')
  }

  #sendContent(submission: Submission, form: MessageForm): void {
    const { out } = this.#channel
    const { message } = submission
    const plate = message.plate(form)
    out.print(plate, message.index)
    if (plate.shared.length > COPY_BYTES_MAX) {
      this.#streaming = { submission, rest: plate.shared }
    } else {
      out.copy(plate.shared)
      this.#complete(submission)
    }
  }

  #complete(submission: Submission): void {
    submission.isWhole = true
    if (submission.step === 'content') submission.step = 'final'
    this.#areLeaving = true
  }

  /** Puts together what the replies ask for; to be followed by `flush`. */
  proceed(): void {
    const submission = this.#line[0]
    if (!submission || submission.isSent) return
    submission.isSent = true
    const { commands } = this.#options
    const { message, step, recipients, recipientsLeft } = submission
    switch (step) {
      case 'reset':
        return this.#say('RSET\r\n', submission)
      case 'mail':
        return this.#say(commands.mail(message), submission)
      case 'rcpt':
        return this.#say(commands.recipient(message, recipients - recipientsLeft), submission)
      case 'data':
        return this.#say('DATA\r\n', submission)
      case 'content':
        if (!submission.settled) return this.#sendContent(submission, 'stuffed')
        // RFC 2920 §3.1: the server took DATA, although nothing can come of it.
        submission.step = 'final'
        return this.#say('.\r\n', submission)
    }
  }

  /** Writes what has been put together. */
  flush(): void {
    if (this.#channel.isGone) return
    this.#channel.flush()
    const streaming = this.#streaming
    while (streaming && this.#streaming && !this.#channel.isFull) {
      this.#channel.write(streaming.rest.subarray(0, BLOCK_BYTES))
      streaming.rest = streaming.rest.subarray(BLOCK_BYTES)
      if (streaming.rest.length > 0) continue
      this.#streaming = undefined
      this.#complete(streaming.submission)
    }
    if (this.#areLeaving && !this.#channel.isFull) this.#handOver()
  }

  /** Less than a high-water mark of it waits in the socket: as good as gone, for the doubtful side is the safe one. */
  #handOver(): void {
    const nowNs = this.#options.clock.nowNs()
    this.#areLeaving = false
    for (const submission of this.#line) {
      if (!submission.isWhole || submission.handedOver) continue
      submission.handedOver = true
      if (submission.times.current === 'content') submission.enter('reply', nowNs)
    }
  }

  /** Whether it has sent as many messages as it may, and all are answered. */
  get isSpent(): boolean {
    return !this.#channel.isGone && this.#line.length === 0 && this.#begun >= this.#options.messages
  }

  quit(): void {
    if (!this.#channel.isGone) this.#channel.quit()
  }

  onReply(code: number): void {
    const submission = this.#line[0]
    if (code === 421) return this.#onFarewell(submission)
    if (!submission?.isSent) return this.#channel.fail('protocol', 'the server answered what was not said')
    const hadSettled = submission.settled
    const turn = submission.answer(code, this.#words, this.#channel.readAtNs)
    if (submission.settled && !hadSettled) this.#onSettled(submission)
    switch (turn) {
      case 'goes on':
        return
      case 'over':
        this.#needsReset ||= submission.leavesOpen
        this.#line.shift()
        this.#line[0]?.takeTurn(this.#channel.readAtNs)
        return
      case 'unexpected':
        return this.#channel.fail('protocol', `an unexpected reply: ${this.#channel.text()}`)
      case 'cut short':
        return this.#channel.fail('server', this.#channel.text())
    }
  }

  /** RFC 5321 §3.8: the server goes, whatever it was asked; to those behind the first that is no reply. */
  #onFarewell(first: Submission | undefined): void {
    const words = this.#channel.text()
    const verdict = verdictOfReply(words, 'server')
    if (first && verdict && !first.settled) {
      first.decide(verdict, this.#channel.readAtNs)
      this.#onSettled(first)
    }
    this.#channel.fail('server', words)
  }

  #onSettled(submission: Submission): void {
    this.#hasSettled = true
    this.#options.owner.onSettled(submission)
  }

  onRead(): void {
    const hasSettled = this.#hasSettled
    this.#hasSettled = false
    this.#options.owner.onStir(this, hasSettled)
  }

  onDrain(): void {
    const { contentByBlock, clock, owner } = this.#options
    const { submission } = this.#streaming ?? {}
    if (contentByBlock && submission?.times.current === 'content') submission.enter('content', clock.nowNs())
    this.flush()
    owner.onStir(this, false)
  }

  onGone(cause: Cause, text: string): void {
    const { clock, owner } = this.#options
    const nowNs = clock.nowNs()
    for (const submission of this.#line.splice(0)) {
      if (submission.settled) continue
      submission.fail(cause, text, nowNs)
      owner.onSettled(submission)
    }
    owner.onGone(this)
  }

  /** One of them was stopped, and the connection goes with it: so do the others. */
  readonly #stop = (stopped: Stopped) => {
    if (this.#channel.isGone) return
    this.#channel.destroy()
    const { clock, owner } = this.#options
    const nowNs = clock.nowNs()
    for (const submission of this.#line.splice(0)) {
      submission.stop(stopped, nowNs)
      owner.onSettled(submission)
    }
    owner.onGone(this)
  }
}

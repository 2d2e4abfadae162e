import type { Nanoseconds } from '../clock.ts'
import { type Phase, PhaseTimes } from '../phase.ts'
import type { Cause, Reply, Verdict } from '../sample.ts'
import type { Kept } from './bag.ts'

/** Why we ended an attempt ourselves. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
  readonly reason: 'timeout' | 'aborted'

  constructor(reason: 'timeout' | 'aborted', message: string) {
    super(message)
    this.reason = reason
  }
}

/** What an attempt does not know of itself. */
interface Details {
  /** @default the present one */
  readonly phase?: Phase | undefined
  readonly recipientsRefused?: number
}

/** A client's submission under way: its times, and what decides how a failure is called. */
export class Attempt implements Kept {
  /** Where the watch keeps it. */
  place = -1
  readonly times: PhaseTimes
  readonly recipients: number
  /** Of a batch call more than one. */
  messages = 1
  /** Set once the whole message has been handed over: from then on a missing reply means *in doubt*. */
  handedOver = false
  connectionId = 0
  /** Set while others on its connection are answered before it: till then their limits hold, and not its own. */
  isBehind = false
  /** Set when the server has decided before its answer is complete: how the attempt ends if no more follows. */
  conclude: ((atNs: Nanoseconds) => void) | undefined
  /** Set while something can be torn down to end the library's work on it. */
  cancel: ((stopped: Stopped) => void) | undefined
  /** Told once, when it has ended. */
  ended: ((attempt: Attempt) => void) | undefined
  #settle: ((reply: Reply) => void) | undefined
  readonly reply: Promise<Reply>

  /** @param keepsMarks see PhaseTimes */
  constructor(recipients: number, keepsMarks = false) {
    this.recipients = recipients
    this.times = new PhaseTimes(keepsMarks)
    this.reply = new Promise(resolve => {
      this.#settle = resolve
    })
  }

  get settled(): boolean {
    return this.#settle === undefined
  }

  /** A library may work on after the attempt has ended: what was reported must not change any more. */
  enter(phase: Phase, atNs: Nanoseconds): void {
    if (!this.settled) this.times.enter(phase, atNs)
  }

  /** Those before it have been answered: the limit of its step counts from here. */
  takeTurn(atNs: Nanoseconds): void {
    if (!this.isBehind) return
    this.isBehind = false
    if (this.times.current !== undefined) this.enter(this.times.current, atNs)
  }

  /** The server's decision. */
  decide(verdict: Verdict, atNs: Nanoseconds, details: Details = {}): void {
    const { outcome, cause, code, enhancedCode, text, retryAfterNs, each } = verdict
    const { phase = outcome === 'accepted' ? undefined : this.times.current } = details
    const { recipientsRefused = verdict.recipientsRefused ?? 0 } = details
    const { connectionId, times: phases } = this
    this.#end(
      {
        outcome,
        phase,
        cause,
        code,
        enhancedCode,
        text,
        retryAfterNs,
        recipientsRefused,
        each,
        connectionId,
        phases,
      },
      atNs,
    )
  }

  /** No complete answer was received. */
  fail(cause: Cause, text: string, atNs: Nanoseconds, details: Details = {}): void {
    if (this.conclude) return this.conclude(atNs)
    this.#endWithout(this.handedOver ? 'in_doubt' : 'faulted', cause, text, atNs, details)
  }

  /** Ends the attempt from our side, at once; the library's own error, when it comes, finds it settled. */
  stop(stopped: Stopped, atNs: Nanoseconds): void {
    if (stopped.reason === 'timeout') this.fail('timeout', stopped.message, atNs)
    else if (this.conclude) this.conclude(atNs)
    else this.#endWithout('aborted', undefined, stopped.message, atNs)
    this.cancel?.(stopped)
  }

  #endWithout(
    outcome: Reply['outcome'],
    cause: Cause | undefined,
    text: string,
    atNs: Nanoseconds,
    { phase = this.times.current, recipientsRefused = 0 }: Details = {},
  ): void {
    const { connectionId, times: phases } = this
    this.#end({ outcome, phase, cause, text, recipientsRefused, connectionId, phases }, atNs)
  }

  #end(reply: Reply, atNs: Nanoseconds): void {
    if (!this.#settle) return
    this.times.leave(atNs)
    this.#settle(reply)
    this.#settle = undefined
    this.ended?.(this)
  }
}

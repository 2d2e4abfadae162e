import type { SMTPServerError, SMTPServerSession } from 'smtp-server'
import type { Verdict } from '../sample.ts'
import { endingOf, type Fault, type FaultKind, type Step } from './fault/fault.ts'
import { refusalKinds } from './fault/refusal.ts'
import type { Exchange, SinkOptions } from './sink.ts'
import type { PromptConnection } from './smtp-connection.ts'
import { createThink } from './think.ts'

/** What a library that writes its own replies lets happen, where it lets us in. */
export const smtpServerFaults: { readonly steps: readonly Step[]; readonly kinds: readonly FaultKind[] } = {
  steps: ['greeting', 'auth', 'sender', 'recipient', 'content'],
  kinds: ['reset', 'end', 'half_close', 'silence', 'stall', 'unavailable', 'unacknowledged', ...refusalKinds],
}

/** What a handler of smtp-server calls in the end. */
export type Done = (refusal: Error | null) => void

/** One step of a session on smtp-server. */
export interface SmtpStep extends Pick<Exchange, 'step' | 'address'> {
  readonly session: SMTPServerSession
  /** Of the message, as far as it is known. */
  readonly id?: string | undefined
  /** Tells apart what happens more than once a message. */
  readonly stream?: string
}

/** What smtp-server turns into a reply; null for a verdict that accepts. */
function refusalOf({ outcome, code, enhancedCode, text = 'Refused' }: Verdict): SMTPServerError | null {
  if (outcome === 'accepted') return null
  const error: SMTPServerError = new Error(enhancedCode === undefined ? text : `${enhancedCode} ${text}`)
  error.responseCode = code ?? (outcome === 'rejected' ? 550 : 451)
  return error
}

const unavailable: Verdict = {
  outcome: 'deferred',
  code: 421,
  enhancedCode: '4.3.2',
  text: 'Service not available, closing transmission channel',
}

/** Asks the script, thinks, and answers as it says; `done` is never called where the connection is lost. */
export function createSmtpExchange(
  { script, draws, clock, ledger }: SinkOptions,
  connectionOf: (session: SMTPServerSession) => PromptConnection | undefined,
): (step: SmtpStep, done: Done) => void {
  const think = createThink(clock)

  function fail({ session, id }: SmtpStep, verdict: Verdict, fault: Fault, done: Done): void {
    const connection = connectionOf(session)
    // A client that has gone meanwhile is past all faults.
    if (!connection) return
    if (fault.kind === 'unavailable') return done(refusalOf(unavailable))
    const ending = endingOf(fault)
    if (!ending) throw new Error(`the smtp-server sink has no ${fault.kind}`)
    if (fault.kind === 'unacknowledged' && verdict.outcome === 'accepted') ledger.record(id)
    connection.lose(ending)
  }

  return (at, done) => {
    const { step, address, id, stream = step } = at
    if (script.steps && !script.steps.has(step)) return done(null)
    const exchange = { protocol: 'smtp', step, atNs: clock.nowNs() } as const
    const { thinkNs, verdict, fault } = script(
      address === undefined ? exchange : { ...exchange, address },
      draws(id, stream),
    )
    think(thinkNs, () => (fault ? fail(at, verdict, fault, done) : done(refusalOf(verdict))))
  }
}

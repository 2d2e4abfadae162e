import type { Nanoseconds } from '../clock.ts'
import { causeOfCode, causeOfError } from '../dial/cause.ts'
import { DialError } from '../dial/dial.ts'
import { messageOf } from '../errors.ts'
import type { Phase } from '../phase.ts'
import type { Cause } from '../sample.ts'
import type { Attempt } from './attempt.ts'
import { verdictOfReply } from './smtp-verdict.ts'

/** What nodemailer's errors carry beside their message. */
interface NodemailerError extends Error {
  code?: string
  originalCode?: string
  command?: string
  response?: string
  timeoutType?: string
}

/** A refused command as nodemailer names it: its phase, and what the refusal is about if no code says so. */
function placeOf(error: NodemailerError, { handedOver }: Attempt): { phase?: Phase; about: Cause } {
  const command = error.command ?? ''
  if (command.startsWith('AUTH')) return { phase: 'auth', about: 'auth' }
  switch (command) {
    case 'MAIL FROM':
      return { phase: 'envelope', about: 'sender' }
    case 'RCPT TO':
      return { phase: 'envelope', about: 'recipient' }
    case 'DATA':
      if (error.code !== 'EMESSAGE') return { phase: 'data', about: 'server' }
      // One reply too many may pass for the final one before the message has been sent.
      return { ...(handedOver && { phase: 'reply' }), about: 'policy' }
    case 'STARTTLS':
      return { phase: 'starttls', about: 'tls' }
    default:
      return { about: 'policy' }
  }
}

/** nodemailer's own codes, where no system error stands behind them. */
const ownCodes: Record<string, Cause> = {
  ECONNECTION: 'reset',
  ETIMEDOUT: 'timeout',
  ETLS: 'tls',
  EPROTOCOL: 'protocol',
  EAUTH: 'auth',
  EMESSAGE: 'content',
  EENVELOPE: 'protocol',
}

function causeOf(error: NodemailerError, phase: Phase | undefined): Cause {
  const original = error.originalCode === undefined ? undefined : causeOfCode(error.originalCode)
  if (original) return original
  const cause = causeOfError(error)
  if (cause !== 'unknown') return cause
  // There was a reply, and it was none that the command may get.
  if (error.response !== undefined && isComplete(error)) return 'protocol'
  return phase === 'tls' ? 'tls' : (ownCodes[error.code ?? ''] ?? 'unknown')
}

/** nodemailer also takes the beginning of a reply that the end of the connection cut short. */
function isComplete(error: NodemailerError): error is NodemailerError & { response: string } {
  return error.response !== undefined && !error.message.startsWith('Connection closed unexpectedly')
}

/** Ends an attempt by the error with which nodemailer rejected it. */
export function settleByError(attempt: Attempt, thrown: unknown, atNs: Nanoseconds): void {
  if (thrown instanceof DialError) {
    return attempt.fail(thrown.failure, thrown.message, atNs, { phase: thrown.phase })
  }
  const error = thrown as NodemailerError
  const { phase = attempt.times.current, about } = placeOf(error, attempt)
  const verdict = isComplete(error) ? verdictOfReply(error.response, about) : undefined
  // A 2xx or 3xx that stands in an error came where it makes no sense: it accepts nothing.
  if (verdict && verdict.outcome !== 'accepted') return attempt.decide(verdict, atNs, { phase })
  return attempt.fail(causeOf(error, phase), messageOf(thrown), atNs, { phase })
}

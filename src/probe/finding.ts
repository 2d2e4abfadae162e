import type { Clock, Nanoseconds } from '../clock.ts'
import type { TlsTrust } from '../dial/dial.ts'
import type { Provider } from '../provider/provider.ts'
import type { Cause, Reply } from '../sample.ts'
import type { Target } from '../trial/target.ts'
import { createTranscript, type Transcript } from './transcript.ts'

/** What has to work before a message can be sent, in the order in which it is tried. */
export const steps = ['dns', 'tcp', 'tls', 'login'] as const
export type Step = (typeof steps)[number]

export interface Finding {
  readonly step: Step
  /** `untried`: there is nothing to try, or an earlier step failed; `unchecked`: there is no way to try it. */
  readonly state: 'ok' | 'failed' | 'untried' | 'unchecked'
  readonly detail: string
  readonly spanNs: Nanoseconds | null
}

export interface PortFinding {
  readonly port: number
  readonly isOpen: boolean
  /** Why it is not. */
  readonly cause: Cause | null
  /** How long it took to know. */
  readonly spanNs: Nanoseconds
}

export interface Examined {
  readonly findings: readonly Finding[]
  /** The one in use first. */
  readonly ports: readonly PortFinding[]
}

export interface ExamineOptions {
  readonly target: Target
  /** Those that are tried besides the target's own: networks block some of them. */
  readonly otherPorts: readonly number[]
  readonly provider: Provider
  /** Why there is no use in trying to log in: a variable is not set, the key is one that only sends. */
  readonly loginBar?: { readonly state: 'failed' | 'untried'; readonly detail: string } | undefined
  readonly trust: TlsTrust
  /** Of each step. */
  readonly timeoutNs: Nanoseconds
  readonly mask: (text: string) => string
  readonly clock: Clock
  readonly signal: AbortSignal
}

export const untried = (step: Step, detail = ''): Finding => ({
  step,
  state: 'untried',
  detail,
  spanNs: null,
})

/** Somebody who listens in, and remembers what protects the connection. */
export const createListener = (clock: Clock): Transcript =>
  createTranscript({ sent: () => undefined, received: () => undefined }, text => text, clock)

export function encryptionWords({ encryption }: Transcript, isUpgraded: boolean): string | undefined {
  if (!encryption) return undefined
  const { protocol, cipher, subject, issuer, validTo } = encryption
  const how = isUpgraded ? 'after STARTTLS ' : ''
  return `${how}${protocol} ${cipher}, certificate of ${subject} by ${issuer} until ${validTo}`
}

/** Why it was refused; the server's words often begin with the code themselves. */
export function refusalWords({ outcome, cause, code, text }: Reply): string {
  const words = text ?? cause ?? outcome
  return code === undefined || words.startsWith(String(code)) ? words : `${code}: ${words}`
}

import type { Clock, Nanoseconds } from '../clock.ts'
import type { ProviderName } from '../provider/providers.ts'
import type { Random } from '../random.ts'
import type { Verdict } from '../sample.ts'
import type { Certificate } from './certificate.ts'
import type { Draws } from './draws.ts'
import type { ByteFault, Fault, Step } from './fault/fault.ts'
import type { Ledger } from './ledger.ts'

/**
 * A point at which a sink asks what to do. Both protocols meet the same script: SMTP at its commands, HTTP
 * at the parts of a request; a message that came whole is `content` for both.
 */
export interface Exchange {
  readonly protocol: 'smtp' | 'http'
  readonly step: Step
  /** The address in question, for `sender` and `recipient`. */
  readonly address?: string
  /** Instant of the sink's clock: what a throttle counts by. */
  readonly atNs: Nanoseconds
}

export interface Answer {
  /** Think time before anything else happens. */
  readonly thinkNs: Nanoseconds
  /** Not looked at where there is no reply. */
  readonly verdict: Verdict
  /** What goes wrong here. */
  readonly fault?: Fault | undefined
  /** Of `connect`: what lies in wait on this connection. */
  readonly byteFaults?: readonly ByteFault[] | undefined
}

/** What a sink answers: shared by all sinks, so that both protocols meet the same server. */
export interface Script {
  (exchange: Exchange, random: Random): Answer
  /** Where it has anything to say: at other steps sinks accept without asking. Everywhere, when left out. */
  readonly steps?: ReadonlySet<Step>
  /** False when no answer ever has a fault: sinks prepare for none. */
  readonly hasFaults?: boolean
  /** What happens so many times, or for good once it has, begins anew. */
  readonly restart?: () => void
}

/** How a listener protects what it is told. */
export type TlsMode = 'none' | 'starttls' | 'implicit'

export interface Endpoint {
  readonly protocol: 'smtp' | 'http'
  readonly host: string
  readonly port: number
  readonly tls: TlsMode
}

/** What a sink took of one trial. */
export interface Receipts {
  /** Messages taken, duplicates counted each time. */
  readonly taken: number
  /** Messages taken beyond the first of their identity. */
  readonly duplicated: number
  /** Times each submission was taken, by index; stops counting at 255. */
  readonly counts: Uint8Array
}

export interface SinkUser {
  readonly user: string
  readonly password: string
}

/** Credentials: `off` are not asked for (SMTP does not offer AUTH), `optional` taken when given. */
export type AuthMode = 'off' | 'optional' | 'required'

export interface SinkOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly tls: TlsMode
  /** Needed unless `tls` is `none`. */
  readonly certificate?: Certificate | undefined
  /** Needed where a script has `wrong_certificate`. */
  readonly wrongCertificate?: Certificate | undefined
  readonly auth: AuthMode
  /** SMTP: the only credentials that are taken; any when left out. */
  readonly users?: readonly SinkUser[] | undefined
  /** HTTP: the only keys that are taken; any when left out. */
  readonly keys?: readonly string[] | undefined
  /** HTTP: the dialects that are served; all when left out. */
  readonly providers?: readonly ProviderName[] | undefined
  readonly sizeLimitBytes: number
  readonly script: Script
  readonly draws: Draws
  readonly clock: Clock
  readonly ledger: Ledger
}

/** A server that takes messages and forgets them. */
export interface Sink extends AsyncDisposable {
  readonly endpoint: Endpoint
}

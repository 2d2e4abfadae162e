import { systemClock } from '../clock.ts'
import { UsageError } from '../errors.ts'
import type { ProviderName } from '../provider/providers.ts'
import { type Certificate, createCertificate, createWrongCertificate } from './certificate.ts'
import { createDraws } from './draws.ts'
import { checkFaults, type FaultGround } from './fault/fault-support.ts'
import { openHttpSink } from './http.ts'
import { createInjections, type Injections } from './injected.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { compileScript, type ScriptSpec } from './script.ts'
import type { AuthMode, Endpoint, Script, Sink, SinkOptions, SinkUser, TlsMode } from './sink.ts'
import { openSmtpSink } from './smtp.ts'
import { smtpServerFaults } from './smtp-exchange.ts'
import { openSmtpWireSink } from './smtp-wire/smtp-wire.ts'

/** As large as the largest call of any provider, which else would be refused before its own limit. */
export const DEFAULT_SIZE_LIMIT_BYTES = 50 * 1024 * 1024

/** SMTP servers to choose from: ours, and one that we did not write. */
export const smtpEngines = ['wire', 'smtp-server'] as const
export type SmtpEngine = (typeof smtpEngines)[number]

export interface ListenerSpec {
  readonly protocol: Endpoint['protocol']
  /** Of SMTP. @default 'wire' */
  readonly engine?: SmtpEngine | undefined
  /** HTTP has no `starttls`. */
  readonly tls: TlsMode
  /** Any free port when left out, or 0. */
  readonly port?: number
  /**
   * True demands credentials, false neither offers nor checks them. Left out: demanded when `users` (SMTP)
   * or `keys` (HTTP) are named, otherwise taken from a client that gives them.
   */
  readonly auth?: boolean
  /** Instead of the sinks' own. */
  readonly script?: ScriptSpec
  /** What the user calls it, `--smtp-port`: begins the message when it cannot be opened. */
  readonly option?: string
}

/** Plain data: it crosses to another process. */
export interface SinksSpec {
  readonly listeners: readonly ListenerSpec[]
  readonly script: ScriptSpec
  readonly seed: string
  readonly host?: string
  readonly users?: readonly SinkUser[]
  readonly keys?: readonly string[]
  readonly providers?: readonly ProviderName[]
  readonly certificateHosts?: readonly string[]
}

/** Several sinks with one ledger and one certificate. */
export interface Sinks extends AsyncDisposable {
  /** In the order of the listeners. */
  readonly endpoints: readonly Endpoint[]
  readonly ledger: Ledger
  /** What all of them did wrong on purpose. */
  readonly injections: Injections
  /** Faults that happen so many times, or for good once they have, begin anew; throttles go on. */
  restart(): void
  /** PEM of the authority to trust. */
  readonly ca: string
}

type Opener = (options: SinkOptions) => Promise<Sink>

const smtpOpeners: Record<SmtpEngine, Opener> = { wire: openSmtpWireSink, 'smtp-server': openSmtpSink }

const openerOf = ({ protocol, engine = 'wire' }: ListenerSpec): Opener =>
  protocol === 'smtp' ? smtpOpeners[engine] : openHttpSink

function groundOf({ protocol, tls, engine }: ListenerSpec): FaultGround {
  const ground = { protocol, hasTls: tls !== 'none' }
  if (protocol !== 'smtp' || engine !== 'smtp-server') return ground
  const remedy = 'use the wire engine, which can'
  return { ...ground, limits: { ...smtpServerFaults, words: 'the smtp-server engine', remedy } }
}

function authMode({ protocol, auth }: ListenerSpec, { users, keys }: SinksSpec): AuthMode {
  if (auth !== undefined) return auth ? 'required' : 'off'
  return (protocol === 'smtp' ? users : keys) ? 'required' : 'optional'
}

/** What the listeners of one process have in common. */
interface Shared {
  readonly certificate: Certificate
  readonly wrongCertificate: Certificate | undefined
  readonly ledger: Ledger
  readonly injections: Injections
  readonly scripts: Script[]
}

async function openListener(spec: SinksSpec, index: number, shared: Shared): Promise<Sink> {
  const listener = spec.listeners[index]
  if (!listener) throw new Error(`no listener ${index}`)
  const { protocol, tls, port = 0 } = listener
  if (protocol === 'http' && tls === 'starttls')
    throw new UsageError('HTTP has no STARTTLS: use implicit TLS')
  const { certificate, wrongCertificate, ledger, injections, scripts } = shared
  // A script of its own: what one listener's throttle answers does not depend on the other's load.
  const script = injections.counted(compileScript(listener.script ?? spec.script))
  scripts.push(script)
  const options: SinkOptions = {
    host: spec.host ?? '127.0.0.1',
    port,
    tls,
    certificate,
    wrongCertificate,
    ledger,
    auth: authMode(listener, spec),
    users: spec.users,
    keys: spec.keys,
    providers: spec.providers,
    sizeLimitBytes: DEFAULT_SIZE_LIMIT_BYTES,
    script,
    draws: createDraws(spec.seed),
    clock: systemClock,
  }
  try {
    return await openerOf(listener)(options)
  } catch (error) {
    if (!(error instanceof UsageError) || listener.option === undefined) throw error
    throw new UsageError(`${listener.option}: ${error.message}`, { cause: error })
  }
}

function needsWrongCertificate({ listeners, script }: SinksSpec): boolean {
  const faults = [script, ...listeners.map(listener => listener.script)].flatMap(known => known?.faults ?? [])
  return faults.some(fault => fault.do === 'wrong_certificate')
}

/** Listeners of one script are looked at together: a fault has to be possible at one of them. */
function checkScripts({ listeners, script }: SinksSpec): void {
  const scripts = Map.groupBy(listeners, listener => JSON.stringify((listener.script ?? script).faults ?? []))
  for (const sharing of scripts.values()) {
    const [first] = sharing
    checkFaults((first?.script ?? script).faults ?? [], sharing.map(groundOf))
  }
}

/**
 * @throws UsageError naming the port, when one cannot be had, or the fault that no listener can have; what
 * was opened is closed again
 */
export async function openSinks(spec: SinksSpec): Promise<Sinks> {
  checkScripts(spec)
  await using opened = new AsyncDisposableStack()
  const ledger = createLedger()
  const injections = createInjections()
  const certificate = await createCertificate(spec.certificateHosts)
  const wrongCertificate = needsWrongCertificate(spec) ? await createWrongCertificate() : undefined
  const endpoints: Endpoint[] = []
  const scripts: Script[] = []
  for (const index of spec.listeners.keys()) {
    const shared = { certificate, wrongCertificate, ledger, injections, scripts }
    const sink = opened.use(await openListener(spec, index, shared))
    endpoints.push(sink.endpoint)
  }
  const kept = opened.move()
  return {
    endpoints,
    ledger,
    injections,
    restart() {
      for (const script of scripts) script.restart?.()
    },
    ca: certificate.ca,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

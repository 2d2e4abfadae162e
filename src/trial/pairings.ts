import type { Clock } from '../clock.ts'
import type { Address, TlsTrust } from '../dial/dial.ts'
import type { Message } from '../message/message.ts'
import type { Provider } from '../provider/provider.ts'
import { type Batch, batched, batchPath, batchSender } from '../transport/batched.ts'
import { undiciTransport } from '../transport/http-undici.ts'
import { httpWireTransport } from '../transport/http-wire/http-wire.ts'
import { nullTransport } from '../transport/null.ts'
import { nodemailerTransport } from '../transport/smtp-nodemailer.ts'
import { smtpWireTransport } from '../transport/smtp-wire/smtp-wire.ts'
import { rfc5321Limits } from '../transport/step-limits.ts'
import type { CallSender, Freight, Transport } from '../transport/transport.ts'
import type { Condition } from './condition.ts'
import type { HttpTarget, SmtpTarget, Target } from './target.ts'

/** What a transport is opened with. */
export interface OpenOptions {
  readonly condition: Condition
  readonly target: Target
  /** Dialled instead of the target: it leads there. */
  readonly relay?: Address | undefined
  /** Keeps the instants of phases, for an anatomy. @default false */
  readonly keepsMarks?: boolean
  readonly trust: TlsTrust
  readonly provider: Provider
  readonly clock: Clock
  readonly signal: AbortSignal
}

type Open = (options: OpenOptions) => Transport

/** How the wire clients use a connection: RFC 5321, RFC 2920, RFC 3030; HTTP knows the first two (RFC 9112 §9.3.2). */
export const modes = ['lockstep', 'pipelined', 'chunked'] as const
export type Mode = (typeof modes)[number]

export const httpVersions = ['1.1', '2'] as const
export type HttpVersion = (typeof httpVersions)[number]

interface Pairing {
  /** How it opens for a target of each protocol that it speaks. */
  readonly smtp?: Open
  readonly http?: Open
  /** The versions of HTTP that it can be told to speak, the usual one first. */
  readonly versions?: readonly HttpVersion[]
  /** The modes that it can be told to use, of each protocol, the usual one first. */
  readonly modes?: Readonly<Record<'smtp' | 'http', readonly Mode[]>>
}

function nodemailer(form: 'structured' | 'raw'): Open {
  return options => nodemailerTransport({ ...smtpOptions(options), form })
}

/** The longest of RFC 5321's limits, for clients that know one limit for every step. */
const RFC_LONGEST_NS = rfc5321Limits().ofPhase.reply

/** What every SMTP client is told. */
function smtpOptions(options: OpenOptions) {
  const { condition, target, relay, keepsMarks = false, trust, clock, signal } = options
  const { address, tls, credentials } = target as SmtpTarget
  const { connection, connections, timeout } = condition
  return {
    address,
    relay,
    tls,
    trust,
    ...(credentials && { credentials }),
    reuse: connection === 'reuse',
    connections,
    timeoutNs: timeout === 'rfc' ? RFC_LONGEST_NS : timeout,
    keepsMarks,
    clock,
    signal,
  }
}

/** What every HTTP client is told, but for what it sends. */
function httpOptions(options: OpenOptions) {
  const { condition, target, relay, keepsMarks = false, trust, clock, signal } = options
  const { address, encrypted, key } = target as HttpTarget
  const { connection, connections, timeout } = condition
  return {
    address,
    relay,
    ...(encrypted && { trust }),
    ...(key !== undefined && { key }),
    reuse: connection === 'reuse',
    connections,
    timeoutNs: timeout === 'rfc' ? RFC_LONGEST_NS : timeout,
    keepsMarks,
    clock,
    signal,
  }
}

/** A client of HTTP, whatever its calls carry. */
type OpenCaller = <Load extends Freight<Load>>(
  options: OpenOptions,
  calls: CallSender<Load>,
  path?: string,
) => Transport<Load>

/** Sends message by message, or by the dialect's batch call where the condition asks for it. */
function inCalls(open: OpenCaller): Open {
  return options => {
    const {
      condition: { batch: size = 1 },
      target,
      provider,
    } = options
    const { path } = target as HttpTarget
    if (size === 1) return open<Message>(options, provider, path)
    if (!provider.batch) throw new Error(`${provider.name} has no batch call`)
    const calls = open<Batch>(options, batchSender(provider.batch), batchPath(provider, path))
    return batched(calls, size)
  }
}

const undici = inCalls((options, provider, path) =>
  undiciTransport({
    ...httpOptions(options),
    provider,
    ...(path !== undefined && { path }),
    version: options.condition.httpVersion ?? '1.1',
  }),
)

/** More would only wait in the sockets' buffers. */
const DEPTH_MAX = 16

/** Messages in flight on each connection: all users' that there are connections for, and of open load a good many. */
function depthOf({ load, connections }: Condition): number {
  const inFlight = load.kind === 'closed' ? load.users : load.maxInFlight
  return Math.min(DEPTH_MAX, Math.ceil(inFlight / connections))
}

const smtpWire: Open = options => {
  const { condition } = options
  return smtpWireTransport({
    ...smtpOptions(options),
    mode: condition.mode ?? 'pipelined',
    ...(condition.timeout === 'rfc' && { timeoutNs: rfc5321Limits() }),
    depth: depthOf(condition),
  })
}

const httpWire = inCalls((options, provider, path) => {
  const { condition } = options
  return httpWireTransport({
    ...httpOptions(options),
    provider,
    ...(path !== undefined && { path }),
    mode: condition.mode === 'pipelined' ? 'pipelined' : 'lockstep',
    depth: depthOf(condition),
  })
})

/** Which client speaks what: the only place that knows both protocols. */
export const pairings = {
  nodemailer: { smtp: nodemailer('structured') },
  'nodemailer-raw': { smtp: nodemailer('raw') },
  undici: { http: undici, versions: httpVersions },
  wire: {
    smtp: smtpWire,
    http: httpWire,
    versions: ['1.1'],
    modes: { smtp: ['pipelined', 'lockstep', 'chunked'], http: ['lockstep', 'pipelined'] },
  },
  null: { smtp: () => nullTransport('smtp'), http: inCalls(() => nullTransport('http')) },
} as const satisfies Record<string, Pairing>

export type ClientName = keyof typeof pairings
export const clientNames = Object.keys(pairings) as [ClientName, ...ClientName[]]

/** How `client` opens for `protocol`; undefined when it does not speak it. */
export function openerOf(client: ClientName, protocol: 'smtp' | 'http'): Open | undefined {
  const pairing: Pairing = pairings[client]
  return pairing[protocol]
}

/** The versions of HTTP that `client` can be told to speak, the usual one first; none when it has no choice. */
export function versionsOf(client: ClientName, protocol: 'smtp' | 'http'): readonly HttpVersion[] {
  const pairing: Pairing = pairings[client]
  return protocol === 'http' ? (pairing.versions ?? []) : []
}

/** The modes of `client` over `protocol`, the usual one first; none when it has no choice. */
export function modesOf(client: ClientName, protocol: 'smtp' | 'http'): readonly Mode[] {
  const pairing: Pairing = pairings[client]
  return pairing.modes?.[protocol] ?? []
}

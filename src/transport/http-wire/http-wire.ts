import { type Clock, type Nanoseconds, NS_PER_MS, NS_PER_S } from '../../clock.ts'
import type { Address, TlsTrust } from '../../dial/dial.ts'
import { createDialer } from '../../dial/dialer.ts'
import type { Tap } from '../../dial/tap.ts'
import type { Message } from '../../message/message.ts'
import type { CallSender, Freight, Transport } from '../transport.ts'
import { createWatch } from '../watch.ts'
import { createAnswers } from './answers.ts'
import { createRequestEncoder } from './request-encoder.ts'
import { WireAttempt } from './wire-attempt.ts'
import { WirePool } from './wire-pool.ts'

/** `lockstep`: a connection's next request waits for the reply to the one before; `pipelined`: it does not. */
export type HttpWireMode = 'lockstep' | 'pipelined'

/** @typeParam Load what a call carries */
export interface HttpWireOptions<Load = Message> {
  readonly address: Address
  /** Dials through this relay, which leads to the address. */
  readonly relay?: Address | undefined
  /** undefined: cleartext. */
  readonly trust?: TlsTrust
  readonly provider: CallSender<Load>
  readonly path?: string
  readonly key?: string
  readonly reuse: boolean
  /** The most connections at a time. */
  readonly connections: number
  readonly mode: HttpWireMode
  /** Pipelined: the most requests in flight on a connection. @default 8 */
  readonly depth?: number
  /** Sends each body only when the server has asked for it (RFC 9110 §10.1.1). @default false */
  readonly expectContinue?: boolean
  /** See PhaseTimes. @default false */
  readonly keepsMarks?: boolean
  /** What each step may take. */
  readonly timeoutNs: Nanoseconds
  /** Listens in on every connection, for a transcript. */
  readonly tap?: Tap | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
}

export const DEFAULT_DEPTH = 8

/** A server that does not know the expectation never asks (RFC 9110 §10.1.1): its body comes after this. */
const CONTINUE_WAIT_NS = NS_PER_S
const CONTINUE_SWEEP_NS = 100 * NS_PER_MS

const reasons = {
  fresh: 'pipelined: a fresh connection carries one message',
  expects: 'pipelined: a request that awaits 100 Continue is sent alone',
  closes: 'pipelined: the server closed a connection after its first reply',
} as const

/** The value of Host (RFC 9110 §7.2): the port only where it is not the scheme's own. */
function hostOf({ host, port }: Address, isEncrypted: boolean): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === (isEncrypted ? 443 : 80) ? name : `${name}:${port}`
}

/** Why requests cannot be pipelined, whatever the server does. */
function staticReason({
  mode,
  reuse,
  expectContinue,
}: Pick<HttpWireOptions, 'mode' | 'reuse' | 'expectContinue'>): string | undefined {
  if (mode === 'lockstep') return undefined
  if (!reuse) return reasons.fresh
  return expectContinue ? reasons.expects : undefined
}

/**
 * Our own client of HTTP/1.1 on bare sockets: what the protocol permits, and exactly timed. Requests are encoded
 * once, replies are read where they lie.
 */
export function httpWireTransport<Load extends Freight<Load> = Message>(
  options: HttpWireOptions<Load>,
): Transport<Load> {
  const { address, trust, provider, path, key, reuse, timeoutNs, clock, signal } = options
  const { mode, depth = DEFAULT_DEPTH, expectContinue = false, keepsMarks = false } = options
  const fallbacks = new Set<string>()
  const reason = staticReason(options)
  if (reason !== undefined) fallbacks.add(reason)
  const isPipelined = mode === 'pipelined' && reason === undefined

  const encode = createRequestEncoder({
    provider,
    path,
    key,
    host: hostOf(address, trust !== undefined),
    fields: [...(reuse ? [] : ['connection: close']), ...(expectContinue ? ['expect: 100-continue'] : [])],
  })
  const tls = trust && { ...trust, alpn: ['http/1.1'] }
  const { relay, tap } = options
  const dialer = createDialer({ address, relay, ...(tls && { tls }), timeoutNs, clock, tap })
  const watch = createWatch({ timeoutNs, clock, signal })
  const pool = new WirePool({
    dialer,
    clock,
    signal,
    provider,
    answers: createAnswers(provider),
    connections: options.connections,
    depth: isPipelined ? depth : 1,
    reuse,
    expectsContinue: expectContinue,
    onClosedEarly: () => void (isPipelined && fallbacks.add(reasons.closes)),
  })
  const sweeps = expectContinue
    ? clock.every(CONTINUE_SWEEP_NS, atNs => pool.proceed(atNs - CONTINUE_WAIT_NS))
    : undefined

  return {
    protocol: 'http',
    get connectionsOpened() {
      return dialer.opened
    },
    get fallbacks() {
      return [...fallbacks]
    },
    submit(load) {
      const attempt = new WireAttempt(load.index, watch, keepsMarks)
      attempt.messages = load.count ?? 1
      attempt.enter('encode', clock.nowNs())
      watch.add(attempt)
      if (!attempt.settled) {
        attempt.form = encode(load)
        attempt.enter('queue', clock.nowNs())
        pool.take(attempt)
      }
      return attempt.reply
    },
    async [Symbol.asyncDispose]() {
      sweeps?.[Symbol.dispose]()
      pool[Symbol.dispose]()
      watch[Symbol.dispose]()
      dialer[Symbol.dispose]()
    },
  }
}

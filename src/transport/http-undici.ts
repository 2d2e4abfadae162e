import { type Client, type Dispatcher, errors, Pool } from 'undici'
import type { Clock, Nanoseconds } from '../clock.ts'
import { causeOfError } from '../dial/cause.ts'
import { type Address, DialError, type TlsTrust } from '../dial/dial.ts'
import { createDialer } from '../dial/dialer.ts'
import { messageOf } from '../errors.ts'
import type { Message } from '../message/message.ts'
import type { HttpRequest } from '../provider/provider.ts'
import type { Verdict } from '../sample.ts'
import type { Attempt } from './attempt.ts'
import type { CallSender, Freight, Transport } from './transport.ts'
import { TracedAttempt, UndiciTrace } from './undici-trace.ts'
import { createWatch } from './watch.ts'

/** @typeParam Load what a call carries */
export interface UndiciOptions<Load = Message> {
  readonly address: Address
  /** Dials through this relay, which leads to the address. */
  readonly relay?: Address | undefined
  /** undefined: cleartext. */
  readonly trust?: TlsTrust
  readonly version: '1.1' | '2'
  readonly provider: CallSender<Load>
  readonly path?: string
  readonly key?: string
  readonly reuse: boolean
  /** The most connections that the pool opens. */
  readonly connections: number
  readonly timeoutNs: Nanoseconds
  /** Keeps the instants of each submission's phases: for anatomy trials. */
  readonly keepsMarks?: boolean
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** An idle connection stays open for the whole run unless the server says otherwise. */
const KEEP_ALIVE_MS = 600_000
/** No answer to a submission is longer; a server that sends more is cut off. */
const MAX_RESPONSE_BYTES = 1024 * 1024

const hostOf = (host: string) => (host.includes(':') ? `[${host}]` : host)

/** A refusal answers the request: it is placed where the reply was awaited, not where its body was read. */
function settle(attempt: Attempt, verdict: Verdict, atNs: Nanoseconds): void {
  if (verdict.outcome === 'accepted') return attempt.decide(verdict, atNs)
  attempt.decide(verdict, atNs, { phase: 'wait' })
}

function settleByError(attempt: Attempt, error: unknown, atNs: Nanoseconds): void {
  if (error instanceof DialError)
    return attempt.fail(error.failure, error.message, atNs, { phase: error.phase })
  // undici 8.12 leaves the code of its parser's errors undefined for most of them.
  const cause = error instanceof errors.HTTPParserError ? 'protocol' : causeOfError(error)
  attempt.fail(cause, messageOf(error), atNs)
}

/** The HTTP client that Node applications use: undici 8, pooled or fresh, HTTP/1.1 or 2, through `request()`. */
export function undiciTransport<Load extends Freight<Load> = Message>(
  options: UndiciOptions<Load>,
): Transport<Load> {
  const { address, trust, version, provider, reuse, timeoutNs, clock, signal } = options
  const origin = `${trust ? 'https' : 'http'}://${hostOf(address.host)}:${address.port}`
  const alpn = version === '2' ? ['h2'] : ['http/1.1']
  const dialer = createDialer({
    address,
    relay: options.relay,
    ...(trust && { tls: { ...trust, alpn } }),
    timeoutNs,
    clock,
  })
  const encrypted = trust !== undefined
  const keepsMarks = options.keepsMarks ?? false
  const trace = new UndiciTrace({ dialer, clock, version, encrypted, keepsMarks, onHead })
  const watch = createWatch({ timeoutNs, clock, signal })
  const clientOptions: Client.Options = {
    allowH2: version === '2',
    pipelining: 1,
    headersTimeout: 0, // the watch bounds every step
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    maxResponseSize: MAX_RESPONSE_BYTES,
  }
  const openClient = () => trace.client(origin, clientOptions)
  const pool = reuse
    ? new Pool(origin, { ...clientOptions, connections: options.connections, factory: openClient })
    : undefined

  /** A complete head decides although its body may never end, unless the dialect needs the body. */
  function onHead(attempt: TracedAttempt): void {
    if (!provider.bodyDecides) attempt.conclude = concludeByHead
  }

  function concludeByHead(this: TracedAttempt, atNs: Nanoseconds): void {
    if (this.head) settle(this, provider.verdict({ ...this.head, body: '' }, this.messages), atNs)
  }

  function send(attempt: TracedAttempt, { method, path, headers, body }: HttpRequest): void {
    const client = pool ?? openClient()
    const fail = (error: unknown) => {
      settleByError(attempt, error, clock.nowNs())
      release(client)
    }
    client.request({ method, path, headers, body, opaque: attempt }, (error, response) => {
      if (error) return fail(error)
      const head = { status: response.statusCode, headers: response.headers }
      response.body.text().then(text => {
        settle(attempt, provider.verdict({ ...head, body: text }, attempt.messages), clock.nowNs())
        release(client)
      }, fail)
    })
  }

  /** Not before the caller has heard: closing is no part of the submission. */
  function release(client: Dispatcher): void {
    if (client !== pool) setImmediate(() => client.destroy().catch(() => {}))
  }

  return {
    protocol: 'http',
    get connectionsOpened() {
      return dialer.opened
    },
    submit(load) {
      // HTTP answers for all recipients at once.
      const attempt = new TracedAttempt(1, trace)
      attempt.messages = load.count ?? 1
      attempt.ended = watch.delete
      attempt.enter('encode', clock.nowNs())
      watch.add(attempt)
      if (!attempt.settled) {
        const request = provider.request(load, options.key, options.path)
        attempt.enter('queue', clock.nowNs())
        void send(attempt, request)
      }
      return attempt.reply
    },
    async [Symbol.asyncDispose]() {
      watch[Symbol.dispose]()
      trace[Symbol.dispose]()
      await pool?.destroy()
      dialer[Symbol.dispose]()
    },
  }
}

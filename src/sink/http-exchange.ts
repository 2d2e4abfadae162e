import type { Readable } from 'node:stream'
import type { HttpResponse, KeyCheck, Provider } from '../provider/provider.ts'
import { type ProviderName, providerNames, providers } from '../provider/providers.ts'
import type { Verdict } from '../sample.ts'
import { type Fault, isDecided } from './fault/fault.ts'
import type { SinkOptions } from './sink.ts'
import { createThink } from './think.ts'

/** What is left of HTTP/1.1 and HTTP/2 once their differences are taken away. */
export interface HttpCall {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
  /** False once the client can no longer be answered. */
  isOpen(): boolean
  respond(response: HttpResponse): void
  /** Answers with `response` as a fault has it, or not at all. */
  fail(fault: Fault, response: HttpResponse): void
}

export const RECEIPTS_PATH = '/_mailbench/receipts'

const json = (status: number, value: unknown, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
})

const notFound = json(404, { error: { message: 'No such path' } })
const postOnly = json(405, { error: { message: 'Use POST' } }, { allow: 'POST' })
const getOnly = json(405, { error: { message: 'Use GET' } }, { allow: 'GET' })
const unavailable = json(503, { error: { message: 'Service unavailable' } })
const tooLarge = json(413, { error: { message: 'The body is too large' } })

/** Calls `done` with the whole body, or with undefined when it is larger than `limitBytes`: then it was discarded. */
function collect(body: Readable, limitBytes: number, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  body.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length
    // Read on all the same: an answer while the client still sends would be lost in a reset (RFC 9112 §9.6).
    if (sizeBytes <= limitBytes) chunks.push(chunk)
    else chunks.length = 0
  })
  body.on('end', () => {
    if (sizeBytes > limitBytes) done(undefined)
    else done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
  })
}

function routesOf(names: readonly ProviderName[]): Map<string, Provider> {
  const routes = new Map<string, Provider>()
  for (const name of names) {
    const provider: Provider = providers[name]
    const rival = routes.get(provider.path)
    if (rival) throw new Error(`${name} and ${rival.name} share the path ${provider.path}`)
    routes.set(provider.path, provider)
  }
  return routes
}

function keyCheck({ auth, keys }: SinkOptions): KeyCheck {
  if (auth === 'off') return undefined
  if (keys) return key => keys.includes(key)
  return auth === 'required' ? () => true : undefined
}

/** Answers calls as the providers would: the same for every version of HTTP. */
export function createHttpExchange(options: SinkOptions): (call: HttpCall) => void {
  const { script, draws, clock, ledger, sizeLimitBytes } = options
  const routes = routesOf(options.providers ?? providerNames)
  const keys = keyCheck(options)
  const think = createThink(clock)

  /** Comes to a point before the request is whole. */
  function meet(step: 'head' | 'body', call: HttpCall, proceed: () => void): void {
    if (script.steps && !script.steps.has(step)) return proceed()
    const exchange = { protocol: 'http', step, atNs: clock.nowNs() } as const
    const { thinkNs, fault } = script(exchange, draws(undefined, step))
    think(thinkNs, () => {
      if (!call.isOpen()) return
      if (fault) call.fail(fault, unavailable)
      else proceed()
    })
  }

  function decide(
    call: HttpCall,
    provider: Provider,
    verdict: Verdict,
    ids: readonly string[],
    fault?: Fault,
  ): void {
    // Counted where the answer is handed over: a client that vanished has not been answered.
    if (!call.isOpen()) return
    if (fault && !isDecided(fault)) return call.fail(fault, unavailable)
    if (verdict.outcome === 'accepted') {
      if (ids.length === 0) ledger.record(undefined)
      for (const id of ids) ledger.record(id)
    }
    const response = provider.respond(verdict, ids[0] ?? 'unidentified')
    if (fault) call.fail(fault, response)
    else call.respond(response)
  }

  function submit(call: HttpCall, provider: Provider, body: Buffer): void {
    const { target, headers } = call
    const received = provider.receive({ method: 'POST', path: target, headers, body }, keys)
    if (received.kind === 'refusal') return decide(call, provider, received.verdict, [])
    const exchange = { protocol: 'http', step: 'content', atNs: clock.nowNs() } as const
    const { thinkNs, verdict, fault } = script(exchange, draws(received.ids[0]))
    think(thinkNs, () => decide(call, provider, verdict, received.ids, fault))
  }

  function routed(call: HttpCall, body: Buffer | undefined): void {
    const query = call.target.indexOf('?')
    const path = query < 0 ? call.target : call.target.slice(0, query)
    const provider = routes.get(path)
    if (provider) {
      if (call.method !== 'POST') return call.respond(postOnly)
      return body ? submit(call, provider, body) : call.respond(tooLarge)
    }
    if (path !== RECEIPTS_PATH) return call.respond(notFound)
    call.respond(call.method === 'GET' ? json(200, ledger.summary()) : getOnly)
  }

  function read(call: HttpCall): void {
    collect(call.body, sizeLimitBytes, body => {
      // HTTP/2 ends the body of a stream that was reset as well (RFC 9113 §5.4.2).
      if (call.isOpen()) routed(call, body)
    })
  }

  /** The body is asked about once there is something of it. */
  function awaitBody(call: HttpCall): void {
    if (script.steps && !script.steps.has('body')) return read(call)
    call.body.once('readable', () => {
      if (call.body.readableLength > 0) meet('body', call, () => read(call))
      else read(call)
    })
  }

  return call => meet('head', call, () => awaitBody(call))
}

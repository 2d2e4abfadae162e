import type { Readable } from 'node:stream'
import type { Keys } from '../provider/key.ts'
import type { HttpRequest, HttpResponse, Taken } from '../provider/provider.ts'
import { providerNames, providers } from '../provider/providers.ts'
import { createRouter, type Endpoint, type Endpoints } from '../provider/router.ts'
import type { Verdict } from '../sample.ts'
import { type Fault, isDecided } from './fault/fault.ts'
import { createReplays } from './replays.ts'
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
const wrongMethod = (methods: readonly string[]) =>
  json(405, { error: { message: `Use ${methods.join(' or ')}` } }, { allow: methods.join(', ') })
const getOnly = wrongMethod(['GET'])
const unavailable = json(503, { error: { message: 'Service unavailable' } })
const tooLarge: Verdict = {
  outcome: 'rejected',
  cause: 'content',
  code: 413,
  text: 'The body is too large',
}

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

function takenKeys({ auth, keys }: SinkOptions): Keys {
  if (auth === 'off') return 'off'
  return keys ?? (auth === 'required' ? 'any' : 'off')
}

function pathOf({ target }: HttpCall): string {
  const query = target.indexOf('?')
  return query < 0 ? target : target.slice(0, query)
}

function answer(call: HttpCall, response: HttpResponse, fault: Fault | undefined): void {
  if (fault) call.fail(fault, response)
  else call.respond(response)
}

/** Answers calls as the providers would: the same for every version of HTTP. */
export function createHttpExchange(options: SinkOptions): (call: HttpCall) => void {
  const { script, draws, clock, ledger, sizeLimitBytes } = options
  const find = createRouter((options.providers ?? providerNames).map(name => providers[name]))
  const keys = takenKeys(options)
  const think = createThink(clock)
  const replays = createReplays(clock)
  // Ids are made of it: those of a sink that was started anew are others.
  let serial = clock.wallMs()

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

  /** Answers, and counts what is taken where the answer is handed over. */
  function decide(
    call: HttpCall,
    { provider, route }: Endpoint,
    verdict: Verdict,
    taken?: Taken,
    fault?: Fault,
  ): void {
    // A client that vanished has not been answered.
    if (!call.isOpen()) return
    const stamp = { serial, wallMs: clock.wallMs() }
    serial += taken?.messages.length ?? 1
    const isDecisive = fault === undefined || isDecided(fault)
    if (verdict.outcome !== 'accepted' || !taken || !isDecisive) {
      if (taken) replays.settle(provider, taken)
      return answer(call, isDecisive ? route.refuse(verdict, stamp) : unavailable, fault)
    }
    for (const { id, refusal } of taken.messages) if (!refusal) ledger.record(id)
    const response = route.accept(taken, stamp)
    replays.settle(provider, taken, response)
    answer(call, response, fault)
  }

  /** A batch is one exchange: its fate is drawn once. A call that sends nothing asks for no decision. */
  function submit(call: HttpCall, endpoint: Endpoint, body: Buffer): void {
    const { target: path, headers } = call
    const method = call.method as HttpRequest['method']
    const received = endpoint.route.receive({ method, path, headers, body }, keys)
    if (received.kind === 'refused') return decide(call, endpoint, received.verdict)
    if (received.messages.length === 0) return decide(call, endpoint, { outcome: 'accepted' }, received)
    const replay = replays.recall(endpoint.provider, received, body, () => call.isOpen())
    if (replay && 'response' in replay) return call.respond(replay.response)
    if (replay) return decide(call, endpoint, replay.refusal)
    const exchange = { protocol: 'http', step: 'content', atNs: clock.nowNs() } as const
    const { thinkNs, verdict, fault } = script(exchange, draws(received.messages[0]?.id))
    think(thinkNs, () => decide(call, endpoint, verdict, received, fault))
  }

  function routed(call: HttpCall, endpoints: Endpoints | undefined, body: Buffer | undefined): void {
    const endpoint = endpoints?.[call.method as HttpRequest['method']]
    if (endpoint) return body ? submit(call, endpoint, body) : decide(call, endpoint, tooLarge)
    if (endpoints) return call.respond(wrongMethod(Object.keys(endpoints)))
    if (pathOf(call) !== RECEIPTS_PATH) return call.respond(notFound)
    call.respond(call.method === 'GET' ? json(200, ledger.summary()) : getOnly)
  }

  function read(call: HttpCall): void {
    const endpoints = find(pathOf(call))
    const limitBytes = endpoints?.[call.method as HttpRequest['method']]?.route.bytesMax ?? sizeLimitBytes
    collect(call.body, Math.min(limitBytes, sizeLimitBytes), body => {
      // HTTP/2 ends the body of a stream that was reset as well (RFC 9113 §5.4.2).
      if (call.isOpen()) routed(call, endpoints, body)
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

  return call => {
    // Faults are the messages': whoever asks what was taken is told.
    if (pathOf(call) === RECEIPTS_PATH) read(call)
    else meet('head', call, () => awaitBody(call))
  }
}

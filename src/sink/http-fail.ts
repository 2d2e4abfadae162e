import type { ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { HttpResponse } from '../provider/provider.ts'
import { endingOf, type Fault, GARBAGE } from './fault/fault.ts'
import type { HttpTap } from './http-tap.ts'
import type { Think } from './think.ts'

const FLOOD = Buffer.alloc(16 * 1024, 'x')

/** Waits until the responses to earlier requests of the connection have left. */
function inTurn(response: ServerResponse, then: () => void): void {
  if (response.socket) then()
  else response.once('socket', then)
}

/** Answers a request over HTTP/1.1 as a fault has it, instead of `reply` or by damaging it. */
export function failHttp1(response: ServerResponse, tap: HttpTap, fault: Fault, reply: HttpResponse): void {
  const { status, headers, body } = reply
  switch (fault.kind) {
    case 'unavailable':
      response.writeHead(status, {
        ...headers,
        'content-length': Buffer.byteLength(body),
        connection: 'close',
      })
      return void response.end(body)
    case 'truncate':
    case 'garbage':
    case 'endless':
    case 'repeat':
    case 'drip':
      return inTurn(response, () => {
        tap.damageNext(fault)
        response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
        response.end(body)
      })
    default:
      return inTurn(response, () => loseAs(tap, fault))
  }
}

/** Over HTTP/2, where a reply is frames of a stream: what has to do with its bytes is done to its body. */
export function failHttp2(
  stream: ServerHttp2Stream,
  tap: HttpTap,
  fault: Fault,
  { status, headers, body }: HttpResponse,
  think: Think,
): void {
  const head = { ':status': status, ...headers }
  switch (fault.kind) {
    case 'unavailable':
      stream.respond(head)
      stream.end(body)
      return stream.session?.close()
    case 'truncate':
      stream.respond(head)
      return void stream.write(body.slice(0, body.length >> 1), () => setImmediate(() => tap.lose('reset')))
    case 'garbage':
      return tap.inject(GARBAGE)
    case 'endless':
      stream.respond(head)
      return pour(stream)
    case 'drip':
      stream.respond(head)
      return drip(stream, Buffer.from(body), fault.forNs / body.length, think)
    case 'repeat':
      // A stream is answered once (RFC 9113 §8.1): there is no second reply to send.
      stream.respond(head)
      return void stream.end(body)
    default:
      return loseAs(tap, fault)
  }
}

function loseAs(tap: HttpTap, fault: Fault): void {
  const ending = endingOf(fault)
  if (!ending) throw new Error(`the HTTP sink has no ${fault.kind} at this point`)
  tap.lose(ending)
}

/** A body without end, as far as the client's window lets it. */
function pour(stream: ServerHttp2Stream): void {
  if (stream.writable) stream.write(FLOOD, () => pour(stream))
}

function drip(stream: ServerHttp2Stream, rest: Buffer, gapNs: number, think: Think): void {
  if (!stream.writable) return
  if (rest.length <= 1) return void stream.end(rest)
  stream.write(rest.subarray(0, 1))
  think(gapNs, () => drip(stream, rest.subarray(1), gapNs, think))
}

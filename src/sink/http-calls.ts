import type { IncomingMessage, ServerResponse } from 'node:http'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type { Duplex, Readable } from 'node:stream'
import type { HttpResponse } from '../provider/provider.ts'
import type { Fault } from './fault/fault.ts'
import type { Gather } from './gather.ts'
import type { HttpCall } from './http-exchange.ts'
import { failHttp1, failHttp2 } from './http-fail.ts'
import { HttpTap } from './http-tap.ts'
import type { Think } from './think.ts'

/** Only set-cookie is ever an array, and no request has it. */
const textHeaders = (headers: IncomingHttpHeaders | IncomingMessage['headers']) =>
  headers as Readonly<Record<string, string>>

/** Without a tap there are no faults: whoever asks for one all the same is mistaken. */
const untapped = () => new Error('a script that says it has no faults has one')

/** A request of HTTP/1.1 and its response. */
export class Http1Call implements HttpCall {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
  readonly #response: ServerResponse
  readonly #socket: Duplex
  readonly #tap: HttpTap | undefined
  readonly #gather: Gather

  constructor(request: IncomingMessage, response: ServerResponse, gather: Gather) {
    this.method = request.method ?? ''
    this.target = request.url ?? ''
    this.headers = textHeaders(request.headers)
    this.body = request
    this.#response = response
    // Not response.socket: it is null until the connection's previous response has been flushed.
    this.#socket = request.socket
    this.#tap = this.#socket instanceof HttpTap ? this.#socket : undefined
    this.#gather = gather
  }

  isOpen(): boolean {
    return !this.#response.destroyed && this.#socket.writable && !this.#tap?.isLost
  }

  fail(fault: Fault, response: HttpResponse): void {
    if (!this.#tap) throw untapped()
    failHttp1(this.#response, this.#tap, fault, response)
  }

  respond(response: HttpResponse): void {
    this.#gather(() => this.#send(response))
  }

  #send({ status, headers, body }: HttpResponse): void {
    const sizeBytes = Buffer.byteLength(body)
    this.#response.writeHead(status, { ...headers, 'content-length': sizeBytes })
    // Head and body are written as one text: what is ASCII need not be searched for anything else.
    this.#response.end(body, sizeBytes === body.length ? 'latin1' : 'utf8')
  }
}

/** A stream of HTTP/2. */
export class Http2Call implements HttpCall {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
  readonly #stream: ServerHttp2Stream
  readonly #tap: HttpTap | undefined
  readonly #think: Think

  constructor(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    tap: HttpTap | undefined,
    think: Think,
  ) {
    this.method = String(headers[':method'])
    this.target = String(headers[':path'])
    this.headers = textHeaders(headers)
    this.body = stream
    this.#stream = stream
    this.#tap = tap
    this.#think = think
  }

  isOpen(): boolean {
    return !this.#stream.aborted && !this.#stream.closed && !this.#stream.destroyed && !this.#tap?.isLost
  }

  fail(fault: Fault, response: HttpResponse): void {
    if (!this.#tap) throw untapped()
    failHttp2(this.#stream, this.#tap, fault, response, this.#think)
  }

  respond({ status, headers, body }: HttpResponse): void {
    this.#stream.respond({ ':status': status, ...headers, 'content-length': Buffer.byteLength(body) })
    this.#stream.end(body)
  }
}

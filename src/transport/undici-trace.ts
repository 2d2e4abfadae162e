import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { type buildConnector, Client, type Dispatcher } from 'undici'
import type { Clock } from '../clock.ts'
import type { Dialer } from '../dial/dial.ts'
import type { HttpHeaders } from '../provider/provider.ts'
import { Attempt, Stopped } from './attempt.ts'

/** Node publishes each HTTP/2 stream of a client on this channel, within the call that makes it. */
const STREAM_CREATED = 'http2.client.stream.created'

type Handler = Dispatcher.DispatchHandler
type Controller = Dispatcher.DispatchController
type Request = Dispatcher.DispatchOptions & { readonly opaque?: unknown }
type Fields = Record<string, string | string[] | undefined>

export interface ResponseHead {
  readonly status: number
  readonly headers: HttpHeaders
}

export interface UndiciTraceOptions {
  readonly dialer: Dialer
  readonly clock: Clock
  readonly version: '1.1' | '2'
  /** HTTP/2 in the clear is spoken with prior knowledge (RFC 9113 §3.3). */
  readonly encrypted: boolean
  /** See PhaseTimes. */
  readonly keepsMarks: boolean
  /** Told of the head of each final response. */
  readonly onHead: (attempt: TracedAttempt) => void
}

/** One client of undici's: its connection, of which it has one at a time, and who waits for it. */
class Line {
  readonly #trace: UndiciTrace
  socket: Socket | undefined
  connectionId = 0
  /** In the order in which undici was given them, which is the order in which it sends them. */
  readonly #waiting: TracedAttempt[] = []

  constructor(trace: UndiciTrace) {
    this.#trace = trace
  }

  enqueue(attempt: TracedAttempt): void {
    this.#waiting.push(attempt)
  }

  leave(attempt: TracedAttempt): void {
    const waiting = this.#waiting
    if (waiting[0] === attempt) waiting.shift()
    else if (waiting.includes(attempt)) waiting.splice(waiting.indexOf(attempt), 1)
  }

  /**
   * A connection is the setup of the request that waits for it. undici dials from wherever it finds a request
   * waiting and no connection, which may be within the end of another: who waits is known, who calls is not.
   */
  readonly connect: buildConnector.connector = (_options, callback) => {
    const { dialer, clock, version, encrypted } = this.#trace.options
    const owner = this.#waiting.find(attempt => !attempt.settled)
    dialer
      .dial((phase, atNs) => owner?.enter(phase, atNs))
      .then(
        ({ id, socket }) => {
          this.connectionId = id
          this.socket = socket
          // undici's own mark for HTTP/2 where no ALPN can say so.
          if (version === '2' && !encrypted) Object.assign(socket, { alpnProtocol: 'h2' })
          owner?.enter('queue', clock.nowNs())
          callback(null, socket)
        },
        (error: Error) => callback(error, null),
      )
  }
}

// One class for all: a class a client would make each of them another shape, for which undici's code is
// compiled anew and finds its fields by search.
class TracedClient extends Client {
  readonly #line: Line

  constructor(origin: string, options: Client.Options, line: Line) {
    super(origin, { ...options, connect: line.connect })
    this.#line = line
  }

  /** undici hands the options of a request through, `opaque` among them, which is for whoever sends it. */
  override dispatch(request: Request, handler: Handler): boolean {
    const attempt = request.opaque
    if (!(attempt instanceof TracedAttempt)) return super.dispatch(request, handler)
    attempt.travel(this.#line, handler)
    return super.dispatch(request, attempt)
  }
}

/** What ends the work of undici on an attempt that has been started. */
function abortRequest(this: TracedAttempt, stopped: Stopped): void {
  this.controller?.abort(stopped)
}

/**
 * An attempt, and the handler of its request: passes everything on to undici's own handler, and takes the
 * instants of its phases on the way. One object does both, and has no closures: there is one a message.
 */
export class TracedAttempt extends Attempt implements Handler {
  readonly #trace: UndiciTrace
  #line: Line | undefined
  #handler: Handler | undefined
  controller: Controller | undefined
  stream: ClientHttp2Stream | undefined
  /** Of the final response. */
  head: ResponseHead | undefined

  constructor(recipients: number, trace: UndiciTrace) {
    super(recipients, trace.options.keepsMarks)
    this.#trace = trace
  }

  /** A client has taken it, and sends it when its turn comes. */
  travel(line: Line, handler: Handler): void {
    this.#line = line
    this.#handler = handler
    line.enqueue(this)
  }

  #nowNs() {
    return this.#trace.options.clock.nowNs()
  }

  onRequestStart(controller: Controller, context: unknown): void {
    this.#line?.leave(this)
    this.#start(controller)
    this.#handler?.onRequestStart?.(controller, context)
  }

  #start(controller: Controller): void {
    // Stopped while it waited: aborted now, it is dropped before anything is written.
    if (this.settled) return controller.abort(new Stopped('aborted', 'stopped while it waited'))
    this.#trace.writing = this
    this.controller = controller
    this.cancel = abortRequest
    this.connectionId = this.#line?.connectionId ?? 0
    // A request that HTTP/2 refused to take (RFC 9113 §8.7) is sent once more: nothing has been taken.
    this.handedOver = false
    this.enter('send', this.#nowNs())
  }

  /** undici has written all, perhaps into a buffer of ours: what waits there has not been handed over. */
  onRequestSent(): void {
    this.#trace.writing = undefined
    const socket = this.#line?.socket
    // The socket below HTTP/2 is written to by Node's C++: only the stream knows what is left.
    if (this.stream) this.stream.once('finish', () => this.#handOver())
    // Less than a high-water mark in the buffer is as good as gone: the doubtful side is the safe one.
    else if (socket?.writableNeedDrain) socket.once('drain', () => this.#handOver())
    else this.#handOver()
    this.#handler?.onRequestSent?.()
  }

  #handOver(): void {
    if (this.settled) return
    this.handedOver = true
    if (this.times.current === 'send') this.enter('wait', this.#nowNs())
  }

  onResponseStart(controller: Controller, status: number, headers: Fields, text?: string): void {
    // 1xx are interim (RFC 9110 §15.2): the final response is still to come.
    if (status >= 200) {
      const atNs = this.#nowNs()
      // Whoever answers has seen the request, or as much of it as it took to refuse it.
      this.handedOver = true
      if (this.times.current === 'send') this.enter('wait', atNs)
      this.enter('receive', atNs)
      this.head = { status, headers }
      this.#trace.options.onHead(this)
    }
    this.#handler?.onResponseStart?.(controller, status, headers, text)
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#handler?.onResponseData?.(controller, chunk)
  }

  onResponseEnd(controller: Controller, trailers: Fields): void {
    this.#handler?.onResponseEnd?.(controller, trailers)
  }

  onResponseError(controller: Controller, error: Error): void {
    this.#line?.leave(this)
    this.#handler?.onResponseError?.(controller, error)
  }
}

/** Sees what the clients of one transport do, without changing it. */
export class UndiciTrace implements Disposable {
  readonly options: UndiciTraceOptions
  /** The attempt whose request undici is writing: it starts it and makes its stream within one call. */
  writing: TracedAttempt | undefined
  readonly #onStreamCreated = (message: unknown) => {
    if (this.writing) this.writing.stream = (message as { stream: ClientHttp2Stream }).stream
  }

  constructor(options: UndiciTraceOptions) {
    this.options = options
    if (options.version === '2') subscribe(STREAM_CREATED, this.#onStreamCreated)
  }

  /** A client of undici's that dials with our dialer, and whose requests are seen. */
  client(origin: string, options: Client.Options): Client {
    return new TracedClient(origin, options, new Line(this))
  }

  [Symbol.dispose](): void {
    unsubscribe(STREAM_CREATED, this.#onStreamCreated)
  }
}

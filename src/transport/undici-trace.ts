import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { type buildConnector, Client, type Dispatcher } from 'undici'
import type { Clock } from '../clock.ts'
import type { Dialer } from '../dial/dial.ts'
import type { HttpHeaders } from '../provider/provider.ts'
import { Attempt, Stopped } from './attempt.ts'

/** undici publishes the head of each request with the socket it goes to, on this channel. */
const SEND_HEADERS = 'undici:client:sendHeaders'
/** Node publishes each HTTP/2 stream on this one, right after. */
const STREAM_CREATED = 'http2.client.stream.created'

/** undici hands the options of a request through to the client that sends it. */
export const attemptKey = Symbol('attempt')
export type TracedRequest = Dispatcher.DispatchOptions & { [attemptKey]?: TracedAttempt }

export interface ResponseHead {
  readonly status: number
  readonly headers: HttpHeaders
}

/** An attempt, and what of undici works for it. */
export class TracedAttempt extends Attempt {
  socket: Socket | undefined
  stream: ClientHttp2Stream | undefined
}

/** What is seen of a request on its way through undici. */
interface Observer {
  onStart(attempt: TracedAttempt, controller: Dispatcher.DispatchController): void
  onSent(attempt: TracedAttempt): void
  onHead(attempt: TracedAttempt, head: ResponseHead): void
  onFailure(attempt: TracedAttempt): void
}

/** Passes everything on to the request's own handler, and tells the observer on the way. */
class TracedHandler implements Dispatcher.DispatchHandler {
  readonly #attempt: TracedAttempt
  readonly #handler: Dispatcher.DispatchHandler
  readonly #observer: Observer

  constructor(attempt: TracedAttempt, handler: Dispatcher.DispatchHandler, observer: Observer) {
    this.#attempt = attempt
    this.#handler = handler
    this.#observer = observer
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#observer.onStart(this.#attempt, controller)
    this.#handler.onRequestStart?.(controller, context)
  }

  onRequestSent(): void {
    this.#observer.onSent(this.#attempt)
    this.#handler.onRequestSent?.()
  }

  onResponseStart(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    const [, status, headers] = args
    // 1xx are interim (RFC 9110 §15.2): the final response is still to come.
    if (status >= 200) this.#observer.onHead(this.#attempt, { status, headers })
    this.#handler.onResponseStart?.(...args)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk)
  }

  onResponseEnd(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    this.#handler.onResponseEnd?.(...args)
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#observer.onFailure(this.#attempt)
    this.#handler.onResponseError?.(controller, error)
  }
}

export interface UndiciTraceOptions {
  readonly dialer: Dialer
  readonly clock: Clock
  /** Speak HTTP/2 in the clear (RFC 9113 §3.3). */
  readonly priorKnowledge: boolean
  /** Told of the head of each final response. */
  readonly onHead: (attempt: TracedAttempt, head: ResponseHead) => void
}

/**
 * Sees what undici does without changing it: a connection that a client dials is the setup of the request
 * that waits for it; the handler of each request is wrapped to take the instants of its phases.
 */
export class UndiciTrace implements Disposable {
  readonly #options: UndiciTraceOptions
  readonly #connectionIds = new WeakMap<object, number>()
  /** The attempt whose request undici is writing: it starts, binds and sends it within one call. */
  #writing: TracedAttempt | undefined
  readonly #onSendHeaders = (message: unknown) => this.#bind((message as { socket: Socket }).socket)
  readonly #onStreamCreated = (message: unknown) => {
    if (this.#writing) this.#writing.stream = (message as { stream: ClientHttp2Stream }).stream
  }

  constructor(options: UndiciTraceOptions) {
    this.#options = options
    subscribe(SEND_HEADERS, this.#onSendHeaders)
    subscribe(STREAM_CREATED, this.#onStreamCreated)
  }

  [Symbol.dispose](): void {
    unsubscribe(SEND_HEADERS, this.#onSendHeaders)
    unsubscribe(STREAM_CREATED, this.#onStreamCreated)
  }

  /** A client of undici's that dials with our dialer, and whose requests are seen. */
  client(origin: string, options: Client.Options): Client {
    // undici dials from wherever it finds a request waiting and no connection, which may be within the end
    // of another request: who waits is known, who calls is not.
    const waiting = new Set<TracedAttempt>()
    const observer: Observer = {
      onStart: (attempt, controller) => {
        waiting.delete(attempt)
        this.#start(attempt, controller)
      },
      onSent: attempt => this.#sent(attempt),
      onHead: (attempt, head) => this.#head(attempt, head),
      onFailure: attempt => void waiting.delete(attempt),
    }
    class TracedClient extends Client {
      override dispatch(request: TracedRequest, handler: Dispatcher.DispatchHandler): boolean {
        const attempt = request[attemptKey]
        if (!attempt) return super.dispatch(request, handler)
        waiting.add(attempt)
        return super.dispatch(request, new TracedHandler(attempt, handler, observer))
      }
    }
    const connect: buildConnector.connector = (_options, callback) => {
      const owner = [...waiting].find(attempt => !attempt.settled)
      this.#connect(owner, callback)
    }
    return new TracedClient(origin, { ...options, connect })
  }

  #connect(owner: TracedAttempt | undefined, callback: buildConnector.Callback): void {
    const { dialer, clock, priorKnowledge } = this.#options
    dialer
      .dial((phase, atNs) => owner?.enter(phase, atNs))
      .then(
        ({ id, socket }) => {
          this.#connectionIds.set(socket, id)
          // undici's own mark for HTTP/2 where no ALPN can say so.
          if (priorKnowledge) Object.assign(socket, { alpnProtocol: 'h2' })
          owner?.enter('queue', clock.nowNs())
          callback(null, socket)
        },
        (error: Error) => callback(error, null),
      )
  }

  #start(attempt: TracedAttempt, controller: Dispatcher.DispatchController): void {
    // Stopped while it waited: aborted now, it is dropped before anything is written.
    if (attempt.settled) {
      this.#writing = undefined
      return controller.abort(new Stopped('aborted', 'stopped while it waited'))
    }
    this.#writing = attempt
    attempt.cancel = stopped => controller.abort(stopped)
    // A request that HTTP/2 refused to take (RFC 9113 §8.7) is sent once more: nothing has been taken.
    attempt.handedOver = false
    attempt.enter('send', this.#options.clock.nowNs())
  }

  #bind(socket: Socket): void {
    if (!this.#writing) return
    this.#writing.socket = socket
    this.#writing.connectionId = this.#connectionIds.get(socket) ?? 0
  }

  /** undici has written all, perhaps into a buffer of ours: what waits there has not been handed over. */
  #sent(attempt: TracedAttempt): void {
    this.#writing = undefined
    const handOver = () => {
      if (attempt.settled) return
      attempt.handedOver = true
      if (attempt.times.current === 'send') attempt.enter('wait', this.#options.clock.nowNs())
    }
    const { stream, socket } = attempt
    // The socket below HTTP/2 is written to by Node's C++: only the stream knows what is left.
    if (stream) stream.once('finish', handOver)
    // Less than a high-water mark in the buffer is as good as gone: the doubtful side is the safe one.
    else if (socket?.writableNeedDrain) socket.once('drain', handOver)
    else handOver()
  }

  #head(attempt: TracedAttempt, head: ResponseHead): void {
    const nowNs = this.#options.clock.nowNs()
    // Whoever answers has seen the request, or as much of it as it took to refuse it.
    attempt.handedOver = true
    if (attempt.times.current === 'send') attempt.enter('wait', nowNs)
    attempt.enter('receive', nowNs)
    this.#options.onHead(attempt, head)
  }
}

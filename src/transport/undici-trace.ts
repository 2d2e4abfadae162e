import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { type buildConnector, Client, type Dispatcher } from 'undici'
import type { Clock } from '../clock.ts'
import type { Dialer } from '../dial/dial.ts'
import type { Attempt } from './attempt.ts'

/** undici publishes the head of each request with the socket it goes to, on this channel. */
const SEND_HEADERS = 'undici:client:sendHeaders'

/** undici hands the options of a request through to the client that sends it. */
export const attemptKey = Symbol('attempt')
export type TracedRequest = Dispatcher.DispatchOptions & { [attemptKey]?: Attempt }

export interface ResponseHead {
  readonly status: number
  readonly headers: Record<string, string>
}

export const plainHeaders = (
  headers: Record<string, string | string[] | undefined>,
): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))

/** Passes everything on to the request's own handler, and takes the instants of the phases on the way. */
class TracedHandler implements Dispatcher.DispatchHandler {
  readonly #attempt: Attempt
  readonly #handler: Dispatcher.DispatchHandler
  readonly #trace: UndiciTrace

  constructor(attempt: Attempt, handler: Dispatcher.DispatchHandler, trace: UndiciTrace) {
    this.#attempt = attempt
    this.#handler = handler
    this.#trace = trace
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#trace.onStart(this.#attempt)
    this.#handler.onRequestStart?.(controller, context)
  }

  onRequestSent(): void {
    this.#trace.onSent(this.#attempt)
    this.#handler.onRequestSent?.()
  }

  onResponseStart(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    const [, status, headers] = args
    // 1xx are interim (RFC 9110 §15.2): the final response is still to come.
    if (status >= 200) this.#trace.onHead(this.#attempt, status, headers)
    this.#handler.onResponseStart?.(...args)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk)
  }

  onResponseEnd(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    this.#handler.onResponseEnd?.(...args)
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onResponseError?.(controller, error)
  }
}

/**
 * Sees what undici does without changing it: a connection that is dialled within the dispatch of a request
 * is that request's setup; the handler of each request is wrapped to take the instants of its phases.
 */
export class UndiciTrace implements Disposable {
  readonly #dialer: Dialer
  readonly #clock: Clock
  readonly #priorKnowledge: boolean
  readonly #connectionIds = new WeakMap<object, number>()
  readonly #sockets = new WeakMap<Attempt, Socket>()
  readonly #heads = new WeakMap<Attempt, ResponseHead>()
  /** The attempt in whose dispatch we are: undici dials and sends within the same call. */
  #dispatching: Attempt | undefined
  #starting: Attempt | undefined
  readonly #onSendHeaders = (message: unknown) => this.#bind((message as { socket: Socket }).socket)

  /** @param priorKnowledge speak HTTP/2 in the clear (RFC 9113 §3.3) */
  constructor(dialer: Dialer, clock: Clock, priorKnowledge: boolean) {
    this.#dialer = dialer
    this.#clock = clock
    this.#priorKnowledge = priorKnowledge
    subscribe(SEND_HEADERS, this.#onSendHeaders)
  }

  [Symbol.dispose](): void {
    unsubscribe(SEND_HEADERS, this.#onSendHeaders)
  }

  /** The head of the final response, if one arrived. */
  headOf(attempt: Attempt): ResponseHead | undefined {
    return this.#heads.get(attempt)
  }

  /** A client of undici's whose dispatches are seen. */
  client(origin: string, options: Client.Options): Client {
    const dispatchAs = <T>(attempt: Attempt, dispatch: () => T): T => {
      this.#dispatching = attempt
      try {
        return dispatch()
      } finally {
        this.#dispatching = undefined
      }
    }
    const wrap = (attempt: Attempt, handler: Dispatcher.DispatchHandler) =>
      new TracedHandler(attempt, handler, this)
    class TracedClient extends Client {
      override dispatch(request: TracedRequest, handler: Dispatcher.DispatchHandler): boolean {
        const attempt = request[attemptKey]
        if (!attempt) return super.dispatch(request, handler)
        return dispatchAs(attempt, () => super.dispatch(request, wrap(attempt, handler)))
      }
    }
    return new TracedClient(origin, options)
  }

  /** undici's `connect` option: hands it connections of our dialer. */
  readonly connect: buildConnector.connector = (_options, callback) => {
    const owner = this.#dispatching
    this.#dialer
      .dial((phase, atNs) => owner?.times.enter(phase, atNs))
      .then(
        ({ id, socket }) => {
          this.#connectionIds.set(socket, id)
          // undici's own mark for HTTP/2 where no ALPN can say so.
          if (this.#priorKnowledge) Object.assign(socket, { alpnProtocol: 'h2' })
          owner?.times.enter('queue', this.#clock.nowNs())
          callback(null, socket)
        },
        (error: Error) => callback(error, null),
      )
  }

  onStart(attempt: Attempt): void {
    this.#starting = attempt
    attempt.times.enter('send', this.#clock.nowNs())
  }

  /** Ties the request that has just been started to the socket that its head goes to. */
  #bind(socket: Socket): void {
    const attempt = this.#starting
    this.#starting = undefined
    if (!attempt) return
    this.#sockets.set(attempt, socket)
    attempt.connectionId = this.#connectionIds.get(socket) ?? 0
  }

  /** All was written; it counts as handed over once less than a high-water mark is left in our own buffer. */
  onSent(attempt: Attempt): void {
    const socket = this.#sockets.get(attempt)
    const handOver = () => {
      if (attempt.settled) return
      attempt.handedOver = true
      if (attempt.times.current === 'send') attempt.times.enter('wait', this.#clock.nowNs())
    }
    if (socket?.writableNeedDrain) socket.once('drain', handOver)
    else handOver()
  }

  onHead(attempt: Attempt, status: number, headers: Record<string, string | string[] | undefined>): void {
    attempt.times.enter('receive', this.#clock.nowNs())
    this.#heads.set(attempt, { status, headers: plainHeaders(headers) })
  }
}

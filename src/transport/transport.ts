import type { Message } from '../message/message.ts'
import type { AnswerReader, HttpRequest } from '../provider/provider.ts'
import type { Reply } from '../sample.ts'

/**
 * A client that submits. Refusals and network faults are values; a throw is a bug of ours.
 *
 * A transport is opened for one trial and ends with it: the trial's signal, given at creation, aborts
 * everything in flight, which then resolves as `aborted`.
 * @typeParam Load what it submits: a message; of a client that makes batch calls, a batch
 */
export interface Transport<Load = Message> extends AsyncDisposable {
  /** `smtp` or `http`: the column of that name. */
  readonly protocol: 'smtp' | 'http'
  submit(load: Load): Promise<Reply>
  /** Connections opened so far, failed ones not counted. */
  readonly connectionsOpened: number
  /**
   * Why it does less than it was asked to, each reason once: `chunked: the server does not offer CHUNKING`.
   * A client that has nothing to fall back from has none.
   */
  readonly fallbacks?: readonly string[]
  /** Calls made so far, by who puts several messages into one; for others each attempt is a call. */
  readonly calls?: number
}

/** What a call of an API carries: a message, or several together. */
export interface Freight<Load> {
  readonly index: number
  /** Messages. @default 1 */
  readonly count?: number
  /** What it was made by, if by a template: requests of one template may be made of one another. */
  readonly template?: { message(index: number): Load } | undefined
}

/** The part of a dialect that sends: of messages by themselves a Sender, of several together see `batchSender`. */
export interface CallSender<Load> extends AnswerReader {
  request(load: Load, key: string | undefined, path?: string): HttpRequest
}

export interface Credentials {
  readonly user: string
  readonly password: string
}

import type { Message } from '../message/message.ts'
import type { Reply } from '../sample.ts'

/**
 * A client that submits. Refusals and network faults are values; a throw is a bug of ours.
 *
 * A transport is opened for one trial and ends with it: the trial's signal, given at creation, aborts
 * everything in flight, which then resolves as `aborted`.
 */
export interface Transport extends AsyncDisposable {
  /** `smtp` or `http`: the column of that name. */
  readonly protocol: 'smtp' | 'http'
  submit(message: Message): Promise<Reply>
  /** Connections opened so far, failed ones not counted. */
  readonly connectionsOpened: number
  /**
   * Why it does less than it was asked to, each reason once: `chunked: the server does not offer CHUNKING`.
   * A client that has nothing to fall back from has none.
   */
  readonly fallbacks?: readonly string[]
}

export interface Credentials {
  readonly user: string
  readonly password: string
}

import type { Address } from '../../src/dial/dial.ts'
import type { Message } from '../../src/message/message.ts'

/** What everything of a run stands on. */
export interface Stage {
  /** For files that other tools read; its path has no spaces. */
  readonly folder: string
  /** What is sent: other tools send this one again and again, our clients a new one each time. */
  readonly message: Message
  /** Ends what is started. */
  readonly stack: AsyncDisposableStack
}

/** Connections of every sender. */
export const CONNECTIONS = 10
/** Messages in flight on each, of those that pipeline. */
export const DEPTH = 8

/** What a sender sent, and what it took, its set-up left out as far as it can be told apart. */
export interface Sent {
  readonly messages: number
  readonly seconds: number
  /** Of the sender's own process. */
  readonly cpuUs: number
}

export interface Sender {
  readonly name: string
  send(): Promise<Sent>
}

export interface Receiver {
  readonly name: string
  readonly address: Address
  /** The process that answers. */
  readonly pid: number
}

export type OpenSender = (to: Address, stage: Stage) => Promise<Sender>
export type OpenReceiver = (stage: Stage) => Promise<Receiver>

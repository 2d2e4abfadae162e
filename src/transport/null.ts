import type { Message } from '../message/message.ts'
import { PhaseTimes } from '../phase.ts'
import type { Reply } from '../sample.ts'
import type { Transport } from './transport.ts'

/** Accepts everything at once and touches nothing: shows what the harness itself costs. */
export function nullTransport<Load = Message>(protocol: 'smtp' | 'http'): Transport<Load> {
  const reply: Reply = Object.freeze({
    outcome: 'accepted',
    recipientsRefused: 0,
    connectionId: 0,
    phases: new PhaseTimes(),
  })
  return {
    protocol,
    connectionsOpened: 0,
    submit: async () => reply,
    [Symbol.asyncDispose]: async () => {},
  }
}

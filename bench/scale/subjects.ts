import type { ListenerSpec } from '../../src/sink/sinks.ts'
import type { Plan } from '../../src/trial/plan.ts'

/** A client whose cost is to stay the same, and the sink that it sends to. */
export interface Subject {
  readonly name: string
  readonly listener: ListenerSpec
  readonly fields: Plan
  /** Messages in flight on each connection. */
  readonly depth: number
}

const smtp: ListenerSpec = { protocol: 'smtp', engine: 'wire', tls: 'none', auth: false }
const http: ListenerSpec = { protocol: 'http', tls: 'none', auth: false }

/** Our own clients: libraries have their own ways to grow. */
export const subjects: readonly Subject[] = [
  { name: 'smtp-lockstep', listener: smtp, fields: { client: 'wire', mode: 'lockstep' }, depth: 1 },
  { name: 'smtp-pipelined', listener: smtp, fields: { client: 'wire', mode: 'pipelined' }, depth: 8 },
  { name: 'smtp-chunked', listener: smtp, fields: { client: 'wire', mode: 'chunked' }, depth: 8 },
  { name: 'http-lockstep', listener: http, fields: { client: 'wire', mode: 'lockstep' }, depth: 1 },
  { name: 'http-pipelined', listener: http, fields: { client: 'wire', mode: 'pipelined' }, depth: 8 },
]

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

export const subjects: readonly Subject[] = [
  {
    name: 'undici',
    listener: { protocol: 'http', tls: 'none', auth: false },
    fields: { client: 'undici' },
    depth: 1,
  },
]

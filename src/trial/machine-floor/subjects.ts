import { NS_PER_S } from '../../clock.ts'
import { type Condition, conditionsOf } from '../condition.ts'

const bare = { smtp: 'sink', api: 'sink', tls: 'none', auth: false, connection: 'reuse' } as const
/** The null transport is quick: it is to be compiled before it is measured. */
const NULL = { messages: 100_000, warmup: 50_000, duration: '2s' } as const
/** A p99 needs 368. */
const CLIENT = { messages: 2000, warmup: 200, duration: '1s' } as const

/** What the harness itself costs, with one user and with ten; and every client, in every mode, alone against the bare sink. */
export const closedSubjects = (): Condition[] => [
  ...conditionsOf({ ...bare, ...NULL, transport: 'smtp', client: 'null', users: [1, 10] }),
  ...conditionsOf({
    ...bare,
    ...CLIENT,
    client: ['nodemailer', 'nodemailer-raw', 'undici', 'wire'],
    mode: ['lockstep', 'pipelined', 'chunked'],
    http_version: '1.1',
    users: 1,
  }),
]

/** Open load through the SMTP wire client. */
export function openSubject(ratePerS: number, durationNs: number): Condition {
  const [condition] = conditionsOf({ ...bare, transport: 'smtp', client: 'wire', rate: ratePerS })
  if (!condition) throw new Error('the wire client speaks SMTP')
  return {
    ...condition,
    messages: Math.ceil((ratePerS * durationNs) / NS_PER_S),
    durationNs,
    warmup: { messages: Number.MAX_SAFE_INTEGER, durationNs: durationNs / 4 },
  }
}

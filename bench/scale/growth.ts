import { startFarSide } from '../../src/trial/far-side.ts'
import type { Target } from '../../src/trial/target.ts'
import { startTrials } from '../worker/trial.ts'
import type { Subject } from './subjects.ts'

/** How much a trial sends, and over how many connections. */
export interface Size {
  readonly messages: number
  readonly connections: number
}

/** What grows from one trial to the other, and by how much the cost of a message may differ. */
export interface Growth {
  readonly name: string
  readonly small: Size
  readonly large: Size
  readonly ratioAtLeast: number
  readonly ratioAtMost: number
}

/** In the warm-up all connections are opened and all code is compiled: what comes after it is set-up no more. */
const WARMUP_MESSAGES = 50_000

/**
 * Sent before by a trial of its own, as a run rehearses. Where a process's first trial passes from its warm-up to its
 * measured part, V8 compiles anew what it took for constant, however long that warm-up was; later trials find it done.
 */
const REHEARSED_MESSAGES = 20_000

export const growths: readonly Growth[] = [
  {
    name: '100,000 to 2,000,000 messages',
    small: { messages: 100_000, connections: 10 },
    large: { messages: 2_000_000, connections: 10 },
    ratioAtLeast: 0.9,
    ratioAtMost: 1.1,
  },
  {
    name: '10 to 2,000 connections',
    small: { messages: 200_000, connections: 10 },
    large: { messages: 200_000, connections: 2000 },
    ratioAtLeast: 0.5,
    ratioAtMost: 2,
  },
]

/** CPU time a message of one trial, client and sink in new processes of their own. */
export async function cpuUsPerMessage(subject: Subject, { messages, connections }: Size): Promise<number> {
  const { listener, fields, depth, name } = subject
  await using farSide = await startFarSide({ listeners: [listener], script: {}, seed: 'scale' })
  await using trials = startTrials()
  const [endpoint] = farSide.endpoints
  if (!endpoint) throw new Error('no sink')
  const address = { host: endpoint.host, port: endpoint.port }
  const target: Target =
    endpoint.protocol === 'smtp'
      ? { protocol: 'smtp', address, tls: 'none', display: 'sink' }
      : { protocol: 'http', address, encrypted: false, display: 'sink' }
  const trial = (sent: number) =>
    trials.ask({
      fields: {
        ...fields,
        users: connections * depth,
        connections,
        size: '1kb',
        messages: sent,
        warmup: WARMUP_MESSAGES,
        duration: '1h',
      },
      target,
    })
  await trial(REHEARSED_MESSAGES)
  const report = await trial(messages)
  if (report.connections !== connections)
    throw new Error(`${name} opened ${report.connections} connections, not ${connections}`)
  return report.cpuUsPerMessage
}

import { type FaultKind, type Step, stepsOf } from '../../sink/fault/fault.ts'
import { type FaultSpec, faultSpec } from '../../sink/fault/fault-spec.ts'
import type { TlsMode } from '../../sink/sink.ts'

/** The clients of the matrix, by what a label says of them. */
export const clients = {
  smtp: ['nodemailer', 'wire lockstep', 'wire pipelined', 'wire chunked'],
  http: ['undici', 'undici h2', 'wire lockstep', 'wire pipelined'],
} as const
export type Protocol = keyof typeof clients
export type ClientLabel = (typeof clients)[Protocol][number]

/** An exchange of one protocol at a sink with this encryption. */
export interface Scene {
  readonly protocol: Protocol
  readonly step: Step
  readonly tls: TlsMode
  /** Over a connection that has carried a message before. */
  readonly isWarm: boolean
}

/** Exchanges that a submission does not come to. */
const besides: readonly Step[] = ['chunk', 'rset', 'noop', 'vrfy', 'help', 'quit']

function tlsAt(protocol: Protocol, step: Step): readonly TlsMode[] {
  if (step === 'starttls') return ['starttls']
  if (step !== 'tls') return ['none']
  return protocol === 'smtp' ? ['starttls', 'implicit'] : ['implicit']
}

/** Exchanges of each message, and not of each connection. */
const ofMessage: readonly Step[] = ['sender', 'recipient', 'data', 'head', 'body', 'content']

/** Every exchange of a submission: first over a connection of its own, then over one that has been used. */
export const scenes: readonly Scene[] = (['smtp', 'http'] as const).flatMap(protocol => {
  const steps = stepsOf(protocol).filter(step => !besides.includes(step))
  const cold = steps.flatMap(step =>
    tlsAt(protocol, step).map(tls => ({ protocol, step, tls, isWarm: false })),
  )
  const warm = cold.filter(({ step }) => ofMessage.includes(step)).map(scene => ({ ...scene, isWarm: true }))
  return [...cold, ...warm]
})

/** Shorter than any client waits. */
const SHORT = '20ms'
/** Longer than any client waits. */
const LONG = '60s'

/** Every fault as the matrix calls it. */
const faults = {
  refuse: { do: 'refuse' },
  reset: { do: 'reset' },
  end: { do: 'end' },
  'half close': { do: 'half_close' },
  silence: { do: 'silence' },
  'stall, then on': { do: 'stall', for: SHORT },
  'stall too long': { do: 'stall', for: LONG },
  'drip, in time': { do: 'drip', for: SHORT },
  'drip too slow': { do: 'drip', for: LONG },
  truncate: { do: 'truncate' },
  garbage: { do: 'garbage' },
  endless: { do: 'endless' },
  repeat: { do: 'repeat' },
  unavailable: { do: 'unavailable' },
  reject: { do: 'reject' },
  defer: { do: 'defer' },
  throttle: { do: 'throttle' },
  'unacknowledged, reset': { do: 'unacknowledged', by: 'reset' },
  'unacknowledged, end': { do: 'unacknowledged', by: 'end' },
  'unacknowledged, half close': { do: 'unacknowledged', by: 'half_close' },
  'unacknowledged, silence': { do: 'unacknowledged', by: 'silence' },
  'bad handshake': { do: 'bad_handshake' },
  'wrong certificate': { do: 'wrong_certificate' },
} as const satisfies Record<string, Omit<FaultSpec, 'at'>>

export type FaultName = keyof typeof faults
export const faultNames = Object.keys(faults) as FaultName[]

export const kindOf = (name: FaultName): FaultKind => faults[name].do

export const specOf = (name: FaultName, at: Step): FaultSpec => ({ at, ...faults[name] })

/** The faults that can happen at an exchange. */
export const faultsAt = ({ step }: Scene): readonly FaultName[] =>
  faultNames.filter(name => faultSpec.safeParse(specOf(name, step)).success)

/** The clients that come to an exchange. */
export function clientsAt({ protocol, step }: Scene): readonly ClientLabel[] {
  const all: readonly ClientLabel[] = clients[protocol]
  // RFC 3030: BDAT stands instead of DATA.
  return step === 'data' ? all.filter(client => client !== 'wire chunked') : all
}

export interface Cell {
  readonly scene: Scene
  readonly fault: FaultName
  readonly client: ClientLabel
}

export const cells: readonly Cell[] = scenes.flatMap(scene =>
  faultsAt(scene).flatMap(fault => clientsAt(scene).map(client => ({ scene, fault, client }))),
)

export const sceneName = ({ protocol, step, tls }: Scene) =>
  tls === 'implicit' && protocol === 'smtp' ? `${step}, implicit` : step

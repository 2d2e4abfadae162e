import { NS_PER_MS } from '../clock.ts'
import { createRandom } from '../random.ts'
import type { Direction, Impairment, Parcel } from './impairment.ts'

/** A parcel in short: when (ms) it comes, and its bytes as text, or what else it is. */
export type Short = readonly [atMs: number, what: string]

const kinds = ['open', 'refuse', 'end', 'reset', 'cut'] as const

function parcelOf([atMs, what]: Short): Parcel {
  const kind = kinds.find(name => `<${name}>` === what) ?? 'bytes'
  return { kind, bytes: Buffer.from(kind === 'bytes' ? what : '', 'latin1'), atNs: atMs * NS_PER_MS }
}

const shortOf = ({ kind, bytes, atNs }: Parcel): Short => [
  atNs / NS_PER_MS,
  kind === 'bytes' ? bytes.toString('latin1') : `<${kind}>`,
]

export interface Lanes {
  /** What becomes of a parcel: several when it is divided. */
  readonly up: (atMs: number, what: string) => Short[]
  readonly down: (atMs: number, what: string) => Short[]
}

/** One connection through an impairment; the link began at 0. */
export function through(impairment: Impairment, seed = 'parcels'): Lanes {
  const treatment = impairment({ linkNs: 0, random: createRandom(seed) })
  const lane = (direction: Direction) => (atMs: number, what: string) => {
    const passed: Short[] = []
    treatment[direction](parcelOf([atMs, what]), parcel => passed.push(shortOf(parcel)))
    return passed
  }
  return { up: lane('up'), down: lane('down') }
}

/** What becomes of parcels that go the same way, in the order of their coming. */
export function pass(
  impairment: Impairment,
  parcels: readonly Short[],
  direction: Direction = 'up',
): Short[] {
  const lanes = through(impairment)
  return parcels.flatMap(([atMs, what]) => lanes[direction](atMs, what))
}

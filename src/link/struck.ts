import type { Nanoseconds } from '../clock.ts'
import { type Occurrence, type OccurrenceSpec, occurrenceOf } from '../occurrence.ts'
import type { Random } from '../random.ts'
import { shareOf } from '../share.ts'
import { blackHole } from './blackhole.ts'
import { clear, type Direction, type Impairment, type Pass, type Treatment } from './impairment.ts'
import { reset } from './reset.ts'
import { stall } from './stall.ts'

/** What befalls some connections of a link: plain data, it crosses to another process. */
export type LinkFault = OccurrenceSpec & { readonly words: string } & (
    | { readonly kind: 'refuse' }
    | (StrikingPoint &
        ({ readonly kind: 'reset' | 'silence' } | { readonly kind: 'stall'; readonly forNs: Nanoseconds }))
  )

interface StrikingPoint {
  readonly direction: Direction
  readonly bytes: number
  /** The share is of each so many bytes, and not of connections. */
  readonly isRate: boolean
}

type ByteStrike = Exclude<LinkFault, { kind: 'refuse' }>

const untouched: Treatment = { up: clear, down: clear }

/** The SYN comes back as an RST: nobody listens. */
const refused: Pass = (parcel, next) => next(parcel.kind === 'open' ? { ...parcel, kind: 'refuse' } : parcel)

/** @param gapBytes to what comes after it, of a stall that comes again */
function strikeAfter(fault: ByteStrike, afterBytes: number, gapBytes?: () => number): Impairment {
  const { direction } = fault
  switch (fault.kind) {
    case 'reset':
      return reset({ direction, afterBytes })
    case 'silence':
      return blackHole({ direction, afterBytes })
    case 'stall':
      return stall({ direction, afterBytes, everyBytes: gapBytes, forNs: fault.forNs })
  }
}

/** Every byte is struck alike: the gaps are exponential, and no shorter than a byte. */
function atRate(fault: ByteStrike, random: Random): Impairment | undefined {
  const meanBytes = fault.bytes / shareOf(fault.share)
  if (meanBytes === Number.POSITIVE_INFINITY) return undefined
  const gapBytes = () => Math.ceil(random.exponential(meanBytes)) || 1
  return strikeAfter(fault, gapBytes(), gapBytes)
}

function strike(fault: LinkFault, random: Random, happens: Occurrence): Impairment | undefined {
  if (fault.kind === 'refuse') return happens(random) ? () => ({ up: refused, down: clear }) : undefined
  if (fault.isRate) return atRate(fault, random)
  return happens(random) ? strikeAfter(fault, fault.bytes) : undefined
}

/** A fault that strikes some connections, each as it begins; its counts are of one link. */
export function struck(fault: LinkFault): Impairment {
  const happens = occurrenceOf(fault)
  return env => strike(fault, env.random, happens)?.(env) ?? untouched
}

import type { Nanoseconds } from '../clock.ts'
import { type Impairment, inOrder, moved, type Pass, split } from './impairment.ts'
import { type Aim, aimed } from './point.ts'

/** At instants of the link, once or again and again. */
interface TimedStall extends Aim {
  readonly forNs: Nanoseconds
  readonly atNs: Nanoseconds
  readonly everyNs?: Nanoseconds | undefined
}

/** Before a byte of each connection, once or again and again. */
interface CountedStall extends Aim {
  readonly forNs: Nanoseconds
  readonly afterBytes: number
  /** How many bytes later there is another: always as many, or as many as is drawn. */
  readonly everyBytes?: number | (() => number) | undefined
}

/** Nothing passes for a while: what a lost packet looks like from above TCP, or a route that flaps. */
export type Stall = TimedStall | CountedStall

/** The end of the stall that an instant falls into, or the instant itself. */
function timed({ forNs, everyNs }: TimedStall, firstNs: Nanoseconds): Pass {
  return (parcel, next) => {
    const { atNs } = parcel
    const sinceNs = everyNs === undefined ? atNs - firstNs : (atNs - firstNs) % everyNs
    const isHeld = atNs >= firstNs && sinceNs < forNs
    next(isHeld ? moved(parcel, atNs - sinceNs + forNs) : parcel)
  }
}

/** Holds the byte that follows the first `afterBytes`, and with it whatever comes while it is held. */
function counted({ forNs, afterBytes, everyBytes = Number.POSITIVE_INFINITY }: CountedStall): () => Pass {
  let leftBytes = afterBytes
  let [beginNs, endNs] = [0, Number.NEGATIVE_INFINITY]

  return () => {
    const order = inOrder()
    return function pass(parcel, next) {
      const isHeld = parcel.atNs >= beginNs && parcel.atNs < endNs
      const atNs = order(isHeld ? endNs : parcel.atNs)
      if (parcel.bytes.length <= leftBytes) {
        leftBytes -= parcel.bytes.length
        return next(moved(parcel, atNs))
      }
      const [before, after] = split(moved(parcel, atNs), leftBytes)
      if (before.bytes.length > 0) next(before)
      beginNs = atNs
      endNs = atNs + forNs
      leftBytes = typeof everyBytes === 'function' ? everyBytes() : everyBytes
      pass(after, next)
    }
  }
}

export function stall(fault: Stall): Impairment {
  return ({ linkNs }) =>
    aimed(fault, 'afterBytes' in fault ? counted(fault) : () => timed(fault, linkNs + fault.atNs))
}

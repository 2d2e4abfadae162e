import { type Impairment, moved, NEVER_NS, type Pass, split } from './impairment.ts'
import { type Aim, aimed, type Point } from './point.ts'

/** From some point on nothing arrives any more, and nobody is told: a firewall, a cable that was pulled. */
export type BlackHole = Point & Aim

export function blackHole(fault: BlackHole): Impairment {
  return ({ linkNs }) => {
    let leftBytes = 'afterBytes' in fault ? fault.afterBytes : Number.POSITIVE_INFINITY
    let darkNs = 'atNs' in fault ? linkNs + fault.atNs : NEVER_NS
    const pass: Pass = (parcel, next) => {
      if (parcel.atNs >= darkNs) return next(moved(parcel, NEVER_NS))
      if (parcel.bytes.length <= leftBytes) {
        leftBytes -= parcel.bytes.length
        return next(parcel)
      }
      const [before, after] = split(parcel, leftBytes)
      darkNs = parcel.atNs
      if (before.bytes.length > 0) next(before)
      next(moved(after, NEVER_NS))
    }
    return aimed(fault, () => pass)
  }
}

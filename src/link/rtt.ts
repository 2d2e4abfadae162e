import type { Nanoseconds } from '../clock.ts'
import { type Impairment, inOrder, moved, NEVER_NS } from './impairment.ts'

/**
 * Distance: each direction takes half a round trip. As to the handshake, a relay connects when the SYN would
 * have come, at r/2, and its server accepts at once; a real one is told by the ACK at 3/2 r (RFC 9293 §3.5).
 * What a server says before a byte of the client's reached it is therefore a round trip early, and waits.
 */
export function roundTrip(rttNs: Nanoseconds): Impairment {
  const wayNs = Math.round(rttNs / 2)
  return () => {
    let firstUpNs = NEVER_NS
    const order = inOrder()
    return {
      up(parcel, next) {
        const atNs = parcel.atNs + wayNs
        if (parcel.kind === 'bytes') firstUpNs = Math.min(firstUpNs, atNs)
        next(moved(parcel, atNs))
      },
      down(parcel, next) {
        const isEarly = parcel.kind !== 'open' && parcel.atNs < firstUpNs
        next(moved(parcel, order(parcel.atNs + wayNs + (isEarly ? rttNs : 0))))
      },
    }
  }
}

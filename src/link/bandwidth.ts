import { NS_PER_MS, NS_PER_S } from '../clock.ts'
import { clear, type Impairment, moved, type Pass } from './impairment.ts'

/** Bits a second, each way; without a limit when left out. */
export interface Rates {
  readonly upBitPerS?: number | undefined
  readonly downBitPerS?: number | undefined
}

/** What a packet carries on Ethernet (RFC 879, RFC 894): bytes pass in pieces no smaller, and no longer than 1 ms. */
const SEGMENT_BYTES = 1460

/**
 * A token bucket of one piece (ITU-T I.371, annex A, as a virtual queue): a piece has passed when the line has
 * been free for as long as it takes. Pieces queue in the order in which they came; what has no bytes queues too.
 */
function line(bitPerS: number): Pass {
  const nsPerByte = (8 * NS_PER_S) / bitPerS
  const pieceBytes = Math.max(SEGMENT_BYTES, Math.floor(NS_PER_MS / nsPerByte))
  // A sum of instants that theory gives, not of what timers made of them: errors do not add up.
  let freeNs = Number.NEGATIVE_INFINITY
  return (parcel, next) => {
    const { kind, bytes, atNs } = parcel
    freeNs = Math.max(freeNs, atNs)
    if (bytes.length === 0) return next(moved(parcel, Math.round(freeNs)))
    for (let start = 0; start < bytes.length; start += pieceBytes) {
      const piece = bytes.subarray(start, start + pieceBytes)
      freeNs += piece.length * nsPerByte
      next({ kind, bytes: piece, atNs: Math.round(freeNs) })
    }
  }
}

/** A line of limited rate, which all connections of the link share. */
export function bandwidth({ upBitPerS, downBitPerS }: Rates): Impairment {
  const treatment = {
    up: upBitPerS === undefined ? clear : line(upBitPerS),
    down: downBitPerS === undefined ? clear : line(downBitPerS),
  }
  return () => treatment
}

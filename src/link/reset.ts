import { type Impairment, type Pass, split } from './impairment.ts'
import { type Aim, aimed } from './point.ts'

/**
 * Counts the bytes of each connection, and resets both of its ends (RST): a middlebox that lost its state. Linux
 * lets an end read what had come before the RST (RFC 9293 §3.10.7.4 does not ask for it); other systems may not.
 */
export interface CountedReset extends Aim {
  readonly afterBytes: number
}

/** Lets this many bytes pass, and cuts with the last of them. */
function cutAfter(sizeBytes: number): Pass {
  let leftBytes = sizeBytes
  return (parcel, next) => {
    const { kind, bytes, atNs } = parcel
    if (kind !== 'bytes' || bytes.length < leftBytes) {
      leftBytes -= bytes.length
      return next(parcel)
    }
    const [before, after] = split(parcel, leftBytes)
    leftBytes = 0
    if (before.bytes.length > 0) next(before)
    next({ kind: 'cut', bytes: after.bytes.subarray(0, 0), atNs })
  }
}

export function reset(fault: CountedReset): Impairment {
  return () => {
    const pass = cutAfter(fault.afterBytes)
    return aimed(fault, () => pass)
  }
}

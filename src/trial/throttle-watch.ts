import { type Clock, type Nanoseconds, NS_PER_S } from '../clock.ts'
import type { Sample } from '../sample.ts'
import { KNEE_SECONDS } from '../stats/rate-limit.ts'

/** Ends a load that is to find a server's limit, and not to press on beyond it. */
export interface ThrottleWatch {
  /** The measured part begins: its seconds are those of the timeline, which the limit is read from. */
  begin(atNs: Nanoseconds): void
  see(sample: Sample): void
  isOver(): boolean
}

export function createThrottleWatch(clock: Clock): ThrottleWatch {
  let beginNs: Nanoseconds | undefined
  let last = -1
  let onEnd = 0
  let over = false
  const secondOf = (atNs: Nanoseconds) => Math.floor((atNs - (beginNs ?? atNs)) / NS_PER_S)
  return {
    begin(atNs) {
      beginNs = atNs
    },
    see({ endNs, reply }) {
      if (beginNs === undefined || reply.cause !== 'throttled') return
      const second = secondOf(endNs)
      if (second <= last) return
      onEnd = second === last + 1 ? onEnd + 1 : 1
      last = second
    },
    isOver() {
      // The last of them is let pass: what was taken in a part of a second says little. What is refused after that
      // was in flight, and changes nothing.
      over ||= onEnd >= KNEE_SECONDS && secondOf(clock.nowNs()) > last
      return over
    },
  }
}

import { type Clock, type Nanoseconds, systemClock } from '../clock.ts'

export interface LeapingClock extends Clock {
  /** Time passes at once; who ticks regularly notices. */
  leap(spanNs: Nanoseconds): void
}

/**
 * The system's time, but for one thing: what waits for an interval to pass waits for a leap. A time-out is
 * tried in no time, and never comes because the machine was slow.
 */
export function leapingClock(): LeapingClock {
  const ticks = new Set<(atNs: Nanoseconds) => void>()
  let aheadNs = 0
  return {
    ...systemClock,
    nowNs: () => systemClock.nowNs() + aheadNs,
    every(_intervalNs, tick) {
      ticks.add(tick)
      return { [Symbol.dispose]: () => void ticks.delete(tick) }
    },
    leap(spanNs) {
      aheadNs += spanNs
      for (const tick of [...ticks]) tick(this.nowNs())
    },
  }
}

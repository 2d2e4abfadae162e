import type { Nanoseconds } from '../clock.ts'
import type { Load } from './load.ts'

/**
 * Closed load: a fixed population of users, each of whom submits, waits for the reply, thinks, and submits
 * again (Schroeder, Wierman, Harchol-Balter, "Open versus closed", NSDI 2006). A submission is due when its
 * user is ready for it, so that response and service time are the same; a server that stalls is asked less,
 * which open load does not forgive.
 */
export function closedLoad(users: number, thinkNs: Nanoseconds): Load {
  return {
    label: 'closed',
    async run({ submit }, firstIndex, bounds, clock, signal) {
      const endNs = clock.nowNs() + bounds.durationNs
      let started = 0
      const goesOn = (nowNs: Nanoseconds) => started < bounds.messages && !signal.aborted && nowNs < endNs

      async function user(): Promise<void> {
        // The clock is read once for both: whether there is time left, and when the submission is due.
        for (let nowNs = clock.nowNs(); goesOn(nowNs); nowNs = clock.nowNs()) {
          const index = firstIndex + started
          started += 1
          await submit(index, nowNs)
          if (thinkNs > 0) await think()
        }
      }

      async function think(): Promise<void> {
        const nowNs = clock.nowNs()
        if (goesOn(nowNs)) await clock.sleep(Math.min(thinkNs, endNs - nowNs), signal)
      }

      await Promise.all(Array.from({ length: users }, user))
      return started
    },
  }
}

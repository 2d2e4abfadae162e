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
      const goesOn = () => started < bounds.messages && !signal.aborted && clock.nowNs() < endNs

      async function user(): Promise<void> {
        while (goesOn()) {
          const index = firstIndex + started
          started += 1
          await submit(index, clock.nowNs())
          if (thinkNs > 0 && goesOn()) await clock.sleep(Math.min(thinkNs, endNs - clock.nowNs()), signal)
        }
      }

      await Promise.all(Array.from({ length: users }, user))
      return started
    },
  }
}

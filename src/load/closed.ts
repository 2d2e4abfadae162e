import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import type { Load } from './load.ts'

/**
 * Closed load: a fixed population of users, each of whom submits, waits for the reply, thinks, and submits
 * again (Schroeder, Wierman, Harchol-Balter, "Open versus closed", NSDI 2006). A submission is due when its
 * user is ready for it, so that response and service time are the same; a server that stalls is asked less,
 * which open load does not forgive.
 * @param maxPerS all users together start no more, from the first on: a user who has to wait is not yet ready
 */
export function closedLoad(users: number, thinkNs: Nanoseconds, maxPerS = Number.POSITIVE_INFINITY): Load {
  const gapNs = NS_PER_S / maxPerS
  return {
    label: 'closed',
    async run({ submit }, firstIndex, bounds, clock, signal) {
      const beginNs = clock.nowNs()
      const endNs = beginNs + bounds.durationNs
      let started = 0
      /** Turns that users wait for, or had. */
      let turns = 0
      let turnNs = beginNs
      const goesOn = (nowNs: Nanoseconds) => started < bounds.messages && !signal.aborted && nowNs < endNs

      async function user(): Promise<void> {
        if (gapNs > 0 && !(await turn())) return
        // The clock is read once for both: whether there is time left, and when the submission is due.
        for (let nowNs = clock.nowNs(); goesOn(nowNs); nowNs = clock.nowNs()) {
          const index = firstIndex + started
          started += 1
          await submit(index, nowNs)
          if (thinkNs > 0) await pause(thinkNs)
          if (gapNs > 0 && !(await turn())) return
        }
      }

      async function pause(forNs: Nanoseconds): Promise<void> {
        const nowNs = clock.nowNs()
        if (goesOn(nowNs)) await clock.sleep(Math.min(forNs, endNs - nowNs), signal)
      }

      /** False when there are no more turns: as many are given as there are messages. */
      async function turn(): Promise<boolean> {
        if (turns >= bounds.messages) return false
        turns += 1
        const nowNs = clock.nowNs()
        turnNs = Math.max(nowNs, turnNs + gapNs)
        if (turnNs > nowNs) await pause(turnNs - nowNs)
        return true
      }

      await Promise.all(Array.from({ length: users }, user))
      return started
    },
  }
}

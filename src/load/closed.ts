import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import type { Load } from './load.ts'

export interface ClosedOptions {
  /** All users together start no more a second, from the first on. @default without end */
  readonly maxPerS?: number | undefined
  /** So many start at once, as those do who fill a call. @default 1 */
  readonly together?: number | undefined
}

/** A turn that is to come, for those who wait for it. */
interface Turn {
  taken: number
  readonly comes: Promise<void>
}

/**
 * Closed load: a fixed population of users, each of whom submits, waits for the reply, thinks, and submits
 * again (Schroeder, Wierman, Harchol-Balter, "Open versus closed", NSDI 2006). A submission is due when its
 * user is ready for it, so that response and service time are the same; a server that stalls is asked less,
 * which open load does not forgive.
 * A user who has to wait for a turn is not yet ready.
 */
export function closedLoad(users: number, thinkNs: Nanoseconds, options: ClosedOptions = {}): Load {
  const { maxPerS = Number.POSITIVE_INFINITY, together = 1 } = options
  const gapNs = (together * NS_PER_S) / maxPerS
  return {
    label: 'closed',
    async run({ submit }, firstIndex, bounds, clock, signal) {
      const beginNs = clock.nowNs()
      const endNs = beginNs + bounds.durationNs
      let started = 0
      /** Places in turns that users wait for, or had. */
      let places = 0
      let turnNs = beginNs
      let next: Turn | undefined
      let thought: Promise<void> | undefined
      const goesOn = (nowNs: Nanoseconds) => started < bounds.messages && !signal.aborted && nowNs < endNs

      async function user(): Promise<void> {
        if (gapNs > 0 && !(await turn())) return
        // The clock is read once for both: whether there is time left, and when the submission is due.
        for (let nowNs = clock.nowNs(); goesOn(nowNs); nowNs = clock.nowNs()) {
          const index = firstIndex + started
          started += 1
          await submit(index, nowNs)
          if (thinkNs > 0) await think()
          if (gapNs > 0 && !(await turn())) return
        }
      }

      async function pause(forNs: Nanoseconds): Promise<void> {
        const nowNs = clock.nowNs()
        if (goesOn(nowNs)) await clock.sleep(Math.min(forNs, endNs - nowNs), signal)
      }

      /** Timers of their own would part those whose call has ended, who are to fill the next one together. */
      function think(): Promise<void> {
        if (together === 1) return pause(thinkNs)
        if (thought === undefined) {
          thought = pause(thinkNs)
          // The others come in this turn of the event loop.
          void clock.until(clock.nowNs()).then(() => {
            thought = undefined
          })
        }
        return thought
      }

      /** False when there are no more places: as many are given as there are messages. */
      async function turn(): Promise<boolean> {
        if (places >= bounds.messages) return false
        places += 1
        // Who comes when a turn has begun, or is taken, has the one after it.
        if (next === undefined || next.taken >= together) next = following()
        next.taken += 1
        await next.comes
        return true
      }

      function following(): Turn {
        const nowNs = clock.nowNs()
        turnNs = Math.max(nowNs, turnNs + gapNs)
        const made: Turn = { taken: 0, comes: begin(nowNs) }
        void made.comes.then(() => {
          if (next === made) next = undefined
        })
        return made
      }

      /** One wait for all of a turn, so that they go on in the same turn of the event loop. */
      async function begin(nowNs: Nanoseconds): Promise<void> {
        if (turnNs > nowNs) await pause(turnNs - nowNs)
        // Those whose call has just ended come one after the other.
        else if (together > 1) await clock.until(nowNs, signal)
      }

      await Promise.all(Array.from({ length: users }, user))
      return started
    },
  }
}

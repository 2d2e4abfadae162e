import type { Random } from '../random.ts'
import type { Load } from './load.ts'
import type { Schedule } from './schedule.ts'

export interface OpenOptions {
  /** What is due beyond it is dropped, and counted. */
  readonly maxInFlight: number
  readonly random: Random
}

/** When late, input is read at least once in so many starts: replies must be seen, or all would be dropped. */
const STARTS_A_TURN = 16

/** What has been started and has not ended. */
function createFlight() {
  let count = 0
  let landed: (() => void) | undefined
  return {
    get count() {
      return count
    },
    async add(submission: Promise<void>): Promise<void> {
      count += 1
      await submission
      count -= 1
      if (count === 0) landed?.()
    },
    /** Resolves when nothing is in flight. */
    async land(): Promise<void> {
      if (count > 0) await new Promise<void>(resolve => (landed = resolve))
    },
  }
}

/**
 * Open load: submissions start when the schedule says, whether or not earlier ones have ended, so that a
 * server that stalls is not asked less (no coordinated omission: response time counts from the due instant).
 */
export function openLoad(schedule: Schedule, { maxInFlight, random }: OpenOptions): Load {
  return {
    label: schedule.label,
    async run({ submit, drop }, firstIndex, bounds, clock, signal) {
      const originNs = clock.nowNs()
      const flight = createFlight()
      let scheduled = 0
      let late = 0
      for (const offsetNs of schedule.arrivals(random)) {
        if (scheduled >= bounds.messages || offsetNs >= bounds.durationNs) break
        const dueNs = originNs + offsetNs
        late = clock.nowNs() < dueNs ? 0 : late + 1
        if (late % STARTS_A_TURN === 0) await clock.until(dueNs, signal)
        if (signal.aborted || bounds.isOver?.()) break
        const index = firstIndex + scheduled
        scheduled += 1
        if (flight.count < maxInFlight) void flight.add(submit(index, dueNs))
        else drop(index, dueNs)
      }
      await flight.land()
      return scheduled
    },
  }
}

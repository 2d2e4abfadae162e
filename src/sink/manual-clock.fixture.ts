import { type Clock, systemClock } from '../clock.ts'

export interface ManualClock extends Clock {
  /** Resolves once `count` waits have begun in all. */
  asleep(count: number): Promise<void>
  /** How many waits have begun so far. */
  waits(): number
  advance(spanNs: number): void
}

/** Time that passes only when told to. */
export function createManualClock(): ManualClock {
  let nowNs = 0
  const sleepers: { dueNs: number; wake: () => void }[] = []
  const watchers: { count: number; tell: () => void }[] = []
  const announce = () => {
    for (const { count, tell } of watchers) if (sleepers.length >= count) tell()
  }
  return {
    ...systemClock,
    nowNs: () => nowNs,
    sleep: delayNs =>
      new Promise(wake => {
        sleepers.push({ dueNs: nowNs + delayNs, wake })
        announce()
      }),
    asleep: count =>
      new Promise(tell => {
        watchers.push({ count, tell })
        announce()
      }),
    waits: () => sleepers.length,
    advance(spanNs) {
      nowNs += spanNs
      for (const { dueNs, wake } of sleepers) if (dueNs <= nowNs) wake()
    },
  }
}

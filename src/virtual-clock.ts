import type { Clock, Nanoseconds } from './clock.ts'

export interface VirtualClock extends Clock {
  /** Lets time pass, waking sleepers in the order of their instants. */
  advance(spanNs: Nanoseconds): Promise<void>
  /** Lets time pass until nobody sleeps; who ticks regularly does not count. */
  drain(): Promise<void>
}

interface Sleeper {
  readonly atNs: Nanoseconds
  readonly wake: () => void
  /** Of `every`: does not keep time going. */
  readonly recurs: boolean
}

/** Lets promise callbacks run that are ready now. */
const settle = () => new Promise<void>(resolve => setImmediate(resolve))

/** A clock for tests: it stands still until it is told to move. */
export function virtualClock(): VirtualClock {
  let nowNs = 0
  let sleepers: Sleeper[] = []

  async function wakeNext(limitNs: Nanoseconds): Promise<boolean> {
    await settle()
    const next = sleepers.reduce<Sleeper | undefined>((a, b) => (a && a.atNs <= b.atNs ? a : b), undefined)
    if (!next || next.atNs > limitNs) return false
    nowNs = Math.max(nowNs, next.atNs)
    sleepers = sleepers.filter(sleeper => sleeper !== next)
    next.wake()
    return true
  }

  const until = (atNs: Nanoseconds, signal?: AbortSignal) =>
    new Promise<void>(resolve => {
      const sleeper = { atNs, wake: resolve, recurs: false }
      sleepers.push(sleeper)
      signal?.addEventListener('abort', () => {
        sleepers = sleepers.filter(other => other !== sleeper)
        resolve()
      })
    })

  return {
    nowNs: () => nowNs,
    wallMs: () => Date.UTC(2026, 0, 1) + nowNs / 1e6,
    until,
    sleep: (delayNs, signal) => until(nowNs + delayNs, signal),
    every(intervalNs, tick) {
      let sleeper: Sleeper
      const arm = () => {
        sleeper = { atNs: nowNs + intervalNs, wake, recurs: true }
        sleepers.push(sleeper)
      }
      const wake = () => {
        arm() // before the tick, which may dispose of it
        tick(nowNs)
      }
      arm()
      return {
        [Symbol.dispose]: () => {
          sleepers = sleepers.filter(other => other !== sleeper)
        },
      }
    },
    async advance(spanNs) {
      const limitNs = nowNs + spanNs
      while (await wakeNext(limitNs));
      nowNs = limitNs
    },
    async drain() {
      await settle()
      while (sleepers.some(sleeper => !sleeper.recurs)) {
        await wakeNext(Number.POSITIVE_INFINITY)
        await settle()
      }
    },
  }
}

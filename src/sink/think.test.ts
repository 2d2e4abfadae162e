import { describe, expect, it } from 'vitest'
import { type Clock, NS_PER_MS, systemClock } from '../clock.ts'
import { createThink } from './think.ts'

describe('thinking', () => {
  it('answers at once when there is nothing to think about', () => {
    let isDone = false
    createThink(systemClock)(0, () => {
      isDone = true
    })
    expect(isDone).toBe(true)
  })

  it('leaves the last 2 ms of a wait to immediates, and never ends it early', async () => {
    let nowNs = 0
    const slept: number[] = []
    const clock: Clock = {
      ...systemClock,
      // Each look at the clock takes a tenth of a millisecond.
      nowNs: () => {
        nowNs += 0.1 * NS_PER_MS
        return nowNs
      },
      async sleep(delayNs) {
        slept.push(delayNs)
        nowNs += delayNs
      },
    }
    const think = createThink(clock)
    const dueNs = 10.1 * NS_PER_MS
    await new Promise<void>(resolve => think(10 * NS_PER_MS, resolve))
    expect(slept).toEqual([8 * NS_PER_MS])
    expect(nowNs).toBeGreaterThanOrEqual(dueNs)
    expect(nowNs).toBeLessThan(dueNs + 0.2 * NS_PER_MS)
  })

  it('ends many waits in the order in which they are due', async () => {
    let nowNs = 0
    // Each look at the clock takes a tenth of a millisecond: no two of these waits are due at one look.
    const nowOf = () => {
      nowNs += 0.1 * NS_PER_MS
      return nowNs
    }
    const think = createThink({ ...systemClock, nowNs: nowOf })
    const order: number[] = []
    const end = (waitMs: number) =>
      new Promise<void>(resolve =>
        think(waitMs * NS_PER_MS, () => {
          order.push(waitMs)
          resolve()
        }),
      )
    await Promise.all([1.5, 0.5, 1].map(end))
    expect(order).toEqual([0.5, 1, 1.5])
  })

  it('takes a wait that begins as another ends', async () => {
    const think = createThink(systemClock)
    let ends = 0
    await new Promise<void>(resolve => {
      const again = () => (++ends === 5 ? resolve() : think(0.1 * NS_PER_MS, again))
      again()
    })
    expect(ends).toBe(5)
  })
})

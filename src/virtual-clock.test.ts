import { expect, it } from 'vitest'
import { virtualClock } from './virtual-clock.ts'

it('ticks at its interval while time passes, until it is disposed of', async () => {
  const clock = virtualClock()
  const ticks: number[] = []
  const ticking = clock.every(10, () => ticks.push(clock.nowNs()))
  await clock.advance(35)
  expect(ticks).toEqual([10, 20, 30])
  ticking[Symbol.dispose]()
  await clock.advance(35)
  expect(ticks).toEqual([10, 20, 30])
})

it('may be disposed of by its own tick', async () => {
  const clock = virtualClock()
  let ticks = 0
  const ticking = clock.every(10, () => {
    ticks += 1
    ticking[Symbol.dispose]()
  })
  await clock.advance(50)
  expect(ticks).toBe(1)
})

it('drains to the last sleeper, ticking on the way, and not for ever', async () => {
  const clock = virtualClock()
  let ticks = 0
  using _ticking = clock.every(10, () => ticks++)
  const slept = clock.sleep(45)
  await clock.drain()
  await slept
  expect([clock.nowNs(), ticks]).toEqual([45, 4])
})

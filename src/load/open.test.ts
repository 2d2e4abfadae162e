import { expect, test } from 'vitest'
import { NS_PER_MS, NS_PER_S } from '../clock.ts'
import { createRandom } from '../random.ts'
import { type VirtualClock, virtualClock } from '../virtual-clock.ts'
import type { Bounds, Sender } from './load.ts'
import { openLoad } from './open.ts'
import { constantRate } from './schedule.ts'

const never = new AbortController().signal
const bounds = (messages: number): Bounds => ({ messages, durationNs: 3600 * NS_PER_S })

/** A server that answers after `serviceNs(index)`. */
function server(clock: VirtualClock, serviceNs: (index: number) => number) {
  const log = { started: [] as [number, number][], dropped: [] as number[], ended: 0, most: 0 }
  let inFlight = 0
  const sender: Sender = {
    async submit(index, dueNs) {
      log.started.push([index, dueNs])
      inFlight += 1
      log.most = Math.max(log.most, inFlight)
      await clock.sleep(serviceNs(index))
      inFlight -= 1
      log.ended += 1
    },
    drop: index => log.dropped.push(index),
  }
  return { log, sender }
}

const load = (ratePerS: number, maxInFlight: number) =>
  openLoad(constantRate(ratePerS), { maxInFlight, random: createRandom('open') })

test('submissions start at their due instants, however long replies take', async () => {
  const clock = virtualClock()
  const { log, sender } = server(clock, () => 10 * NS_PER_S)
  const run = load(100, 1000).run(sender, 5, bounds(4), clock, never)
  await clock.drain()
  expect(await run).toBe(4)
  expect(log.started).toEqual([
    [5, 0],
    [6, 10 * NS_PER_MS],
    [7, 20 * NS_PER_MS],
    [8, 30 * NS_PER_MS],
  ])
  expect(log.most).toBe(4)
})

test('what is due beyond the limit in flight is dropped, and nothing else', async () => {
  const clock = virtualClock()
  // The server stalls for the first 50 ms; two may be in flight.
  const { log, sender } = server(clock, () => Math.max(NS_PER_MS, 50 * NS_PER_MS - clock.nowNs()))
  const run = load(100, 2).run(sender, 0, bounds(10), clock, never)
  await clock.drain()
  expect(await run).toBe(10)
  expect(log.dropped).toEqual([2, 3, 4])
  expect(log.started.length + log.dropped.length).toBe(10)
})

test('the load waits for what is in flight before it ends', async () => {
  const clock = virtualClock()
  const { log, sender } = server(clock, () => 5 * NS_PER_S)
  const run = load(10, 100).run(sender, 0, bounds(3), clock, never)
  await clock.drain()
  await run
  expect(log.ended).toBe(3)
})

test('a bound in time takes what is due before it', async () => {
  const clock = virtualClock()
  const { log, sender } = server(clock, () => 0)
  const run = load(10, 100).run(sender, 0, { messages: 1e9, durationNs: NS_PER_S }, clock, never)
  await clock.drain()
  expect(await run).toBe(10)
  expect(log.started).toHaveLength(10)
})

test('an abort ends the load between two arrivals', async () => {
  const clock = virtualClock()
  const controller = new AbortController()
  const { log, sender } = server(clock, () => 0)
  const run = load(1, 100).run(sender, 0, bounds(100), clock, controller.signal)
  await clock.advance(2.5 * NS_PER_S)
  controller.abort()
  await clock.drain()
  expect(await run).toBe(3)
  expect(log.started).toHaveLength(3)
})

test('a load that is told to be over starts nothing more, and waits for what is in flight', async () => {
  const clock = virtualClock()
  const { log, sender } = server(clock, () => 25 * NS_PER_MS)
  const isOver = () => log.ended >= 2
  const run = load(100, 1000).run(sender, 0, { ...bounds(1000), isOver }, clock, never)
  await clock.drain()
  // The second ends at 35 ms; those due at 0 to 30 ms have been started by then.
  expect(await run).toBe(4)
  expect(log.ended).toBe(4)
})

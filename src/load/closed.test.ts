import { describe, expect, test } from 'vitest'
import { NS_PER_MS, NS_PER_S } from '../clock.ts'
import { virtualClock } from '../virtual-clock.ts'
import { closedLoad } from './closed.ts'
import type { Bounds } from './load.ts'

const unbounded: Bounds = { messages: Number.POSITIVE_INFINITY, durationNs: 3600 * NS_PER_S }
const never = new AbortController().signal

/** A server that takes `serviceNs` for each submission, however many are sent at once. */
function server(clock: ReturnType<typeof virtualClock>, serviceNs: number) {
  const log = { indices: [] as number[], due: [] as number[], inFlight: 0, most: 0 }
  const submit = async (index: number, dueNs: number) => {
    log.indices.push(index)
    log.due.push(dueNs)
    log.inFlight += 1
    log.most = Math.max(log.most, log.inFlight)
    await clock.sleep(serviceNs)
    log.inFlight -= 1
  }
  return { log, sender: { submit, drop: () => {} } }
}

test('as many submissions are in flight as there are users, and each index is sent once', async () => {
  const clock = virtualClock()
  const { log, sender } = server(clock, NS_PER_MS)
  const run = closedLoad(4, 0).run(sender, 100, { ...unbounded, messages: 10 }, clock, never)
  await clock.drain()
  expect(await run).toBe(10)
  expect(log.most).toBe(4)
  expect(log.indices).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108, 109])
})

test('a user thinks after each reply, so that its submissions are service and think time apart', async () => {
  const clock = virtualClock()
  const { log, sender } = server(clock, 3 * NS_PER_MS)
  const run = closedLoad(1, 7 * NS_PER_MS).run(sender, 0, { ...unbounded, messages: 4 }, clock, never)
  await clock.drain()
  await run
  expect(log.due.map(dueNs => dueNs / NS_PER_MS)).toEqual([0, 10, 20, 30])
})

test('a bound in time ends the load although messages are left, and waits for what is in flight', async () => {
  const clock = virtualClock()
  const { log, sender } = server(clock, 30 * NS_PER_MS)
  const run = closedLoad(2, 0).run(sender, 0, { ...unbounded, durationNs: 100 * NS_PER_MS }, clock, never)
  await clock.drain()
  expect(await run).toBe(8)
  expect(log.inFlight).toBe(0)
  expect(clock.nowNs()).toBe(120 * NS_PER_MS)
})

test('an aborted load starts nothing more, not even after a pause', async () => {
  const clock = virtualClock()
  const { log, sender } = server(clock, NS_PER_MS)
  const controller = new AbortController()
  const run = closedLoad(1, NS_PER_S).run(sender, 0, unbounded, clock, controller.signal)
  await clock.advance(500 * NS_PER_MS)
  controller.abort()
  await clock.drain()
  expect(await run).toBe(1)
  expect(log.indices).toEqual([0])
})

test('users who may start no more than so many a second take turns, from the first on', async () => {
  const clock = virtualClock()
  const { log, sender } = server(clock, NS_PER_MS)
  const run = closedLoad(3, 0, { maxPerS: 100 }).run(sender, 0, { ...unbounded, messages: 5 }, clock, never)
  await clock.drain()
  expect(await run).toBe(5)
  expect(log.due.map(dueNs => dueNs / NS_PER_MS)).toEqual([10, 20, 30, 40, 50])
  // Nobody waits for a turn after the last.
  expect(clock.nowNs()).toBe(51 * NS_PER_MS)
})

test('a server that is slower than the turns is waited for, and not made up for', async () => {
  const clock = virtualClock()
  const { log, sender } = server(clock, 35 * NS_PER_MS)
  const run = closedLoad(1, 0, { maxPerS: 100 }).run(sender, 0, { ...unbounded, messages: 3 }, clock, never)
  await clock.drain()
  await run
  expect(log.due.map(dueNs => dueNs / NS_PER_MS)).toEqual([10, 45, 80])
})

/** A server of calls: what is submitted in one turn of the event loop goes together, and ends together. */
function callServer(clock: ReturnType<typeof virtualClock>, size: number, serviceNs: number) {
  const calls: { readonly atMs: number; readonly count: number }[] = []
  let waiting: (() => void)[] = []
  function send(): void {
    const sent = waiting
    waiting = []
    calls.push({ atMs: clock.nowNs() / NS_PER_MS, count: sent.length })
    void clock.sleep(serviceNs).then(() => {
      for (const settle of sent) settle()
    })
  }
  const submit = () =>
    new Promise<void>(resolve => {
      waiting.push(resolve)
      if (waiting.length >= size) send()
      else if (waiting.length === 1) void clock.until(clock.nowNs()).then(flush)
    })
  const flush = () => {
    if (waiting.length > 0) send()
  }
  return { calls, sender: { submit, drop: () => {} } }
}

describe('users who fill a call together', () => {
  test('have one turn for all of them, as far apart as their messages would be', async () => {
    const clock = virtualClock()
    const { calls, sender } = callServer(clock, 10, NS_PER_MS)
    const load = closedLoad(20, 0, { maxPerS: 100, together: 10 })
    const run = load.run(sender, 0, { ...unbounded, messages: 45 }, clock, never)
    await clock.drain()
    expect(await run).toBe(45)
    expect(calls).toEqual([
      { atMs: 100, count: 10 },
      { atMs: 200, count: 10 },
      { atMs: 300, count: 10 },
      { atMs: 400, count: 10 },
      { atMs: 500, count: 5 },
    ])
  })

  test('wait for each other where the server is slower than their turns', async () => {
    const clock = virtualClock()
    const { calls, sender } = callServer(clock, 10, 350 * NS_PER_MS)
    const load = closedLoad(10, 0, { maxPerS: 100, together: 10 })
    const run = load.run(sender, 0, { ...unbounded, messages: 30 }, clock, never)
    await clock.drain()
    expect(await run).toBe(30)
    expect(calls).toEqual([
      { atMs: 100, count: 10 },
      { atMs: 450, count: 10 },
      { atMs: 800, count: 10 },
    ])
  })

  test('think together, and only once for all of them', async () => {
    const clock = virtualClock()
    let pauses = 0
    const counted = {
      ...clock,
      sleep: (delayNs: number, signal?: AbortSignal) => {
        pauses += 1
        return clock.sleep(delayNs, signal)
      },
    }
    const { calls, sender } = callServer(clock, 10, 3 * NS_PER_MS)
    const load = closedLoad(20, 7 * NS_PER_MS, { together: 10 })
    const run = load.run(sender, 0, { ...unbounded, messages: 60 }, counted, never)
    await clock.drain()
    expect(await run).toBe(60)
    expect(calls.map(({ count }) => count)).toEqual([10, 10, 10, 10, 10, 10])
    expect(calls.map(({ atMs }) => atMs)).toEqual([0, 0, 10, 10, 20, 20])
    // Of both calls that end at the same instant, after two of three rounds.
    expect(pauses).toBeLessThanOrEqual(4)
  })

  test('do not hold back the others: who comes late has the next turn', async () => {
    const clock = virtualClock()
    const starts: number[] = []
    const sender = {
      // The second of each pair takes longer.
      submit: async (index: number) => {
        starts.push(clock.nowNs() / NS_PER_MS)
        await clock.sleep((index % 2 === 0 ? 5 : 25) * NS_PER_MS)
      },
      drop: () => {},
    }
    const load = closedLoad(2, 0, { maxPerS: 200, together: 2 })
    const run = load.run(sender, 0, { ...unbounded, messages: 6 }, clock, never)
    await clock.drain()
    await run
    // Turns are 10 ms apart, however few take one.
    expect(starts).toEqual([10, 10, 20, 30, 40, 50])
  })
})

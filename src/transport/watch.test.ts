import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { NS_PER_MS, NS_PER_S } from '../clock.ts'
import { virtualClock } from '../virtual-clock.ts'
import { Attempt } from './attempt.ts'
import { rfc5321Limits, type StepLimits } from './step-limits.ts'
import { createWatch } from './watch.ts'

const timeoutNs = 100 * NS_PER_MS

function open(limits: number | StepLimits = timeoutNs) {
  const clock = virtualClock()
  const controller = new AbortController()
  const stopped: Attempt[] = []
  const watch = createWatch({ timeoutNs: limits, clock, signal: controller.signal })
  const begin = () => {
    const attempt = new Attempt(1)
    attempt.enter('encode', clock.nowNs())
    attempt.cancel = () => void stopped.push(attempt)
    watch.add(attempt)
    return attempt
  }
  return { clock, controller, watch, begin, stopped }
}

it('stops a step that nothing else is waited for, rather than let the process end before', async () => {
  const home = JSON.stringify(new URL('..', import.meta.url).href)
  const program = `
    const [{ systemClock }, { Attempt }, { createWatch }] = await Promise.all(
      ['clock.ts', 'transport/attempt.ts', 'transport/watch.ts'].map(file => import(${home} + file)),
    )
    const { signal } = new AbortController()
    using watch = createWatch({ timeoutNs: 20e6, clock: systemClock, signal })
    const attempt = new Attempt(1)
    attempt.enter('queue', systemClock.nowNs())
    watch.add(attempt)
    console.log((await attempt.reply).cause)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said, [status]] = await Promise.all([text(child.stdout), once(child, 'close')])
  expect([said, status]).toEqual(['timeout\n', 0])
})

it('stops a step that overran, at most 5 % late, and no other', async () => {
  const { clock, begin, stopped } = open()
  const slow = begin()
  const busy = begin()
  slow.enter('connect', clock.nowNs())
  for (let step = 0; step < 3; step++) {
    busy.enter('envelope', clock.nowNs())
    await clock.advance(60 * NS_PER_MS)
  }
  const reply = await slow.reply
  expect(reply).toMatchObject({ outcome: 'faulted', phase: 'connect', cause: 'timeout' })
  const tookNs = reply.phases.get('connect') ?? 0
  expect(tookNs).toBeGreaterThanOrEqual(timeoutNs)
  expect(tookNs).toBeLessThanOrEqual(1.05 * timeoutNs)
  expect(stopped).toEqual([slow])
  expect([slow.settled, busy.settled]).toEqual([true, false])
})

it.each([
  ['greeting', 5],
  ['envelope', 5],
  ['data', 2],
  ['content', 3],
  ['reply', 10],
] as const)('gives %s what RFC 5321 asks for, %d minutes', async (phase, minutes) => {
  const { clock, begin } = open(rfc5321Limits())
  const attempt = begin()
  attempt.enter(phase, clock.nowNs())
  await clock.advance(minutes * 60 * NS_PER_S - NS_PER_S)
  expect(attempt.settled).toBe(false)
  await clock.advance(2 * NS_PER_S)
  expect(await attempt.reply).toMatchObject({ cause: 'timeout', phase })
})

it('scales what RFC 5321 asks for', async () => {
  const { clock, begin } = open(rfc5321Limits(0.001))
  const attempt = begin()
  attempt.enter('data', clock.nowNs())
  await clock.advance(130 * NS_PER_MS)
  const { text, cause } = await attempt.reply
  expect([cause, text]).toEqual(['timeout', 'data took longer than 120 ms'])
})

it('is in doubt of what had been handed over', async () => {
  const { clock, begin } = open()
  const attempt = begin()
  attempt.enter('wait', clock.nowNs())
  attempt.handedOver = true
  await clock.advance(2 * timeoutNs)
  expect(await attempt.reply).toMatchObject({ outcome: 'in_doubt', phase: 'wait', cause: 'timeout' })
})

it('ends by what the server had already decided', async () => {
  const { clock, begin, controller } = open()
  const attempts = [begin(), begin()]
  for (const attempt of attempts) {
    attempt.conclude = atNs => attempt.decide({ outcome: 'rejected', code: 400 }, atNs)
  }
  await clock.advance(2 * timeoutNs)
  expect(await attempts[0]?.reply).toMatchObject({ outcome: 'rejected', code: 400 })
  const last = begin()
  last.conclude = atNs => last.decide({ outcome: 'accepted', code: 202 }, atNs)
  controller.abort()
  expect(await last.reply).toMatchObject({ outcome: 'accepted', code: 202 })
})

it('aborts all at once, and what comes later at once too', async () => {
  const { controller, begin, stopped } = open()
  const attempts = [begin(), begin()]
  controller.abort()
  attempts.push(begin())
  const replies = await Promise.all(attempts.map(attempt => attempt.reply))
  expect(replies.map(({ outcome }) => outcome)).toEqual(['aborted', 'aborted', 'aborted'])
  expect(replies.map(({ cause }) => cause)).toEqual([undefined, undefined, undefined])
  expect(stopped).toEqual(attempts)
})

it('leaves alone what was deleted, and what has ended', async () => {
  const { clock, begin, watch, stopped } = open()
  const deleted = begin()
  watch.delete(deleted)
  await clock.advance(3 * timeoutNs)
  expect(deleted.settled).toBe(false)
  expect(stopped).toEqual([])
})

it('aborts what is left when it is disposed of, and sweeps no more', async () => {
  const { clock, begin, watch } = open()
  const attempt = begin()
  watch[Symbol.dispose]()
  expect(await attempt.reply).toMatchObject({ outcome: 'aborted', phase: 'encode' })
  const late = begin()
  await clock.advance(3 * timeoutNs)
  expect(late.settled).toBe(false)
})

import { describe, expect, it } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import { type FaultCase, isDead, isEnded, openScripted } from './contract-faults.ts'
import type { ByteFault } from './fault/fault.ts'
import { observe } from './fault/observer.fixture.ts'
import type { Script } from './sink.ts'

/** Only a clock's digits differ between two replies of one kind. */
const undated = (text: string) => text.replace(/\d/g, '0')

/** A script that arms each connection with the next of these; those after the last are sound. */
function arming(faults: readonly ByteFault[]): Script {
  let next = 0
  return ({ step }) => {
    const fault = step === 'connect' ? faults[next++] : undefined
    return { thinkNs: 0, verdict: { outcome: 'accepted' }, byteFaults: fault && [fault] }
  }
}

/** Laws of every sink that counts bytes: a session is cut, or halted, after byte 1, 2, 3 … in each direction. */
export function testByteFaults(subject: FaultCase): void {
  const { say, wholeBytes } = subject.session
  /** What greets also says good-bye: with the last byte of QUIT it is over by itself. */
  const readBytes = subject.greets ? say.length - 1 : say.length

  /** All that a sound sink says to the session. */
  async function normalReply(): Promise<string> {
    await using sound = await openScripted(subject, arming([]))
    using observer = observe(sound.sink.endpoint)
    observer.say(say)
    await observer.see(
      ({ heard, state }) => state() !== 'open' || (!subject.greets && subject.isReply(heard())),
    )
    return observer.heard()
  }

  const upTo = (length: number, direction: ByteFault['direction'], fault: ByteFault['fault']): ByteFault[] =>
    Array.from({ length }, (_, i) => ({ direction, afterBytes: i + 1, fault }))

  describe(`${subject.name}, cut after each byte`, () => {
    it('that it read: it answers what came before, and takes only what came whole', async () => {
      const normal = undated(await normalReply())
      const faults = upTo(readBytes, 'in', { kind: 'end' })
      await using bench = await openScripted(subject, arming(faults))
      let taken = 0
      for (const { afterBytes } of faults) {
        using observer = observe(bench.sink.endpoint)
        observer.say(say)
        await observer.see(isEnded)
        expect([afterBytes, normal.startsWith(undated(observer.heard()))]).toEqual([afterBytes, true])
        if (afterBytes >= wholeBytes) taken++
        expect([afterBytes, bench.ledger.summary().taken]).toEqual([afterBytes, taken])
      }
    })

    it('that it wrote: no byte more comes, and none less', async () => {
      const normal = undated(await normalReply())
      const faults = upTo(normal.length - 1, 'out', { kind: 'end' })
      await using bench = await openScripted(subject, arming(faults))
      for (const { afterBytes } of faults) {
        using observer = observe(bench.sink.endpoint)
        observer.say(say)
        await observer.see(isEnded)
        expect([afterBytes, undated(observer.heard())]).toEqual([afterBytes, normal.slice(0, afterBytes)])
      }
    })

    it.each(['in', 'out'] as const)('by a reset, %s', async direction => {
      const normal = undated(await normalReply())
      const length = direction === 'in' ? readBytes : normal.length - 1
      const faults = upTo(length, direction, { kind: 'reset' })
      await using bench = await openScripted(subject, arming(faults))
      for (const { afterBytes } of faults) {
        using observer = observe(bench.sink.endpoint)
        observer.say(say)
        await observer.see(isDead)
        expect([afterBytes, normal.startsWith(undated(observer.heard()))]).toEqual([afterBytes, true])
      }
    })
  })

  describe(`${subject.name}, halted after each byte`, () => {
    it.each(['in', 'out'] as const)('%s: it goes on as if nothing had been', async direction => {
      const normal = undated(await normalReply())
      const length = direction === 'in' ? readBytes : normal.length - 1
      const faults = upTo(length, direction, { kind: 'stall', forNs: NS_PER_S })
      await using bench = await openScripted(subject, arming(faults))
      for (const { afterBytes } of faults) {
        using observer = observe(bench.sink.endpoint)
        observer.say(say)
        await bench.clock.asleep(afterBytes)
        const halted = observer.heard().length
        expect(direction === 'in' || halted <= afterBytes).toBe(true)
        bench.clock.advance(NS_PER_S)
        await observer.see(({ heard }) => heard().length >= normal.length)
        expect([afterBytes, undated(observer.heard())]).toEqual([afterBytes, normal])
      }
      expect(bench.ledger.summary().taken).toBe(length)
    })
  })
}

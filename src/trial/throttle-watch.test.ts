import { expect, it } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import type { Cause, Sample } from '../sample.ts'
import { virtualClock } from '../virtual-clock.ts'
import { createThrottleWatch } from './throttle-watch.ts'

/** Whether the load is over after each half second, in which `causes` were heard. */
async function watched(causes: readonly (Cause | undefined)[]): Promise<boolean[]> {
  const clock = virtualClock()
  const watch = createThrottleWatch(clock)
  watch.begin(clock.nowNs())
  const over: boolean[] = []
  for (const cause of causes) {
    watch.see({ endNs: clock.nowNs(), reply: { cause } } as unknown as Sample)
    await clock.advance(NS_PER_S / 2)
    over.push(watch.isOver())
  }
  return over
}
const refused = 'throttled' as const

it('ends a load once its rate was refused in four seconds on end, the last of which has passed', async () => {
  const causes = [undefined, refused, refused, undefined, undefined, refused, refused, undefined]
  expect(await watched(causes)).toEqual([...causes.slice(1).map(() => false), true])
})

it('stays over, although what was in flight is refused after that', async () => {
  const causes = [refused, refused, refused, refused, refused, refused, refused, undefined, refused, refused]
  expect((await watched(causes)).slice(-3)).toEqual([true, true, true])
})

it('takes refusals of one second for a burst', async () => {
  const causes = [refused, refused, undefined, undefined, refused, refused, undefined, undefined, undefined]
  expect(await watched(causes)).toEqual(causes.map(() => false))
})

it('does not mind what else is refused', async () => {
  expect(await watched(Array.from({ length: 10 }, () => 'policy'))).not.toContain(true)
})

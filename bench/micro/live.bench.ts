import type { Bench } from 'tinybench'
import { liveProgress } from '../../src/cli/live-progress.ts'
import { PhaseTimes } from '../../src/phase.ts'
import { createRandom } from '../../src/random.ts'
import { conditionsOf } from '../../src/trial/condition.ts'
import { interleave } from '../../src/trial/planned.ts'
import { virtualClock } from '../../src/virtual-clock.ts'

/** What the live view costs the loop that measures: a submission counted, and a frame, four times a second. */
export function live(bench: Bench): void {
  const planned = interleave(conditionsOf({ smtp: 'sink', repeat: 10 }), createRandom('live'))
  const stream = { isTTY: true, columns: 100, rows: 40, hasColors: () => true, write: () => true }
  let draw = (_atNs: number) => {}
  const clock = {
    ...virtualClock(),
    every(_intervalNs: number, tick: (atNs: number) => void) {
      draw = tick
      return { [Symbol.dispose]() {} }
    },
  }
  const progress = liveProgress({ planned, clock, stream: stream as unknown as NodeJS.WriteStream })
  const [first] = planned
  if (first) progress.trialStarted(first)
  const reply = {
    outcome: 'accepted',
    recipientsRefused: 0,
    connectionId: 1,
    phases: new PhaseTimes(),
  } as const
  const sample = { index: 0, messageId: '<x>', dueNs: 0, startNs: 0, endNs: 0, attempt: 1, reply }
  let index = 0
  bench.add('live view: count one submission', () => {
    index += 1
    progress.sample({ ...sample, endNs: 335_000 + (index & 0xfff) }, true)
  })
  bench.add('live view: draw one frame', () => {
    progress.sample({ ...sample, endNs: 335_000 + (index++ & 0xfff) }, true)
    draw(0)
  })
}

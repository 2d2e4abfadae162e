import type { Bench } from 'tinybench'
import { PhaseTimes } from '../../src/phase.ts'
import { createRecorder } from '../../src/stats/recorder.ts'

/** What the harness does with each submission that has ended. */
export function record(bench: Bench): void {
  const phases = new PhaseTimes()
  phases.add('encode', 20_000)
  phases.add('send', 5_000)
  phases.add('wait', 300_000)
  phases.add('receive', 10_000)
  const reply = { outcome: 'accepted', recipientsRefused: 0, connectionId: 1, phases } as const
  const recorder = createRecorder({ blocks: { by: 'duration', durationNs: 3600e9 } })
  recorder.begin(0, 0)
  let index = 0
  bench.add('record one submission, four phases', () => {
    const dueNs = index * 1000
    recorder.scheduled(index, dueNs)
    const endNs = dueNs + 335_000 + (index & 0xfff)
    recorder.record({ index, messageId: '<x>', dueNs, startNs: dueNs, endNs, attempt: 1, reply })
    index += 1
  })
}

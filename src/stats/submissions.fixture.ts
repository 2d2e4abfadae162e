import { NS_PER_MS, NS_PER_S } from '../clock.ts'
import { type Phase, PhaseTimes } from '../phase.ts'
import type { Reply } from '../sample.ts'
import { createRecorder, type Recorder } from './recorder.ts'

export const ORIGIN_NS = 5 * NS_PER_S

export function reply(outcome: Reply['outcome'], more: Partial<Reply> = {}, spansMs = {}): Reply {
  const phases = new PhaseTimes()
  for (const [phase, ms] of Object.entries<number>(spansMs)) phases.add(phase as Phase, ms * NS_PER_MS)
  return { outcome, recipientsRefused: 0, connectionId: 1, phases, ...more }
}

interface Submission {
  readonly dueMs?: number
  readonly lagMs?: number
  readonly tookMs?: number
  readonly attempt?: number
  readonly reply?: Reply
}

/** Schedules and ends one submission; instants count from the start of the measured part. */
export function submit(recorder: Recorder, index: number, submission: Submission = {}): void {
  const { dueMs = index, lagMs = 0, tookMs = 1, attempt = 1 } = submission
  const dueNs = ORIGIN_NS + dueMs * NS_PER_MS
  const startNs = dueNs + lagMs * NS_PER_MS
  recorder.scheduled(index, dueNs)
  recorder.record({
    index,
    messageId: `<${index}@example.net>`,
    dueNs,
    startNs,
    endNs: startNs + tookMs * NS_PER_MS,
    attempt,
    reply: submission.reply ?? reply('accepted'),
  })
}

export function measuring(messages = 80): Recorder {
  const recorder = createRecorder({ blocks: { by: 'messages', messages } })
  recorder.begin(ORIGIN_NS, 0)
  return recorder
}

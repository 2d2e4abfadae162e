import type { Clock } from '../clock.ts'
import type { TlsTrust } from '../dial/dial.ts'
import { closedLoad } from '../load/closed.ts'
import type { Load, Sender } from '../load/load.ts'
import type { Message, Template } from '../message/message.ts'
import type { Provider } from '../provider/provider.ts'
import type { Reply, Sample } from '../sample.ts'
import { createRecorder, type Recorder, type Recording } from '../stats/recorder.ts'
import type { Transport } from '../transport/transport.ts'
import type { Condition } from './condition.ts'
import { openerOf } from './pairings.ts'
import type { Secrets } from './secrets.ts'
import type { Target } from './target.ts'

export interface TrialOptions {
  readonly condition: Condition
  readonly target: Target
  readonly template: Template
  readonly trust: TlsTrust
  readonly provider: Provider
  readonly secrets: Secrets
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Sees every submission as it ends, for live progress and for samples. */
  readonly onSample: (sample: Sample, measured: boolean) => void
}

/** What one trial measured, before it is laid beside what the sink took. */
export interface Measured {
  readonly recording: Recording
  readonly connections: number
  /** CPU time of this process per attempted submission of the measured part, microseconds. */
  readonly cpuUsPerMessage: number | null
  /** The run was ended, by the user or for another reason, before the trial was. */
  readonly interrupted: boolean
}

/** What a server said may repeat what it was told. */
function masked(reply: Reply, secrets: Secrets): Reply {
  return reply.text === undefined ? reply : { ...reply, text: secrets.mask(reply.text) }
}

/** Sends one submission and records how it ended. */
function senderOf(options: TrialOptions, transport: Transport, recorder: Recorder) {
  const { template, secrets, clock, onSample } = options
  return (measured: boolean): Sender => ({
    async submit(index, dueNs) {
      const message: Message = template.message(index)
      recorder.scheduled(index, dueNs)
      const startNs = clock.nowNs()
      const reply = masked(await transport.submit(message), secrets)
      const sample = {
        index,
        messageId: message.messageId,
        dueNs,
        startNs,
        endNs: clock.nowNs(),
        attempt: 1,
        reply,
      }
      recorder.record(sample)
      onSample(sample, measured)
    },
    drop(index, dueNs) {
      recorder.scheduled(index, dueNs)
      recorder.dropped(index, dueNs)
    },
  })
}

/** CPU time, user and system, of this process since `before`. */
function cpuUsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return user + system
}

/**
 * Runs one trial: a warm-up, then the measured part, each to its own bound, over one transport. Between the
 * two everything in flight has ended, so that no submission belongs to both.
 */
export async function runTrial(options: TrialOptions): Promise<Measured> {
  const { condition, target, trust, provider, clock, signal } = options
  const { client, protocol, users, thinkNs, warmup, messages, durationNs } = condition
  const open = openerOf(client, protocol)
  if (!open) throw new Error(`${client} does not speak ${protocol}`)
  await using transport = open({ condition, target, trust, provider, clock, signal })
  const load: Load = closedLoad(users, thinkNs)
  const byMessages = messages < Number.MAX_SAFE_INTEGER
  const recorder = createRecorder({
    blocks: byMessages ? { by: 'messages', messages } : { by: 'duration', durationNs },
  })
  const sender = senderOf(options, transport, recorder)
  const warm = warmup.messages > 0 ? await load.run(sender(false), 0, warmup, clock, signal) : 0
  const cpu = process.cpuUsage()
  recorder.begin(clock.nowNs(), warm)
  await load.run(sender(true), warm, { messages, durationNs }, clock, signal)
  const cpuUs = cpuUsSince(cpu)
  const recording = recorder.finish()
  const { attempted } = recording.figures
  return {
    recording,
    connections: transport.connectionsOpened,
    cpuUsPerMessage: attempted > 0 ? Math.round((cpuUs / attempted) * 10) / 10 : null,
    interrupted: signal.aborted,
  }
}

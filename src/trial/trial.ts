import type { Clock, Nanoseconds } from '../clock.ts'
import type { Address, TlsTrust } from '../dial/dial.ts'
import type { Sender } from '../load/load.ts'
import type { Message, Template } from '../message/message.ts'
import type { Provider } from '../provider/provider.ts'
import type { Random } from '../random.ts'
import type { Reply, Sample } from '../sample.ts'
import { createRecorder, type Recorder, type Recording } from '../stats/recorder.ts'
import { retrying } from '../transport/retrying.ts'
import type { Transport } from '../transport/transport.ts'
import { isJob } from './anatomy.ts'
import type { Condition } from './condition.ts'
import { createLoad, loadInBatches, warmUpLoad } from './load-choice.ts'
import { watchMemory } from './memory.ts'
import { createPacer, type Pace, type Pacer } from './pace.ts'
import { openerOf } from './pairings.ts'
import type { Secrets } from './secrets.ts'
import type { Target } from './target.ts'
import { createThrottleWatch, type ThrottleWatch } from './throttle-watch.ts'
import { createTurns } from './turns.ts'
import { type Vitals, watchVitals } from './vitals.ts'

export interface TrialOptions {
  readonly condition: Condition
  readonly target: Target
  /** The emulated network in front of the target. */
  readonly relay?: Address | undefined
  /** Keeps the instants of each submission's phases. */
  readonly keepsMarks?: boolean
  readonly template: Template
  readonly trust: TlsTrust
  readonly provider: Provider
  readonly secrets: Secrets
  readonly clock: Clock
  /** Equal streams give equal arrivals. */
  readonly random: Random
  readonly signal: AbortSignal
  /** The warm-up is over, and nothing is in flight. */
  readonly onBegin?: () => Promise<unknown>
  /** Sees every submission as it ends, for live progress and for samples. */
  readonly onSample: (sample: Sample, measured: boolean) => void
  /** It came due, and was never sent. */
  readonly onDrop?: (index: number, dueNs: Nanoseconds) => void
}

/** What all of a job took. */
export interface JobFigures {
  /** From its beginning until everything of it had ended. */
  readonly spanNs: Nanoseconds
  /** See watchMemory. */
  readonly memoryBytes: number
}

/** What one trial measured, before it is laid beside what the sink took. */
export interface Measured {
  readonly recording: Recording
  readonly connections: number
  /** Of the measured part; undefined where each attempt is one. */
  readonly calls?: number | undefined
  /** When the measured part began. */
  readonly beginNs: Nanoseconds
  /** Of a job that has an end of its own: a number of messages. */
  readonly job?: JobFigures | undefined
  /** CPU time of this process per attempted submission of the measured part, microseconds. */
  readonly cpuUsPerMessage: number | null
  readonly pace: Pace
  readonly vitals: Vitals
  /** Why the client did less than its condition says. */
  readonly fallbacks: readonly string[]
  /** It met the server's limit, and had been told to stop there. */
  readonly stopped: boolean
  /** The run was ended, by the user or for another reason, before the trial was. */
  readonly interrupted: boolean
}

/** What a server said may repeat what it was told. */
function masked(reply: Reply, secrets: Secrets): Reply {
  const { text, enhancedCode, attempts } = reply
  if (text === undefined && enhancedCode === undefined && attempts === undefined) return reply
  return {
    ...reply,
    text: text && secrets.mask(text),
    enhancedCode: enhancedCode && secrets.mask(enhancedCode),
    attempts: attempts?.map(attempted => ({ ...attempted, reply: masked(attempted.reply, secrets) })),
  }
}

/** Sends one submission and records how it ended. */
function senderOf(
  options: TrialOptions,
  transport: Transport,
  recorder: Recorder,
  pacer: Pacer,
  watch: ThrottleWatch | undefined,
) {
  const { condition, template, secrets, clock, onSample } = options
  // An open load turns by itself; other clients wait for their servers.
  const turns =
    condition.client === 'null' && condition.load.kind === 'closed' ? createTurns(clock) : undefined
  return (measured: boolean): Sender => {
    // A warm-up is paced for nobody: what is compiled of this is then what is measured with.
    const paced = measured ? pacer : createPacer(condition.load.kind !== 'closed')
    const watched = measured ? watch : undefined
    return {
      async submit(index, dueNs) {
        const message: Message = template.message(index)
        recorder.scheduled(index, dueNs)
        const startNs = clock.nowNs()
        paced.due(dueNs)
        paced.start(startNs)
        const reply = masked(await transport.submit(message), secrets)
        const sample = {
          index,
          messageId: message.messageId,
          dueNs,
          startNs,
          endNs: clock.nowNs(),
          attempt: reply.attempts?.length ?? 1,
          reply,
        }
        recorder.record(sample)
        watched?.see(sample)
        onSample(sample, measured)
        const turn = turns?.()
        if (turn) await turn
      },
      drop(index, dueNs) {
        paced.due(dueNs)
        recorder.scheduled(index, dueNs)
        recorder.dropped(index, dueNs)
        options.onDrop?.(index, dueNs)
      },
    }
  }
}

/** What is attempted again, if anything is, is still one submission. */
function withRetries(transport: Transport, { condition, clock, random, signal }: TrialOptions): Transport {
  const { retry: policy } = condition
  return policy ? retrying(transport, { policy, clock, random: random.fork('retries'), signal }) : transport
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
  const { condition, target, relay, keepsMarks = false, trust, provider, clock, random, signal } = options
  const { client, protocol, load, batch = 1, warmup, messages, durationNs } = condition
  const open = openerOf(client, protocol)
  if (!open) throw new Error(`${client} does not speak ${protocol}`)
  await using opened = open({ condition, target, relay, keepsMarks, trust, provider, clock, signal })
  const transport = withRetries(opened, options)
  const byMessages = messages < Number.MAX_SAFE_INTEGER
  const recorder = createRecorder({
    blocks: byMessages ? { by: 'messages', messages } : { by: 'duration', durationNs },
  })
  const pacer = createPacer(load.kind !== 'closed')
  const watch = load.kind === 'ramp' && load.untilThrottled ? createThrottleWatch(clock) : undefined
  const sender = senderOf(options, transport, recorder, pacer, watch)
  const inBatches = (most: number) => loadInBatches(load, batch, most)
  const warm =
    warmup.messages > 0
      ? await warmUpLoad(inBatches(warmup.messages), random.fork('warm-up')).run(
          sender(false),
          0,
          warmup,
          clock,
          signal,
        )
      : 0
  await options.onBegin?.()
  const callsBefore = opened.calls
  const endVitals = watchVitals()
  const endMemory = byMessages && isJob(condition) ? watchMemory(clock) : undefined
  const cpu = process.cpuUsage()
  const beginNs = clock.nowNs()
  recorder.begin(beginNs, warm)
  watch?.begin(beginNs)
  const bounds = { messages, durationNs, isOver: watch && (() => watch.isOver()) }
  await createLoad(inBatches(messages), random).run(sender(true), warm, bounds, clock, signal)
  const spanNs = clock.nowNs() - beginNs
  const cpuUs = cpuUsSince(cpu)
  const job = endMemory && { spanNs, memoryBytes: endMemory() }
  const vitals = endVitals()
  const recording = recorder.finish()
  const { attempted } = recording.figures
  return {
    recording,
    pace: pacer.pace(),
    vitals,
    fallbacks: transport.fallbacks ?? [],
    connections: transport.connectionsOpened,
    calls: opened.calls === undefined ? undefined : opened.calls - (callsBefore ?? 0),
    beginNs,
    job,
    // Pacing turns the event loop while it waits: what it costs is not the messages'.
    cpuUsPerMessage:
      attempted > 0 && load.kind === 'closed' ? Math.round((cpuUs / attempted) * 10) / 10 : null,
    stopped: watch?.isOver() ?? false,
    interrupted: signal.aborted,
  }
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { NS_PER_MS, NS_PER_S, systemClock } from '../clock.ts'
import { compileDistribution } from '../distribution.ts'
import type { LabelRow } from '../run-store/schema.ts'
import { createDraws } from '../sink/draws.ts'
import type { ScriptSpec } from '../sink/script.ts'
import type { ListenerSpec } from '../sink/sinks.ts'
import { type FarSide, startFarSide } from './far-side.ts'
import type { Plan } from './plan.ts'
import type { Planned } from './planned.ts'
import { runPlan } from './run-plan.ts'

const SEED = 'canary'
/** A bare client and a library's, one of each protocol: what is tried is the measuring, not each client. */
const clients = [
  ['wire', 'smtp'],
  ['undici', 'http'],
] as const
type Protocol = (typeof clients)[number][1]

async function sinkOf(protocol: Protocol, script: ScriptSpec): Promise<FarSide> {
  const listener: ListenerSpec = { protocol, tls: 'none', auth: false }
  const side = await startFarSide({ listeners: [listener], script, seed: SEED })
  onTestFinished(() => side[Symbol.asyncDispose]())
  return side
}

/** One label's figures, and what the report says of stalls, if it does. */
interface Found extends LabelRow {
  readonly stall: string | undefined
}

/**
 * What is found by a run against a sink that is ours and that it takes for somebody else's.
 * @param onSamples called once, when so many have ended
 */
async function measure(
  sink: FarSide,
  protocol: Protocol,
  plan: Plan,
  onSamples: { readonly count: number; readonly call: () => void } = { count: 0, call: () => {} },
): Promise<Found> {
  const out = await mkdtemp(join(tmpdir(), 'mailbench-canary-'))
  onTestFinished(() => rm(out, { recursive: true, force: true }))
  const { port } = sink.endpoints[0] as { port: number }
  const target: Plan =
    protocol === 'smtp' ? { smtp: `smtp://127.0.0.1:${port}?tls=none` } : { api: `http://127.0.0.1:${port}` }
  const shared: Plan = { ...target, repeat: 1, warmup: 0, size: '1kb', skip_anatomy: true, out }
  let isLabel = false
  let ended = 0
  const observer = {
    trialStarted({ purpose }: Planned) {
      isLabel = purpose === 'measure'
    },
    sample() {
      if (isLabel && ++ended === onSamples.count) onSamples.call()
    },
    trialEnded() {},
    [Symbol.dispose]() {},
  }
  const { labels, checks } = await runPlan({ ...shared, ...plan }, { observe: () => observer })
  const [row] = labels
  if (!row || labels.length > 1) throw new Error('not one label')
  return { ...row, stall: checks.find(({ check, ok }) => check === 'stall' && !ok)?.detail }
}

/** Measures while the sinks' process is held for a second. @returns for how long it was, as well */
async function measureStalled(sink: FarSide, protocol: Protocol, plan: Plan) {
  const stalledMs = Promise.withResolvers<number>()
  const stall = async () => {
    const beganNs = systemClock.nowNs()
    process.kill(sink.pid, 'SIGSTOP')
    try {
      await systemClock.sleep(NS_PER_S)
    } finally {
      process.kill(sink.pid, 'SIGCONT')
    }
    stalledMs.resolve((systemClock.nowNs() - beganNs) / NS_PER_MS)
  }
  const row = await measure(sink, protocol, plan, { count: STALL_AT, call: () => void stall() })
  return { row, stalledMs: await stalledMs.promise }
}

const RATE_PER_S = 500
const MESSAGES = 3000
const STALL_AT = 500

/**
 * Response times in ms, ascending, of a server that takes arrivals one by one at its rate, and none while it is
 * stalled: Lindley's recursion (1952) with constant spans between arrivals and of service.
 */
function queuedMs(stalledMs: number, servedPerS: number): readonly number[] {
  const stallBeginMs = (STALL_AT * 1000) / RATE_PER_S
  let freeMs = 0
  return Array.from({ length: MESSAGES }, (_, i) => {
    const dueMs = (i * 1000) / RATE_PER_S
    const readyMs = Math.max(dueMs, freeMs)
    const isStalled = readyMs >= stallBeginMs && readyMs < stallBeginMs + stalledMs
    freeMs = (isStalled ? stallBeginMs + stalledMs : readyMs) + 1000 / servedPerS
    return freeMs - dueMs
  }).sort((a, b) => a - b)
}

/** A stall of the machine in the second of ours is no fault of what is measured: one more chance each. */
const patience = { timeout: 240_000, retry: 4 } as const

it.each(clients)(
  'a sink that pauses for a second shows in every percentile as theory has it: %s over %s',
  patience,
  async (client, protocol) => {
    const sink = await sinkOf(protocol, {})
    const { throughput_per_s: servedPerS } = await measure(sink, protocol, {
      client,
      users: 10,
      messages: 3000,
    })
    const open: Plan = {
      client,
      rate: RATE_PER_S,
      messages: MESSAGES,
      max_in_flight: MESSAGES,
      connections: 10,
    }
    const { row, stalledMs } = await measureStalled(sink, protocol, open)
    expect(row.accepted).toBe(MESSAGES)
    const theory = queuedMs(stalledMs, servedPerS ?? Number.NaN)
    for (const [p, found] of [
      [0.95, row.latency_p95_ms],
      [0.99, row.latency_p99_ms],
    ] as const) {
      const expectedMs = theory[Math.ceil(p * MESSAGES) - 1] ?? Number.NaN
      expect(found, `p${p * 100}`).toBeGreaterThan(expectedMs * 0.95)
      expect(found, `p${p * 100}`).toBeLessThan(expectedMs * 1.05)
    }
    expect(row.stall).toMatch(
      /^p99 of [\d,]+ ms since messages were due, and at its p99 [\d,]+ ms spent waiting for a conn/,
    )
    // A loop that waits for each reply before it sends the next meets the stall once: its p99 hides it.
    const { row: looped } = await measureStalled(sink, protocol, { client, users: 1, messages: 2500 })
    expect(looped.latency_p99_ms).toBeLessThan(stalledMs / 4)
    expect(looped.latency_max_ms).toBeGreaterThan(stalledMs * 0.95)
    expect(looped.stall).toMatch(/^a reply took 1,\d{3} ms, .* hides it/)
  },
)

const THINK = { lognormal: { median: '5ms', p99: '40ms' } } as const
const SENT = 4000
const FLOOR_MS = 5
const percentiles = {
  0.5: 'latency_p50_ms',
  0.9: 'latency_p90_ms',
  0.99: 'latency_p99_ms',
  0.999: 'latency_p999_ms',
} as const

/** What the sink draws for these very messages, ascending: no error of sampling is left. */
function drawnMs(): readonly number[] {
  const draws = createDraws(SEED)
  const think = compileDistribution(THINK)
  return Array.from({ length: SENT }, (_, i) => {
    const id = `0badcafe-0001-${i.toString(16).padStart(8, '0')}`
    return think(draws(id)) / NS_PER_MS
  }).sort((a, b) => a - b)
}

it.each(clients)(
  'a sink whose latency is known is found to have it: %s over %s',
  patience,
  async (client, protocol) => {
    const load: Plan = { client, users: 4, messages: SENT }
    const known = await measure(await sinkOf(protocol, { think: THINK }), protocol, load)
    // As long a wait for every message: processors are as asleep as under the load that is tried.
    const floor = await measure(await sinkOf(protocol, { think: `${FLOOR_MS}ms` }), protocol, load)
    expect(known.accepted).toBe(SENT)
    const drawn = drawnMs()
    for (const [p, column] of Object.entries(percentiles)) {
      const expectedMs = drawn[Math.ceil(Number(p) * SENT) - 1] ?? Number.NaN
      expect(known[column], column).toBeGreaterThan(expectedMs * 0.99)
      expect(known[column], column).toBeLessThan(expectedMs * 1.01 + (floor[column] ?? Number.NaN) - FLOOR_MS)
    }
  },
)

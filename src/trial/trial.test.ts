import { describe, expect, it, test } from 'vitest'
import { type Clock, NS_PER_MS, NS_PER_S, systemClock } from '../clock.ts'
import { loadTemplate } from '../message/corpus.ts'
import { createRandom } from '../random.ts'
import type { Sample } from '../sample.ts'
import { openSinks } from '../sink/sinks.ts'
import { balance, compareLedger } from '../stats/ledger.ts'
import { virtualClock } from '../virtual-clock.ts'
import { conditionsOf } from './condition.ts'
import type { Plan } from './plan.ts'
import { prepare } from './prepare.ts'
import type { Target } from './target.ts'
import { runTrial, type TrialOptions } from './trial.ts'

const RUN = '0badcafe'

/** An address that the null transport never dials. */
const nowhere: Target = {
  protocol: 'smtp',
  address: { host: '127.0.0.1', port: 9 },
  tls: 'none',
  display: 'sink',
}

async function optionsOf(plan: Plan, clock: Clock, more: Partial<TrialOptions> = {}): Promise<TrialOptions> {
  const [condition] = conditionsOf({ smtp: 'sink', client: 'null', ...plan })
  if (!condition) throw new Error('there is no condition')
  const { provider, secrets } = await prepare({}, {}, 'seed')
  return {
    condition,
    target: nowhere,
    template: await loadTemplate('password-reset', { run: RUN, trial: 1 }),
    trust: { insecure: false, resume: false },
    provider,
    secrets,
    clock,
    random: createRandom('trial'),
    signal: new AbortController().signal,
    onSample() {},
    ...more,
  }
}

describe('a trial with the null transport', () => {
  it('counts what came due after the warm-up, and balances the whole', async () => {
    const clock = virtualClock()
    const samples: [number, boolean][] = []
    const onSample = ({ index }: Sample, measured: boolean) => samples.push([index, measured])
    const options = await optionsOf({ users: 3, messages: 40, warmup: 7 }, clock, { onSample })
    const { recording, connections, interrupted } = await runTrial(options)
    expect(recording.figures).toMatchObject({ scheduled: 40, attempted: 40, attempts: 40, accepted: 40 })
    expect(recording.figures).toMatchObject({ failure_rate: 0, dropped: 0, aborted: 0 })
    expect(recording.latencyCount).toBe(40)
    expect(recording.scheduledWithWarmUp).toBe(47)
    expect(balance(recording.outcomes, 47)).toMatchObject({ holds: true, ended: 47 })
    expect(samples.map(([index]) => index).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 47 }, (_, i) => i),
    )
    expect(samples.filter(([, measured]) => !measured).map(([index]) => index)).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect({ connections, interrupted }).toEqual({ connections: 0, interrupted: false })
  })

  it('without a warm-up measures from the first message', async () => {
    const { recording } = await runTrial(await optionsOf({ messages: 5, warmup: 0 }, virtualClock()))
    expect(recording.figures.attempted).toBe(5)
    expect(recording.scheduledWithWarmUp).toBe(5)
  })

  it('counts no pause as latency, and every pause as time', async () => {
    const clock = virtualClock()
    const trial = runTrial(await optionsOf({ messages: 11, warmup: 2, think: '100ms' }, clock))
    await clock.drain()
    const { recording } = await trial
    expect(recording.figures).toMatchObject({ latency_max_ms: 0, accepted: 11 })
    // Ten pauses lie between eleven messages; 11 / 1 s.
    expect(recording.figures.throughput_per_s).toBeCloseTo(11, 6)
  })

  it('ends at its bound in time, the warm-up at its own', async () => {
    const clock = virtualClock()
    const plan: Plan = { duration: '1s', warmup: '500ms', think: '100ms' }
    const trial = runTrial(await optionsOf(plan, clock))
    await clock.drain()
    const { recording } = await trial
    expect(recording.figures.attempted).toBe(10)
    expect(recording.scheduledWithWarmUp).toBe(15)
    expect(clock.nowNs()).toBe(1.5 * NS_PER_S)
  })

  it('sends on a schedule when its load is open, the warm-up on one of its own', async () => {
    const due: number[] = []
    const onSample = ({ dueNs }: Sample, measured: boolean) => measured && due.push(dueNs)
    const plan: Plan = { rate: 2000, messages: 50, warmup: 10 }
    const options = await optionsOf(plan, systemClock, { onSample })
    const { recording, cpuUsPerMessage } = await runTrial(options)
    expect(recording.figures).toMatchObject({ scheduled: 50, accepted: 50, dropped: 0 })
    expect(recording.scheduledWithWarmUp).toBe(60)
    // What was planned, not what happened: half a millisecond apart to the nanosecond.
    expect(due.map(dueNs => dueNs - (due[0] ?? 0))).toEqual(due.map((_, i) => i * 0.5 * NS_PER_MS))
    // Pacing burns CPU time that is not the messages'.
    expect(cpuUsPerMessage).toBeNull()
  })

  it('is called interrupted when its signal aborted, and keeps what was measured until then', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const plan: Plan = { messages: 1000, warmup: 0, think: '100ms' }
    const trial = runTrial(await optionsOf(plan, clock, { signal: controller.signal }))
    await clock.advance(250 * NS_PER_MS)
    controller.abort()
    await clock.drain()
    const { recording, interrupted } = await trial
    expect(interrupted).toBe(true)
    expect(recording.figures).toMatchObject({ scheduled: 3, accepted: 3 })
    expect(balance(recording.outcomes, recording.scheduledWithWarmUp).holds).toBe(true)
  })

  it('never waits, and yet lets the process see a signal that ends it', async () => {
    const controller = new AbortController()
    const plan: Plan = { users: 100, messages: 1_000_000_000, warmup: 0, duration: '5s' }
    const trial = runTrial(await optionsOf(plan, systemClock, { signal: controller.signal }))
    setImmediate(() => controller.abort())
    const { recording, interrupted } = await trial
    expect(interrupted).toBe(true)
    expect(balance(recording.outcomes, recording.scheduledWithWarmUp).holds).toBe(true)
  })

  it('that was aborted in its warm-up has measured nothing', async () => {
    const options = await optionsOf({ warmup: 10 }, virtualClock(), { signal: AbortSignal.abort() })
    const { recording, interrupted, cpuUsPerMessage } = await runTrial(options)
    expect(recording.figures).toMatchObject({ scheduled: 0, attempted: 0, latency_p50_ms: null })
    expect({ interrupted, cpuUsPerMessage }).toEqual({ interrupted: true, cpuUsPerMessage: null })
  })
})

test('a client that does not speak the target’s protocol is a bug', async () => {
  const options = await optionsOf({}, virtualClock())
  const condition = { ...options.condition, client: 'undici' as const }
  await expect(runTrial({ ...options, condition })).rejects.toThrow('undici does not speak smtp')
})

describe('a trial against a sink', () => {
  it.each(['smtp', 'http'] as const)('over %s takes each message once, warm-up included', async protocol => {
    await using sinks = await openSinks({ listeners: [{ protocol, tls: 'none' }], script: {}, seed: 's' })
    const address = { host: '127.0.0.1', port: sinks.endpoints[0]?.port ?? 0 }
    const client = protocol === 'smtp' ? 'nodemailer' : 'undici'
    const [condition] = conditionsOf({ client, messages: 30, warmup: 5, users: 4 })
    if (!condition) throw new Error('there is no condition')
    const target: Target =
      protocol === 'smtp'
        ? { protocol, address, tls: 'none', display: 'sink' }
        : { protocol, address, encrypted: false, path: '/send', display: 'sink' }
    const { recording, connections } = await runTrial(await optionsOf({}, systemClock, { condition, target }))
    expect(recording.figures).toMatchObject({ scheduled: 30, accepted: 30 })
    expect(connections).toBe(4)
    const receipts = sinks.ledger.receipts(RUN, 1)
    expect(receipts.taken).toBe(35)
    expect(compareLedger(recording.outcomes, receipts.counts)).toEqual({
      lost: 0,
      duplicated: 0,
      inDoubtTaken: 0,
      abortedTaken: 0,
      takenUnaccounted: 0,
    })
  })

  it('hides secrets that a server repeats in its replies', async () => {
    const script = { reject: '100%' }
    await using sinks = await openSinks({ listeners: [{ protocol: 'smtp', tls: 'none' }], script, seed: 's' })
    const address = { host: '127.0.0.1', port: sinks.endpoints[0]?.port ?? 0 }
    const [condition] = conditionsOf({ client: 'nodemailer', messages: 3, warmup: 0 })
    if (!condition) throw new Error('there is no condition')
    const target: Target = { protocol: 'smtp', address, tls: 'none', display: 'sink' }
    const options = await optionsOf({}, systemClock, { condition, target })
    const plainly = await runTrial(options)
    const words = plainly.recording.failures[0]?.example ?? ''
    expect(words).toMatch(/^5\d\d /)
    options.secrets.add(words.slice(4))
    const hidden = await runTrial(options)
    expect(hidden.recording.failures[0]?.example).toBe(`${words.slice(0, 4)}***`)
  })
})

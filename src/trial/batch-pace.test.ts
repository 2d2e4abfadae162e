import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NS_PER_S, systemClock } from '../clock.ts'
import { loadTemplate } from '../message/corpus.ts'
import { resend } from '../provider/resend.ts'
import { createRandom } from '../random.ts'
import { openSinks, type Sinks } from '../sink/sinks.ts'
import { paced } from './pacing.ts'
import type { Plan } from './plan.ts'
import { prepare, termsOf, wayOf } from './prepare.ts'
import { documented, type Rates } from './rate.ts'
import { type Measured, runTrial } from './trial.ts'

let sinks: Sinks
beforeAll(async () => {
  sinks = await openSinks({ listeners: [{ protocol: 'http', tls: 'none' }], script: {}, seed: 'batches' })
})
afterAll(() => sinks[Symbol.asyncDispose]())

/** Of a real target, which is our own sink; when each message was sent, in seconds from the beginning. */
async function measured(fields: Plan, rates?: Rates): Promise<Measured & { readonly sentAtS: number[] }> {
  const port = sinks.endpoints[0]?.port ?? 0
  const target = { provider: 'resend' as const, smtp: false as const, api: `http://127.0.0.1:${port}` }
  const plan = { skip_anatomy: true, client: 'undici' as const, warmup: 0, repeat: 1, ...fields }
  const targets = [{ ...target, api_key: 'key', ...fields.targets?.[0] }]
  const prepared = await prepare({ ...plan, targets }, {}, 'a')
  const [planned] = prepared.conditions
  const way = planned && wayOf(prepared, planned)
  if (!planned || !way?.target) throw new Error('there is no condition')
  // On loopback nothing documented is kept to, unless it is said to be.
  const condition = rates ? paced(planned, { ...way, rates }) : planned
  const { provider, ...terms } = termsOf(prepared, condition)
  const startsNs: number[] = []
  const trial = await runTrial({
    condition,
    target: way.target,
    template: await loadTemplate(condition.message, { run: '0badcafe', trial: 1, ...terms }),
    trust: { insecure: false, resume: false },
    provider,
    secrets: prepared.secrets,
    clock: systemClock,
    random: createRandom('batches'),
    signal: new AbortController().signal,
    onSample: ({ startNs }) => startsNs.push(startNs),
  })
  startsNs.sort((a, b) => a - b)
  return { ...trial, sentAtS: startsNs.map(startNs => (startNs - trial.beginNs) / NS_PER_S) }
}

/** No call before its turn, the first after one gap; a timer may be 1 ms early, and late as it comes. */
function expectPaced(
  { sentAtS, calls }: Awaited<ReturnType<typeof measured>>,
  batch: number,
  gapS: number,
): void {
  expect(calls).toBe(Math.ceil(sentAtS.length / batch))
  for (const [i, atS] of sentAtS.entries())
    expect(atS).toBeGreaterThan((Math.floor(i / batch) + 1) * gapS - 0.002)
}

describe('batch calls to a target that has a rate', () => {
  it.each([
    { users: 10, messages: 25, batch: 10 },
    { users: 1, messages: 25, batch: 10 },
    { users: 3, messages: 30, batch: 10, think: '10ms' },
  ] satisfies Plan[])('are full, and no more than that many messages a second: %j', async fields => {
    const trial = await measured({ ...fields, targets: [{ max_rate: 100 }] })
    expect(trial.recording.figures).toMatchObject({ accepted: fields.messages })
    expectPaced(trial, 10, 0.1)
  })

  it('that documents calls are full, and no more than that many calls a second', async () => {
    const limited = { ...resend, limits: { callsPerS: 10 } }
    const trial = await measured({ users: 10, messages: 300, batch: 100 }, documented(limited, 'http'))
    expectPaced(trial, 100, 0.1 / 0.9)
  })

  it('that documents both keep to the messages where those are fewer', async () => {
    const limited = { ...resend, limits: { callsPerS: 100, messagesPerS: 100 } }
    const trial = await measured({ users: 10, messages: 30, batch: 10 }, documented(limited, 'http'))
    expectPaced(trial, 10, 0.1 / 0.9)
  })

  it('of one message are as many as there are messages', async () => {
    const trial = await measured({ users: 10, messages: 20, batch: 1, targets: [{ max_rate: 100 }] })
    // Nobody gathers them: each attempt is a call.
    expect(trial.calls).toBeUndefined()
    expect(trial.recording.figures).toMatchObject({ accepted: 20, attempts: 20 })
    for (const [i, atS] of trial.sentAtS.entries()) expect(atS).toBeGreaterThan((i + 1) * 0.01 - 0.002)
  })

  it('are full without a rate as well, also where users think', async () => {
    for (const think of ['0ms', '1ms', '5ms']) {
      const trial = await measured({ users: 3, messages: 395, batch: 10, think })
      expect(trial.calls, think).toBe(40)
    }
  })
})

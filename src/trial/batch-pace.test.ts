import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NS_PER_S, systemClock } from '../clock.ts'
import { loadTemplate } from '../message/corpus.ts'
import { createRandom } from '../random.ts'
import { openSinks, type Sinks } from '../sink/sinks.ts'
import type { Plan } from './plan.ts'
import { prepare, targetOf, termsOf } from './prepare.ts'
import { type Measured, runTrial } from './trial.ts'

let sinks: Sinks
beforeAll(async () => {
  sinks = await openSinks({ listeners: [{ protocol: 'http', tls: 'none' }], script: {}, seed: 'batches' })
})
afterAll(() => sinks[Symbol.asyncDispose]())

/** Of a real target, which is our own sink; when each call was made, in seconds from the beginning. */
async function measured(fields: Plan): Promise<Measured & { readonly callsAtS: number[] }> {
  const port = sinks.endpoints[0]?.port ?? 0
  const target = { provider: 'resend' as const, smtp: false as const, api: `http://127.0.0.1:${port}` }
  const plan = { skip_anatomy: true, client: 'undici' as const, warmup: 0, repeat: 1, ...fields }
  const targets = [{ ...target, api_key: 'key', ...fields.targets?.[0] }]
  const prepared = await prepare({ ...plan, targets }, {}, 'a')
  const [condition] = prepared.conditions
  const at = condition && targetOf(prepared, condition)
  if (!condition || !at) throw new Error('there is no condition')
  const { provider, ...terms } = termsOf(prepared, condition)
  const starts = new Set<number>()
  const trial = await runTrial({
    condition,
    target: at,
    template: await loadTemplate(condition.message, { run: '0badcafe', trial: 1, ...terms }),
    trust: { insecure: false, resume: false },
    provider,
    secrets: prepared.secrets,
    clock: systemClock,
    random: createRandom('batches'),
    signal: new AbortController().signal,
    // Those of one call start within a moment.
    onSample: ({ startNs, reply }) => starts.add(reply.outcome === 'accepted' ? startNs : Number.NaN),
  })
  const atS = [...starts].sort((a, b) => a - b).map(startNs => (startNs - trial.beginNs) / NS_PER_S)
  const isNew = (at: number, i: number) => at - (atS[i - 1] ?? Number.NEGATIVE_INFINITY) > 0.05
  return { ...trial, callsAtS: atS.filter(isNew) }
}

/** Calls every `gapS`, the first of them after one gap; a timer may be 1 ms early. */
function expectPaced(callsAtS: readonly number[], count: number, gapS: number): void {
  expect(callsAtS).toHaveLength(count)
  for (const [i, atS] of callsAtS.entries()) {
    expect(atS).toBeGreaterThan((i + 1) * gapS - 0.002)
    expect(atS - (callsAtS[i - 1] ?? 0)).toBeGreaterThan(gapS - 0.05)
  }
}

describe('batch calls to a target that has a rate', () => {
  it.each([
    [{ users: 10, messages: 25, batch: 10 }, 3],
    [{ users: 1, messages: 25, batch: 10 }, 3],
    [{ users: 3, messages: 30, batch: 10, think: '10ms' }, 3],
  ] satisfies [Plan, number][])(
    'are full, and no more than that many messages a second: %j',
    async (fields, calls) => {
      const trial = await measured({ ...fields, targets: [{ max_rate: 100 }] })
      expect(trial.recording.figures).toMatchObject({ accepted: fields.messages })
      expect(trial.calls).toBe(calls)
      expectPaced(trial.callsAtS, calls, 0.1)
    },
  )

  it('of one message are as many as there are messages', async () => {
    const trial = await measured({ users: 10, messages: 20, batch: 1, targets: [{ max_rate: 100 }] })
    // Nobody gathers them: each attempt is a call.
    expect(trial.calls).toBeUndefined()
    expect(trial.recording.figures).toMatchObject({ accepted: 20, attempts: 20 })
    expect(trial.pace.startSpanNs / NS_PER_S).toBeGreaterThan(0.17)
  })

  it('are full without a rate as well, also where users think', async () => {
    const trial = await measured({ users: 3, messages: 95, batch: 10, think: '5ms' })
    expect(trial.calls).toBe(10)
  })
})

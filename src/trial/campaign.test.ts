import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { createRandom } from '../random.ts'
import { runCampaign } from './campaign.ts'
import type { Network } from './network.ts'
import type { Plan } from './plan.ts'
import { planTrials } from './planned.ts'
import { prepare } from './prepare.ts'
import type { LocalSinks } from './sinks.ts'
import type { Target } from './target.ts'

/** A server that takes connections and says nothing: who is not interrupted waits for an hour. */
async function openSilence() {
  const connected = new AbortController()
  const server = createServer(socket => {
    socket.on('error', () => {})
    connected.abort()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const address = { host: '127.0.0.1', port }
  const target: Target = { protocol: 'smtp', address, tls: 'none', display: 'silence' }
  return { target, connected: connected.signal, [Symbol.asyncDispose]: async () => void server.close() }
}

describe('a campaign that is interrupted', () => {
  /** Runs a plan against `target`; what it tells and keeps is noted. */
  async function campaign(plan: Plan, target: Target, signal: AbortSignal, onSample = () => {}) {
    const random = createRandom('a')
    const prepared = await prepare({ timeout: '1h', warmup: 0, ...plan }, {}, 'a')
    const sinks: LocalSinks = {
      farSide: undefined,
      targetOf: () => target,
      async [Symbol.asyncDispose]() {},
    }
    const network: Network = { open: async () => undefined, async [Symbol.asyncDispose]() {} }
    const started: string[] = []
    const kept: string[] = []
    const result = await runCampaign({
      prepared,
      planned: planTrials(prepared, random),
      runId: 'run',
      sinks,
      network,
      clock: systemClock,
      random,
      signal,
      observer: {
        trialStarted: ({ condition }) => started.push(condition.label),
        sample: onSample,
        trialEnded() {},
      },
      store: {
        spool: undefined,
        trial: async ({ row }) => kept.push(row.label) > 0,
        labels: async () => true,
      },
    })
    return { ...result, started, kept }
  }

  it('in its rehearsal ends at once, and has no trial', async () => {
    await using silence = await openSilence()
    const plan: Plan = { smtp: 'sink' }
    const { trials, labels, checks, started, kept } = await campaign(plan, silence.target, silence.connected)
    expect({ trials, labels, checks, started, kept }).toEqual({
      trials: [],
      labels: [],
      checks: [],
      started: [],
      kept: [],
    })
  })

  it.each<[string, Plan]>([
    ['users', { users: 3 }],
    ['a rate', { rate: 100 }],
  ])(
    'in the floor of %s ends at once: keeps what it has of the floor, and measures nothing',
    async (_what, load) => {
      await using silence = await openSilence()
      const controller = new AbortController()
      const smtp = `smtp://127.0.0.1:${silence.target.address.port}`
      const plan: Plan = { smtp, ...load }
      const { trials, labels, started, kept } = await campaign(plan, silence.target, controller.signal, () =>
        controller.abort(),
      )
      const floor = started[0]
      expect(floor).toMatch(/^floor /)
      expect({ labels, started, kept }).toEqual({ labels: [], started: [floor], kept: [floor] })
      expect(trials).toMatchObject([{ purpose: 'floor', valid: false, invalid_because: 'interrupted' }])
      expect(silence.connected.aborted).toBe(false)
    },
  )
})

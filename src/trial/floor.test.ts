import { expect, test } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import { conditionsOf } from './condition.ts'
import { floorLabel, floorsOf, sinkFloorsOf } from './floor.ts'
import type { Plan } from './plan.ts'

const labelsOf = (plan: Plan) =>
  floorsOf(conditionsOf(plan)).map(({ label, client }) => `${label}: ${client}`)

test('each load has a floor on a client that does nothing, and each protocol one on a bare sink', () => {
  const plan: Plan = {
    users: [1, 10],
    connection: ['reuse', 'fresh'],
    message: ['receipt', 'password-reset'],
  }
  expect(labelsOf(plan)).toEqual([
    'floor 1u: null',
    'floor 10u: null',
    'floor smtp 1u: wire',
    'floor smtp 10u: wire',
    'floor http 1u: wire',
    'floor http 10u: wire',
  ])
})

test('a sink floor is the cheapest there is: kept connections, no TLS, no key, no network, no script, no pause', () => {
  const plan: Plan = { rtt: '20ms', connection: 'fresh', think: '5ms', script: { think: '5ms' } }
  const [smtp, http] = sinkFloorsOf(conditionsOf(plan))
  const bare = {
    target: { kind: 'sink', tls: 'none', auth: false, bare: true },
    link: {},
    connection: 'reuse',
  }
  const load = { kind: 'closed', users: 1, thinkNs: 0 }
  expect(smtp).toMatchObject({ ...bare, load, protocol: 'smtp', client: 'wire', mode: 'pipelined' })
  expect(http).toMatchObject({ ...bare, load, protocol: 'http', client: 'wire', httpVersion: '1.1' })
})

test('a server that is somebody else’s has no sink floor, nor has a plan that reaches no sink', () => {
  const harness = ['floor 1u: null']
  expect(labelsOf({ smtp: 'smtp://127.0.0.1:2525' })).toEqual(harness)
  expect(labelsOf({ smtp: 'sink', client: 'null' })).toEqual(harness)
})

test('a schedule’s floors keep it, a ramp’s go at its peak; a condition finds the lag of its floor by its label', () => {
  const ramp = { from: 100, to: 2000, over: '10s' }
  for (const [plan, load] of [
    [
      { rate: 500, arrivals: 'poisson' },
      { kind: 'poisson', ratePerS: 500 },
    ],
    [{ ramp }, { kind: 'constant', ratePerS: 2000 }],
  ] as const) {
    const conditions = conditionsOf(plan)
    const floors = floorsOf(conditions)
    expect(floors).toHaveLength(3)
    for (const floor of floors) expect(floor.load).toMatchObject(load)
    for (const condition of conditions) expect(floorLabel(condition)).toBe(floors[0]?.label)
  }
})

test('floors are short, and have what a p99 takes where the schedule is slow', () => {
  for (const plan of [{ users: 10 }, { rate: 5000 }, { rate: 200 }, { rate: 10 }]) {
    for (const { messages, durationNs, warmup, client } of floorsOf(conditionsOf(plan))) {
      expect(durationNs).toBeLessThanOrEqual(5 * NS_PER_S)
      expect(warmup.durationNs).toBeLessThan(NS_PER_S)
      expect(messages).toBeLessThanOrEqual(client === 'null' ? 20_000 : 2000)
      if (plan.rate === 200) expect(messages).toBeGreaterThanOrEqual(368)
    }
  }
})

test('a floor’s messages all come due before its time is over: none is called cut short', () => {
  for (const { messages, durationNs } of floorsOf(conditionsOf({ rate: 500 })))
    expect(messages).toBeLessThanOrEqual((500 * durationNs) / NS_PER_S)
})

import { expect, test } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import { conditionsOf } from './condition.ts'
import type { Plan } from './plan.ts'
import { predictNs, predictSlowNs, slowestNs } from './predict.ts'

function predictedS(plan: Plan): number {
  const [condition] = conditionsOf({ smtp: 'sink', ...plan })
  if (!condition) throw new Error('there is no condition')
  return predictNs(condition) / NS_PER_S
}

test('ten times the messages take about ten times as long', () => {
  const ratio =
    predictedS({ messages: 50_000, warmup: 0, duration: '1h' }) /
    predictedS({ messages: 5000, warmup: 0, duration: '1h' })
  expect(ratio).toBeGreaterThan(9)
  expect(ratio).toBeLessThan(10.1)
})

test('the warm-up and fresh connections take time too', () => {
  expect(predictedS({ warmup: 1000 })).toBeGreaterThan(predictedS({ warmup: 0 }))
  expect(predictedS({ connection: 'fresh' })).toBeGreaterThan(predictedS({ connection: 'reuse' }))
})

test('a bound in time bounds the prediction, of the warm-up as well', () => {
  expect(predictedS({ duration: '2s', warmup: 0 })).toBeCloseTo(2, 0)
  expect(predictedS({ duration: '2s', messages: 1e6, warmup: '1s' })).toBeCloseTo(3, 0)
})

test('pauses take time, shared among the users', () => {
  const pausing: Plan = { think: '100ms', messages: 100, warmup: 0 }
  expect(predictedS(pausing)).toBeCloseTo(10, 0)
  expect(predictedS({ ...pausing, users: 10 })).toBeCloseTo(1, 0)
})

test('an emulated network takes its time with every round trip, shared among the users', () => {
  const linked: Plan = { rtt: '100ms', connection: 'fresh', messages: 100, warmup: 0, duration: '1h' }
  expect(predictedS(linked)).toBeCloseTo(90 + 0.9, 0)
  expect(predictedS({ ...linked, users: 10 })).toBeCloseTo(9 + 0.9, 0)
  expect(predictedS({ ...linked, connection: 'reuse' })).toBeCloseTo(20 + 0.7, 0)
})

test('what goes wrong takes its time: silence most of all, and less where there are fewer exchanges', () => {
  const at = (share: string, more: Plan = {}) =>
    predictedS({ messages: 1000, warmup: 0, faults: [{ at: 'any', do: 'silence', share }], ...more })
  const sound = predictedS({ messages: 1000, warmup: 0 })
  // Four exchanges a message, each of which waits 10 s in one of a hundred cases.
  expect(at('1%', { client: 'wire', duration: '1h' }) - sound).toBeGreaterThan(0.9 * 4 * 1000 * 0.01 * 10)
  expect(at('1%', { timeout: '1s' })).toBeGreaterThan(at('0.1%', { timeout: '1s' }))
  const once = { client: 'wire', smtp: 'sink', timeout: '1s', duration: '1h' } as const
  const over = (transport: 'smtp' | 'http') => at('1%', { ...once, api: 'sink', transport })
  expect(over('http')).toBeLessThan(over('smtp') / 3)
})

test('submissions that are never answered take their time one after the other for each user, within the bounds', () => {
  const slowS = (plan: Plan) =>
    conditionsOf({ smtp: 'smtp://mail.example:25', ...plan }).map(
      condition => predictSlowNs(condition, 10 * NS_PER_S) / NS_PER_S,
    )[0]
  expect(slowS({ messages: 8, users: 4, warmup: 0 })).toBeCloseTo(20, 0)
  expect(slowS({ messages: 8, users: 4, warmup: 4 })).toBeCloseTo(30, 0)
  // One that starts within the bound ends after it.
  expect(slowS({ messages: 200, duration: '25s', warmup: 0 })).toBeCloseTo(30, 0)
  expect(slowS({ rate: 10, messages: 100, duration: '25s', warmup: 0 })).toBeCloseTo(20, 0)
})

test('nothing is predicted to take longer than the timeouts of all its steps', () => {
  const slowest = (plan: Plan) =>
    conditionsOf({ smtp: 'smtp://mail.example:25', messages: 1, warmup: 0, ...plan }).map(slowestNs)[0] ?? 0
  expect(slowest({ timeout: '1s', duration: '1m' }) / NS_PER_S).toBeCloseTo(13, 0)
  expect(slowest({ timeout: '1s', retry: 1 })).toBeGreaterThan(2 * slowest({ timeout: '1s' }))
  expect(slowest({ timeout: 'rfc' })).toBeGreaterThan(slowest({ timeout: '60s' }))
})

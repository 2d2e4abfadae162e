import { expect, test } from 'vitest'
import { anatomiesOf, anatomyKey } from './anatomy.ts'
import { conditionsOf } from './condition.ts'
import { loadLabel } from './load-choice.ts'
import type { Plan } from './plan.ts'

const labelsOf = (plan: Plan) => anatomiesOf(conditionsOf(plan), false).map(({ label }) => label)

test('there is one anatomy for each client and connection, whatever the load and the network', () => {
  expect(labelsOf({ users: [1, 10], rtt: ['0ms', '20ms'], connection: ['reuse', 'fresh'] })).toEqual([
    'anatomy smtp nodemailer reuse 1u',
    'anatomy smtp nodemailer fresh 1u',
    'anatomy http undici reuse 1u',
    'anatomy http undici fresh 1u',
  ])
})

test('what changes the round trips has an anatomy of its own, told apart by its label', () => {
  expect(labelsOf({ smtp: 'sink', tls: ['none', 'starttls'], recipients: [1, 5], users: 3 })).toEqual([
    'anatomy smtp nodemailer reuse 1u 1rcpt tls-none',
    'anatomy smtp nodemailer reuse 1u 5rcpt tls-none',
    'anatomy smtp nodemailer reuse 1u 1rcpt tls-starttls',
    'anatomy smtp nodemailer reuse 1u 5rcpt tls-starttls',
  ])
})

test('an anatomy sends one message at a time through an emulated network, and warms nothing up', () => {
  const [anatomy] = anatomiesOf(conditionsOf({ smtp: 'sink', users: 8, rtt: '50ms', warmup: 9 }), false)
  expect(anatomy).toMatchObject({
    load: { kind: 'closed', users: 1, thinkNs: 0 },
    connections: 1,
    link: { rtt: '10ms' },
    warmup: { messages: 0 },
    repetitions: 1,
  })
})

test('an anatomy has the key of the conditions that it is for', () => {
  const faults = [{ at: 'any', do: 'reset' }] as const
  const conditions = conditionsOf({
    users: [1, 10],
    connection: ['reuse', 'fresh'],
    conditions: [{}, { faults: [...faults] }],
  })
  const keys = new Set(anatomiesOf(conditions, false).map(anatomyKey))
  expect(new Set(conditions.map(anatomyKey))).toEqual(keys)
})

test('the null transport has no anatomy, nor has who is not let in', () => {
  expect(labelsOf({ client: 'null' })).toEqual([])
  expect(labelsOf({ auth: 'wrong' })).toEqual([])
})

test('real mail is sent sparingly: what opens a connection, and one that finds it open', () => {
  const conditions = conditionsOf({ smtp: 'sink', connection: ['reuse', 'fresh'] })
  expect(anatomiesOf(conditions, true).map(({ messages }) => messages)).toEqual([2, 1])
})

test('a job is dissected as it is, up to a bound, and for each load and batch', () => {
  const jobs = conditionsOf({
    batch: [1, 50],
    users: [1, 10],
    messages: 5000,
    rtt: ['0ms', '20ms'],
    warmup: 9,
  })
  const anatomies = anatomiesOf(jobs, false)
  expect(
    anatomies.map(({ protocol, batch, load, messages }) =>
      [protocol, batch, loadLabel(load), messages].join(' '),
    ),
  ).toEqual([
    'smtp 1 1u 1000',
    'smtp 1 10u 1000',
    'http 1 1u 1000',
    'http 50 1u 1000',
    'http 1 10u 1000',
    'http 50 10u 1000',
  ])
  expect(anatomies.every(({ warmup }) => warmup.messages === 0)).toBe(true)
  expect(new Set(jobs.map(anatomyKey))).toEqual(new Set(anatomies.map(anatomyKey)))
})

test('a whole job is not sent as real mail for its round trips alone', () => {
  expect(anatomiesOf(conditionsOf({ batch: [1, 50] }), true)).toEqual([])
})

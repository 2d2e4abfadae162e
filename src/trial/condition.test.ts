import { describe, expect, it, test } from 'vitest'
import { NS_PER_MS, NS_PER_S } from '../clock.ts'
import { UsageError } from '../errors.ts'
import { conditionsOf } from './condition.ts'
import type { Plan } from './plan.ts'

const labelsOf = (plan: Plan) => conditionsOf(plan).map(({ label }) => label)

const only = (plan: Plan) => {
  const [condition, ...others] = conditionsOf({ smtp: 'sink', ...plan })
  expect(others).toEqual([])
  if (!condition) throw new Error('there is no condition')
  return condition
}

describe('the conditions of a plan', () => {
  test('are refused when lists multiply to more than anybody could run, before they fill the memory', () => {
    const ten = Array.from({ length: 10 }, (_, i) => i + 1)
    const plan: Plan = { users: ten, connections: ten, recipients: ten, batch: ten, retry: ten }
    expect(() => conditionsOf(plan)).toThrow(UsageError)
    expect(() => conditionsOf(plan)).toThrow(/multiply to more than 10000 combinations: shorten one/)
  })

  test('an empty plan compares the two libraries, each with its own sink', () => {
    const conditions = conditionsOf({})
    expect(conditions).toMatchObject([
      { label: 'smtp nodemailer reuse 1u', target: { kind: 'sink', tls: 'starttls', auth: true } },
      { label: 'http undici reuse 1u', target: { kind: 'sink', tls: 'implicit', auth: true } },
    ])
    expect(conditions[0]).toMatchObject({
      load: { kind: 'closed', users: 1, thinkNs: 0 },
      connections: 1,
      message: 'password-reset',
      recipients: 1,
      messages: 200,
      durationNs: 60 * NS_PER_S,
      warmup: { messages: 20, durationNs: 60 * NS_PER_S },
      timeout: 10 * NS_PER_S,
    })
  })

  test('lists multiply, in the order of the plan', () => {
    expect(
      labelsOf({ api: 'sink', connection: ['fresh', 'reuse'], http_version: ['2', '1.1'], users: [1, 5] }),
    ).toMatchInlineSnapshot(`
        [
          "http undici h2 fresh 1u",
          "http undici h2 fresh 5u",
          "http undici h2 reuse 1u",
          "http undici h2 reuse 5u",
          "http undici fresh 1u",
          "http undici fresh 5u",
          "http undici reuse 1u",
          "http undici reuse 5u",
        ]
      `)
  })

  test('the HTTP version does not multiply clients that do not speak HTTP', () => {
    expect(labelsOf({ http_version: ['1.1', '2'] })).toEqual([
      'smtp nodemailer reuse 1u',
      'http undici reuse 1u',
      'http undici h2 reuse 1u',
    ])
  })

  test('a block can be for one transport alone', () => {
    expect(
      labelsOf({ conditions: [{ transport: 'smtp' }, { transport: ['smtp', 'http'], users: 2 }] }),
    ).toEqual(['smtp nodemailer reuse 1u', 'smtp nodemailer reuse 2u', 'http undici reuse 2u'])
  })

  test('a list of faults is one value, and that of a block stands for itself', () => {
    const reset = { at: 'any', do: 'reset', share: '1%' } as const
    const conditions = conditionsOf({
      smtp: 'sink',
      script: { faults: [{ at: 'data', do: 'end' }] },
      conditions: [{}, { faults: [] }, { faults: [reset, { ...reset, at: 'tls' }] }],
    })
    expect(conditions.map(({ label, target }) => [label, target])).toMatchObject([
      ['smtp nodemailer reuse 1u end-at-data', { faults: [{ at: 'data', do: 'end' }] }],
      ['smtp nodemailer reuse 1u', {}],
      ['smtp nodemailer reuse 1u faults-1%', { faults: [reset, { at: 'tls' }] }],
    ])
  })

  test('faults on the link are of the network, and need no sink of ours', () => {
    const plan: Plan = {
      smtp: 'smtp://127.0.0.1:25',
      rtt: '1ms',
      faults: [{ at: 'link', do: 'refuse', share: '5%' }],
    }
    expect(conditionsOf(plan)).toMatchObject([
      { link: { rtt: '1ms', faults: [{ kind: 'refuse', share: '5%', words: '5% refuse at link' }] } },
    ])
    expect(
      only({
        faults: [
          { at: { link_up: '2kb' }, do: 'reset' },
          { at: 'data', do: 'end' },
        ],
      }),
    ).toMatchObject({
      link: { faults: [{ kind: 'reset', direction: 'up', bytes: 2048, words: 'reset after 2kb up' }] },
      target: { faults: [{ at: 'data', do: 'end' }] },
    })
  })

  test('other faults need a sink of ours', () => {
    const plan: Plan = { smtp: 'smtp://127.0.0.1:25', faults: [{ at: 'data', do: 'reset' }] }
    expect(() => conditionsOf(plan)).toThrow(
      /^faults: they happen at local sinks, .* use sink, or a place on the link$/,
    )
    expect(conditionsOf({ ...plan, api: 'sink' }).length).toBe(2)
  })

  test('a block can have repetitions of its own', () => {
    const conditions = conditionsOf({ smtp: 'sink', repeat: 7, conditions: [{}, { users: 2, repeat: 2 }] })
    expect(conditions.map(({ repetitions }) => repetitions)).toEqual([7, 2])
  })

  test('modes multiply the wire client alone, and over HTTP those that HTTP knows', () => {
    const plan: Plan = { client: ['nodemailer', 'wire'], mode: ['lockstep', 'pipelined', 'chunked'] }
    expect(labelsOf(plan)).toEqual([
      'smtp nodemailer reuse 1u',
      'smtp wire lockstep reuse 1u',
      'http wire lockstep reuse 1u',
      'smtp wire pipelined reuse 1u',
      'http wire pipelined reuse 1u',
      'smtp wire chunked reuse 1u',
    ])
    expect(labelsOf({ client: 'wire' })).toEqual([
      'smtp wire pipelined reuse 1u',
      'http wire lockstep reuse 1u',
    ])
  })

  test('a version of HTTP that a client does not speak is not measured with it', () => {
    expect(labelsOf({ api: 'sink', client: ['undici', 'wire'], http_version: ['1.1', '2'] })).toEqual([
      'http undici reuse 1u',
      'http undici h2 reuse 1u',
      'http wire lockstep reuse 1u',
    ])
  })

  test('values given twice are one condition', () => {
    expect(labelsOf({ smtp: 'sink', users: [2, 2], connections: 2 })).toEqual(['smtp nodemailer reuse 2u'])
  })

  test('a block replaces what the plan says at its top, and adds to it', () => {
    const conditions = conditionsOf({
      smtp: 'sink',
      users: [1, 2],
      messages: 50,
      conditions: [{ connection: 'reuse' }, { connection: 'fresh', users: 3, messages: 7 }],
    })
    expect(conditions.map(({ label, messages }) => [label, messages])).toEqual([
      ['smtp nodemailer reuse 1u', 50],
      ['smtp nodemailer reuse 2u', 50],
      ['smtp nodemailer fresh 3u', 7],
    ])
  })

  test('a size is sent instead of a message of the corpus', () => {
    expect(only({ size: '2kb' }).message).toEqual({ sizeBytes: 2048 })
    expect(only({ size: '2kb', message: 'receipt' }).message).toEqual({ sizeBytes: 2048 })
  })

  test('the message of a block replaces the size at the top of the plan', () => {
    const conditions = conditionsOf({ smtp: 'sink', size: '2kb', conditions: [{ message: 'receipt' }, {}] })
    expect(conditions.map(({ message }) => message)).toEqual(['receipt', { sizeBytes: 2048 }])
  })

  test('a duration alone bounds a trial by time; with messages, whichever comes first', () => {
    expect(only({ duration: '3s' })).toMatchObject({
      messages: Number.MAX_SAFE_INTEGER,
      durationNs: 3 * NS_PER_S,
    })
    expect(only({ duration: '3s', messages: 9 })).toMatchObject({ messages: 9, durationNs: 3 * NS_PER_S })
  })

  test('a rate makes the load an open one, constant unless it is said otherwise', () => {
    expect(only({ rate: 500 })).toMatchObject({
      label: 'smtp nodemailer reuse 500/s',
      load: { kind: 'constant', ratePerS: 500, maxInFlight: 1000 },
      connections: 10,
    })
    expect(labelsOf({ smtp: 'sink', rate: [50, 100], arrivals: ['constant', 'poisson'] }).sort()).toEqual([
      'smtp nodemailer reuse 100/s',
      'smtp nodemailer reuse 100/s poisson',
      'smtp nodemailer reuse 50/s',
      'smtp nodemailer reuse 50/s poisson',
    ])
  })

  test('an open load that is bounded by time alone sends what comes due in it', () => {
    expect(only({ rate: 500, duration: '3s' }).messages).toBe(1500)
    expect(only({ rate: 500, duration: '3s', messages: 9 }).messages).toBe(9)
    expect(only({ ramp: { from: 0, to: 100, over: '4s', back: true } })).toMatchObject({
      label: 'smtp nodemailer reuse 0-100-0/s',
      messages: 400,
      durationNs: 8 * NS_PER_S,
    })
  })

  test('a block of one kind of load replaces the other at the top of the plan', () => {
    const labels = labelsOf({ smtp: 'sink', users: 4, conditions: [{ rate: 100 }, {}] })
    expect(labels).toEqual(['smtp nodemailer reuse 100/s', 'smtp nodemailer reuse 4u'])
  })

  test('a warm-up is a number of messages or a duration', () => {
    expect(only({ warmup: 0 }).warmup.messages).toBe(0)
    expect(only({ warmup: '250ms' }).warmup).toEqual({
      messages: Number.MAX_SAFE_INTEGER,
      durationNs: 250 * NS_PER_MS,
    })
  })

  test.each([
    [undefined, 'starttls', 'implicit'],
    ['starttls', 'starttls', 'implicit'],
    ['implicit', 'implicit', 'implicit'],
    ['none', 'none', 'none'],
  ] as const)('with tls %s the SMTP sink speaks %s and the HTTP sink %s', (tls, smtp, http) => {
    expect(conditionsOf({ tls })).toMatchObject([{ target: { tls: smtp } }, { target: { tls: http } }])
  })

  test('a URL is the target of its protocol alone', () => {
    const url = 'smtp://127.0.0.1:2525'
    expect(conditionsOf({ smtp: url })).toMatchObject([{ protocol: 'smtp', target: { kind: 'url', url } }])
    expect(conditionsOf({ smtp: url, api: 'sink' })).toMatchObject([
      { protocol: 'smtp', target: { kind: 'url', url } },
      { protocol: 'http', target: { kind: 'sink' } },
    ])
  })

  test('clients are measured where they can be, the null transport everywhere', () => {
    expect(labelsOf({ client: ['nodemailer-raw', 'null'], smtp: 'sink' })).toEqual([
      'smtp nodemailer-raw reuse 1u',
      'smtp null reuse 1u',
    ])
    expect(labelsOf({ client: 'null' })).toEqual(['smtp null reuse 1u', 'http null reuse 1u'])
  })

  test.each([
    [{ smtp: 'sink', client: 'undici' }],
    [{ api: 'http://127.0.0.1/', client: ['nodemailer', 'nodemailer-raw'] }],
  ] satisfies [Plan][])('%j is refused: none of its clients speaks to its target', plan => {
    expect(() => conditionsOf(plan)).toThrow(UsageError)
    expect(() => conditionsOf(plan)).toThrow(/^client: none of the clients speaks to the target/)
  })
})

describe('a label', () => {
  it.each([
    ['the message', { message: ['receipt', 'invoice'] }, ['receipt', 'invoice']],
    ['the size', { size: ['1kb', '1mb'] }, ['1024b', '1048576b']],
    ['the recipients', { recipients: [1, 50] }, ['1rcpt', '50rcpt']],
    ['the encryption', { tls: ['none', 'implicit'] }, ['tls-none', 'tls-implicit']],
    ['the authentication', { auth: [true, false, 'wrong'] }, ['', 'no-auth', 'wrong-auth']],
    ['the connections', { users: 9, connections: [9, 3] }, ['', '3conn']],
    ['the network', { rtt: ['0ms', '20ms'] }, ['rtt-0ms', 'rtt-20ms']],
    ['the pause', { conditions: [{ think: '0ms' }, { think: '5ms' }] }, ['', 'think-5ms']],
    ['the messages', { conditions: [{ messages: 5 }, { messages: 6 }] }, ['5msg', '6msg']],
    ['the bound', { conditions: [{ messages: 5 }, { duration: '2s' }] }, ['5msg', '2s']],
    [
      'the timeout',
      { conditions: [{ timeout: '1s' }, { timeout: '2s' }] },
      ['timeout-1000ms', 'timeout-2000ms'],
    ],
    [
      'the timeouts of RFC 5321',
      { conditions: [{ timeout: 'rfc' }, {}] },
      ['timeout-rfc', 'timeout-10000ms'],
    ],
  ] satisfies [string, Plan, string[]][])('names %s only where it differs', (_what, plan, extras) => {
    const base = `smtp nodemailer reuse ${'users' in plan ? plan.users : 1}u`
    expect(labelsOf({ smtp: 'sink', ...plan })).toEqual(extras.map(extra => `${base} ${extra}`.trimEnd()))
  })

  it('says nothing of what all conditions share', () => {
    expect(only({ recipients: 7, size: '1kb', tls: 'none', auth: false, think: '5ms' }).label).toBe(
      'smtp nodemailer reuse 1u',
    )
  })

  it('is longer only within the conditions that it would not tell apart', () => {
    expect(
      labelsOf({ conditions: [{ client: 'nodemailer', recipients: [1, 2] }, { client: 'undici' }] }),
    ).toEqual(['smtp nodemailer reuse 1u 1rcpt', 'smtp nodemailer reuse 1u 2rcpt', 'http undici reuse 1u'])
  })

  it('is the only one of its name, whatever is combined', () => {
    const labels = labelsOf({
      client: ['nodemailer', 'nodemailer-raw', 'undici', 'null'],
      http_version: ['1.1', '2'],
      connection: ['reuse', 'fresh'],
      tls: ['none', 'implicit'],
      auth: [true, false, 'wrong'],
      users: [1, 2],
      connections: [1, 2],
      recipients: [1, 2],
    })
    expect(labels.length).toBeGreaterThan(300)
    expect(new Set(labels).size).toBe(labels.length)
  })

  it('is refused when it would stand for two conditions that differ in nothing it can name', () => {
    const plan: Plan = { smtp: 'sink', conditions: [{ warmup: 1 }, { warmup: 2 }] }
    expect(() => conditionsOf(plan)).toThrow(UsageError)
    expect(() => conditionsOf(plan)).toThrow(/two of them are called "smtp nodemailer reuse 1u"/)
  })
})

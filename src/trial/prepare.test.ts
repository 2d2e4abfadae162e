import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { UsageError } from '../errors.ts'
import type { Plan } from './plan.ts'
import { type Prepared, prepare, termsOf } from './prepare.ts'

const remote = 'smtp://mail.example.net:2525'

const prepared = (plan: Plan, environment = {}) => prepare(plan, environment, 'new-seed')

async function complaint(plan: Plan): Promise<string> {
  const error = await prepared(plan).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UsageError)
  return (error as Error).message
}

/** All that a run sends, warm-up included. */
function sent({ conditions, plan }: Prepared): number {
  const once = conditions.reduce((sum, { messages, warmup }) => sum + messages + warmup.messages, 0)
  return once * (plan.repeat ?? 3)
}

describe('a target that is not on loopback', () => {
  it.each([
    [{ smtp: remote }, 'mail.example.net'],
    [{ api: 'https://api.example.net/send' }, 'api.example.net'],
    [{ smtp: 'smtp://127.0.0.1:2525', api: 'http://10.0.0.1/send' }, '10.0.0.1'],
    [{ smtp: remote, confirm: false }, 'mail.example.net'],
  ] satisfies [Plan, string][])('is refused until it is confirmed: %j', async (plan, host) => {
    expect(await complaint(plan)).toBe(
      `${host} is not on loopback: add --yes (or confirm: true) to send it real mail`,
    )
  })

  it('gets at most a hundred messages of a run, shared among its labels and repetitions', async () => {
    const run = await prepared({ smtp: remote, confirm: true, users: [1, 2], repeat: 4, messages: 5000 })
    expect(run.cap).toBe(100)
    // 100 / (2 labels × 4 repetitions) = 12 each, a fifth of which warms up.
    expect(run.conditions.map(({ messages, warmup }) => [messages, warmup.messages])).toEqual([
      [10, 2],
      [10, 2],
    ])
  })

  it.each([
    { users: [1, 2, 3], repeat: 7, max_messages: 1000, messages: 100_000, warmup: 100_000 },
    { duration: '60s', repeat: 1, max_messages: 9 },
    { duration: '60s', warmup: '10s', repeat: 2, max_messages: 11 },
    { client: ['nodemailer', 'nodemailer-raw', 'null'], repeat: 5, max_messages: 17 },
    { messages: 1, warmup: 0, repeat: 1, max_messages: 1 },
  ] satisfies Plan[])('never gets more than --max-messages: %j', async plan => {
    const run = await prepared({ smtp: remote, confirm: true, ...plan })
    expect(run.cap).toBe(plan.max_messages)
    expect(sent(run)).toBeLessThanOrEqual(plan.max_messages)
    for (const { messages } of run.conditions) expect(messages).toBeGreaterThan(0)
  })

  it('gets no more by attempts: a submission counts as often as it may be made', async () => {
    const { conditions } = await prepared({ smtp: remote, confirm: true, retry: [0, 3], repeat: 1 })
    const most = conditions.map(({ messages, warmup, retry }) => {
      return (messages + warmup.messages) * (1 + (retry?.times ?? 0))
    })
    expect(most.every(count => count > 30)).toBe(true)
    expect(most.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(100)
    expect(await complaint({ smtp: remote, confirm: true, retry: 99, repeat: 2 })).toBe(
      '--max-messages: 100 are too few for 1 labels and their 2 repetitions of up to 100 attempts',
    )
  })

  it('gets no more by recipients: each of them is sent a message', async () => {
    const { conditions } = await prepared({ smtp: remote, confirm: true, recipients: [1, 10], repeat: 1 })
    const copies = conditions.map(
      ({ messages, warmup, recipients }) => (messages + warmup.messages) * recipients,
    )
    expect(copies.every(count => count >= 30)).toBe(true)
    expect(copies.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(100)
    expect(await complaint({ smtp: remote, confirm: true, recipients: 60, repeat: 2 })).toBe(
      '--max-messages: 100 are too few for 1 labels and their 2 repetitions of up to 60 messages',
    )
  })

  it('gets no more where it is a provider that delivers, unless the plan allows it', async () => {
    const live = { live: true, own_domains: ['example.org'], to: 'me@example.org', confirm: true }
    const api = { provider: 'resend' as const, api: 'https://api.resend.com/emails', api_key: 're_key' }
    const asked = { ...live, ...api, messages: 500, warmup: 0, repeat: 1 }
    const run = await prepared(asked)
    expect([run.cap, sent(run) + run.anatomies.length * 2]).toEqual([100, 100])
    expect(run.cutTo).toBe(98)
    const allowed = await prepared({ ...asked, max_messages: 502 })
    expect([sent(allowed), allowed.cutTo]).toEqual([500, undefined])
  })

  it('is refused when the cap leaves fewer messages than its label says a call has', async () => {
    const api = { provider: 'resend' as const, api: 'https://api.resend.com/emails', api_key: 're_key' }
    const merge = { subject: 'Dear {{name}}', text: 'Dear {{name}}', data: [{ name: 'Ann' }] }
    const job = { ...api, confirm: true, merge, client: 'undici' as const, repeat: 2 }
    expect(await complaint(job)).toBe(
      '--max-messages: 100 leave 25 messages to a trial, fewer than the 100 of its calls: allow more, or ask for smaller batches',
    )
    const { conditions } = await prepared({ ...job, batch: [1, 10] })
    expect(conditions.map(({ batch, messages }) => [batch, messages])).toEqual([
      [1, 25],
      [10, 25],
    ])
    await prepared({ ...job, max_messages: 2000 })
  })

  it('leaves a plan that stays under the cap as it is', async () => {
    const run = await prepared({ smtp: remote, confirm: true, repeat: 1, messages: 20, warmup: 5 })
    expect(run.conditions).toMatchObject([{ messages: 20, warmup: { messages: 5 } }])
    expect(run.cutTo).toBeUndefined()
  })

  it('is refused when the cap leaves a label without a message', async () => {
    expect(await complaint({ smtp: remote, confirm: true, users: [1, 2], repeat: 6, max_messages: 11 })).toBe(
      '--max-messages: 11 are too few for 2 labels and their 12 repetitions',
    )
  })

  it('is never sent to without verifying its certificate', async () => {
    expect(await complaint({ smtp: remote, confirm: true, tls_insecure: true })).toMatch(
      /^--tls-insecure: mail\.example\.net is not on loopback; use --tls-ca/,
    )
  })
})

test('targets on loopback need no confirmation, have no cap and may have any certificate', async () => {
  const plan: Plan = { smtp: 'smtp://127.0.0.1:2525', api: 'https://localhost:8443/send', tls_insecure: true }
  const { cap, conditions, ways } = await prepared({ ...plan, messages: 5000 })
  expect(cap).toBeUndefined()
  expect(conditions.map(({ messages }) => messages)).toEqual([5000, 5000])
  expect([...ways.values()].map(({ target }) => target?.display)).toEqual([plan.smtp, plan.api])
})

test('idempotency keys are refused where the API knows none, and SMTP never has any', async () => {
  expect(await complaint({ idempotency: true })).toMatch(
    /^--idempotency: the API of generic has no idempotency keys; use --provider with one of .*resend/,
  )
  const { conditions } = await prepared({ provider: 'resend', idempotency: [false, true] })
  expect(conditions.map(({ protocol, idempotency, label }) => [protocol, idempotency, label])).toEqual([
    ['smtp', false, 'smtp nodemailer reuse 1u'],
    ['http', false, 'http undici reuse 1u'],
    ['http', true, 'http undici reuse 1u keyed'],
  ])
  await prepared({ smtp: 'sink', idempotency: true })
})

describe('authorities', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mailbench-prepare-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('are read from a file in PEM', async () => {
    const [pem = ''] = rootCertificates
    const file = join(folder, 'ca.pem')
    await writeFile(file, pem)
    expect((await prepared({ tls_ca: file })).ca).toBe(pem)
    expect((await prepared({})).ca).toBeUndefined()
  })

  it('are refused when the file is not there, is a folder, or holds none', async () => {
    const none = join(folder, 'none.pem')
    expect(await complaint({ tls_ca: none })).toMatch(/^--tls-ca: cannot read .*none\.pem \(ENOENT/)
    expect(await complaint({ tls_ca: folder })).toMatch(/^--tls-ca: cannot read .* \(EISDIR/)
    const key = join(folder, 'key.pem')
    await writeFile(key, '-----BEGIN PRIVATE KEY-----\n')
    expect(await complaint({ tls_ca: key })).toBe(`--tls-ca: ${key} holds no certificate in PEM`)
  })
})

describe('secrets of a plan', () => {
  it('are known to the mask, wherever they come from', async () => {
    const environment = { PASS: 'from-the-environment', KEY: 'key-from-the-environment' }
    const { secrets } = await prepared(
      { smtp: `smtp://u:\${PASS}@127.0.0.1`, api: 'http://127.0.0.1', api_key: `\${KEY}` },
      environment,
    )
    expect(secrets.mask('from-the-environment key-from-the-environment')).toBe('*** ***')
    const inUrl = await prepared({ smtp: 'smtp://u:p%2fassword@localhost', api: 'http://a-key@localhost' })
    expect(inUrl.secrets.mask('p/assword p%2Fassword a-key')).toBe('*** *** ***')
    expect(inUrl.secrets.mask('--smtp smtp://u:p%2fassword@localhost')).toBe('--smtp smtp://***@localhost')
  })

  it('are known in the parts of a compound key, of which a region is none', async () => {
    const { secrets } = await prepared({
      api: 'sink',
      api_key: 'AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG:eu-west-1',
    })
    expect(secrets.mask('wJalrXUtnFEMI/K7MDENG')).toBe('***')
    expect(secrets.mask('email.eu-west-1.amazonaws.com')).toBe('email.eu-west-1.amazonaws.com')
  })

  it('are known when a key is given although the target is a local sink', async () => {
    const { secrets } = await prepared({ api: 'sink', api_key: 'a-key' })
    expect(secrets.mask('a-key')).toBe('***')
  })
})

test.each([
  [{ to: 'nobody' }, /^to: "nobody" is no address/],
  [{ to: 'a@b.example\r\nBcc: c@d.example' }, /^to: .* is no address/],
  [{ to: 'a\0@b.example' }, /^to: .* is no address/],
  [{ from: 'x y@b.example' }, /^from: .* is no address/],
  [{ size: '0b' }, /^size: 0 bytes is out of range/],
  [{ size: '10b' }, /^--size: 10b is less than a header and a line of text take: give at least \d+b$/],
  [{ size: ['1kb', '300b'] }, /^--size: 300b is less than /],
  [{ size: '65mb' }, /^size: 68157440 bytes is out of range: use 1b to 64mb/],
  [
    { smtp: 'smtp://127.0.0.1', to: 'me@example.net', recipients: 2 },
    /^recipients: 2 cannot share one exact address/,
  ],
  [{ tls_resume: true }, /^--tls-resume: nodemailer cannot resume a session that began with STARTTLS/],
  [{ smtp: 'smtp://127.0.0.1', tls_resume: true }, /^--tls-resume: /],
  [
    { users: Array.from({ length: 40 }, (_, i) => i + 1), repeat: 1000 },
    /^--repeat: 80 labels and their 80000 repetitions are too many/,
  ],
] satisfies [Plan, RegExp][])('%j is refused before anything is opened', async (plan, words) => {
  const message = await complaint(plan)
  expect(message).toMatch(words)
  expect(message).not.toMatch(/[\r\n\0]/)
})

test('the least size that is named when a smaller one is refused can be sent, by each sender and recipients', async () => {
  for (const plan of [
    {},
    { from: 'sender@mail.example.net', to: 'someone.else@example.net' },
    { recipients: 5 },
  ]) {
    const least = /at least (\d+)b$/.exec(await complaint({ ...plan, size: '1b' }))?.[1] ?? ''
    await prepared({ ...plan, size: `${least}b` })
    expect(await complaint({ ...plan, size: `${Number(least) - 1}b` })).toMatch(/^--size: /)
  }
})

test('TLS sessions can be resumed where a session begins encrypted', async () => {
  await prepared({ tls_resume: true, tls: 'implicit' })
  await prepared({ tls_resume: true, smtp: 'smtps://127.0.0.1' })
  await prepared({ tls_resume: true, api: 'https://127.0.0.1' })
})

test('the seed is the plan’s, or else the new one, and names the run in its messages', async () => {
  const [given, again, other, fresh] = await Promise.all([
    prepared({ seed: 7 }),
    prepared({ seed: '7' }),
    prepared({ seed: 8 }),
    prepared({}),
  ])
  expect([given.seed, fresh.seed]).toEqual(['7', 'new-seed'])
  expect(given.run).toMatch(/^[0-9a-f]{8}$/)
  expect(again.run).toBe(given.run)
  expect(other.run).not.toBe(given.run)
})

test.each([
  [{ smtp: 'smtp://127.0.0.1', to: 'me@example.net' }, true],
  [{ smtp: 'smtp://127.0.0.1', to: 'me@example.net', subaddress: true }, false],
  [{ smtp: 'sink', to: 'me@example.net' }, false],
  [{ smtp: 'smtp://127.0.0.1' }, false],
] satisfies [Plan, boolean][])(
  'a recipient is used as it is written only where a server may know no subaddressing: %j',
  async (plan, isExact) => {
    const run = await prepared(plan)
    for (const condition of run.conditions) expect(termsOf(run, condition).exactTo).toBe(isExact)
  },
)

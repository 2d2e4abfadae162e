import { describe, expect, it, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { loadTemplate } from '../message/corpus.ts'
import { createRandom } from '../random.ts'
import { conditionsOf } from './condition.ts'
import type { Plan } from './plan.ts'
import { planSchema } from './plan.ts'
import { interleave } from './planned.ts'
import { prepare } from './prepare.ts'

const environment = {
  SENDGRID_API_KEY: 'SG.secret-of-sendgrid',
  POSTMARK_SERVER_TOKEN: 'token-of-postmark',
  RESEND_API_KEY: 're_secret',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLEEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG',
  AWS_REGION: 'eu-west-1',
  MAILERSEND_API_KEY: 'mlsn.secret',
  SES_SMTP_USER: 'ses-user',
  SES_SMTP_PASSWORD: 'ses-password',
}
const plan: Plan = {
  confirm: true,
  live: true,
  own_domains: ['example.org'],
  to: 'me@example.org',
  messages: 1,
  warmup: 0,
  repeat: 1,
}
const prepared = (given: Plan, variables: Record<string, string> = environment) =>
  prepare({ ...plan, ...given }, variables, 'seed')
const complaint = async (given: Plan, variables?: Record<string, string>) => {
  const error = await prepared(given, variables).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UsageError)
  expect(String((error as Error).message)).not.toContain('\n')
  return (error as Error).message
}

describe('a target that names its provider alone', () => {
  it('is reached at the provider’s own servers with what its variables hold', async () => {
    const { ways } = await prepared({ targets: [{ provider: 'ses' }, { provider: 'sendgrid' }] })
    expect([...ways.values()].map(({ target }) => target)).toMatchObject([
      {
        address: { host: 'email-smtp.eu-west-1.amazonaws.com', port: 587 },
        tls: 'required',
        credentials: { user: 'ses-user', password: 'ses-password' },
      },
      {
        address: { host: 'email.eu-west-1.amazonaws.com', port: 443 },
        key: 'AKIDEXAMPLEEXAMPLE:wJalrXUtnFEMI/K7MDENG:eu-west-1',
      },
      {
        address: { host: 'smtp.sendgrid.net', port: 587 },
        credentials: { user: 'apikey', password: 'SG.secret-of-sendgrid' },
      },
      { address: { host: 'api.sendgrid.com', port: 443 }, key: 'SG.secret-of-sendgrid' },
    ])
  })

  it('keeps what its variables hold from being shown', async () => {
    const { secrets } = await prepared({ targets: [{ provider: 'ses' }, { provider: 'postmark' }] })
    for (const secret of ['wJalrXUtnFEMI/K7MDENG', 'ses-password', 'token-of-postmark'])
      expect(secrets.mask(`it said ${secret}`)).toBe('it said ***')
  })

  it('says which variable is not set', async () => {
    expect(await complaint({ targets: [{ provider: 'sendgrid' }] }, {})).toBe(
      'targets.sendgrid: the environment variable SENDGRID_API_KEY is not set',
    )
  })

  it('needs no variable for a key that sends nothing', async () => {
    const { ways } = await prepared({ live: false, targets: [{ provider: 'postmark', smtp: false }] }, {})
    expect([...ways.values()].map(({ target }) => target)).toMatchObject([{ key: 'POSTMARK_API_TEST' }])
  })

  it('goes one way only, where the other is said to be none', async () => {
    const { conditions } = await prepared({ targets: [{ provider: 'resend', api: false }] })
    expect(conditions.map(({ label }) => label)).toEqual(['resend smtp nodemailer reuse 1u'])
  })
})

test('a target’s own URL, key and addresses win over those of its provider and of the plan', async () => {
  const { ways } = await prepared({
    targets: [
      {
        name: 'eu',
        provider: 'sendgrid',
        smtp: 'smtps://u:pass-word@smtp.eu.example.org:2465',
        api: 'https://api.eu.example.org/base',
        api_key: `\${RESEND_API_KEY}`,
        from: 'a@example.org',
        to: 'b@example.org',
      },
    ],
  })
  expect([...ways.values()]).toMatchObject([
    {
      target: { tls: 'implicit', address: { port: 2465 }, credentials: { user: 'u', password: 'pass-word' } },
      terms: { from: 'a@example.org', to: 'b@example.org', exactTo: true },
    },
    { target: { key: 're_secret', path: '/base' }, terms: { to: 'b@example.org' } },
  ])
})

test('targets are interleaved: each round has all of them, in an order of its own', () => {
  const conditions = conditionsOf({ targets: [{ provider: 'ses' }, { provider: 'resend' }], repeat: 8 })
  const trials = interleave(conditions, createRandom('order'))
  const rounds = Array.from({ length: 8 }, (_, i) => trials.slice(4 * i, 4 * i + 4))
  const all = ['resend http', 'resend smtp', 'ses http', 'ses smtp']
  const ways = rounds.map(round =>
    round.map(({ condition: { targetName, protocol } }) => `${targetName} ${protocol}`),
  )
  for (const round of ways) expect([...round].sort()).toEqual(all)
  expect(new Set(ways.map(round => round.join())).size).toBeGreaterThan(1)
})

test('what a safe mode adds to a message is in its header, and in what an API is told', async () => {
  const [condition] = conditionsOf({ smtp: 'sink' })
  const terms = { from: undefined, to: 'me@example.org', exactTo: true, headers: { 'X-Drop': 'yes' } }
  const template = await loadTemplate(condition?.message ?? 'plain', { run: '0badcafe', trial: 1, ...terms })
  const message = template.message(0)
  expect(message.raw().toString()).toContain('X-Drop: yes\r\n')
  expect(message.content.headers).toMatchObject({ 'X-Drop': 'yes' })
})

describe('an emulated target', () => {
  it('is a local sink with a script of its own, and needs neither variables nor a yes', async () => {
    const { confirm: _yes, ...careful } = plan
    const { conditions, ways, cap } = await prepare(
      { ...careful, emulate: true, targets: [{ provider: 'sendgrid' }, { provider: 'ses', smtp: false }] },
      {},
      'a',
    )
    expect(cap).toBeUndefined()
    expect(conditions.map(({ label, target }) => `${label} ${target.kind}`)).toEqual([
      'sendgrid smtp nodemailer reuse 1u sink',
      'sendgrid http undici reuse 1u sink',
      'ses http undici reuse 1u sink',
    ])
    expect([...ways.values()].map(({ terms }) => terms.provider.name)).toEqual([
      'sendgrid',
      'sendgrid',
      'ses',
    ])
  })

  it('takes the place of a URL, whose password is known as a secret all the same', async () => {
    const { secrets } = await prepared({ emulate: true, smtp: 'smtp://u:hunter22@mail.example.org' })
    expect(secrets.mask('--smtp smtp://u:hunter22@mail.example.org')).not.toContain('hunter22')
  })
})

describe('the rate of a target', () => {
  const loadOf = async (given: Plan) => {
    const { conditions } = await prepared({ client: 'undici', ...given })
    return conditions[0]?.load
  }

  it('stays under what its provider documents: users take turns', async () => {
    expect(await loadOf({ targets: [{ provider: 'resend' }] })).toMatchObject({
      kind: 'closed',
      maxPerS: 4.5,
    })
    expect(await loadOf({ targets: [{ provider: 'sendgrid' }] })).not.toHaveProperty('maxPerS')
  })

  it.each([
    ['calls, of which each carries a whole batch', { provider: 'resend', batch: 100 }, 450],
    ['messages, however many a call carries', { provider: 'ses', batch: 50 }, 0.9],
    ['single calls', { provider: 'mailersend' }, 1.8],
    ['batch calls by themselves', { provider: 'mailersend', batch: 500 }, 75],
  ] as const)('counts %s', async (_what, { provider, ...fields }, maxPerS) => {
    const targets = [{ provider, smtp: false as const }]
    const load = await loadOf({ targets, messages: 500, max_messages: 500, skip_anatomy: true, ...fields })
    expect(load).toMatchObject({ maxPerS: expect.closeTo(maxPerS) })
  })

  it('is what the plan says where it says so, in messages, however they are carried', async () => {
    expect(await loadOf({ targets: [{ provider: 'resend', max_rate: 2 }] })).toMatchObject({ maxPerS: 2 })
    const targets = [{ provider: 'resend' as const, max_rate: 20, smtp: false as const }]
    expect(await loadOf({ targets, batch: 100, messages: 500, max_messages: 500 })).toMatchObject({
      maxPerS: 20,
    })
    expect(await loadOf({ targets: [{ provider: 'resend', max_rate: 'none' }] })).not.toHaveProperty(
      'maxPerS',
    )
  })

  it('that is asked for is not changed, but refused', async () => {
    const targets = [{ provider: 'resend' as const }]
    expect(await complaint({ targets, rate: 5, duration: '1s' })).toBe(
      'targets.resend: 5/s is more than its 4.5/s: send less, or set max_rate on the target',
    )
    expect(await complaint({ targets, ramp: { from: 1, to: 9, over: '1s' } })).toMatch(/9\/s is more/)
    expect(await loadOf({ targets, rate: 4, duration: '1s' })).toMatchObject({
      kind: 'constant',
      ratePerS: 4,
    })
  })

  it('of an emulated one is free, unless the plan says otherwise', async () => {
    const free = { emulate: true, targets: [{ provider: 'resend' as const }] }
    expect(await loadOf(free)).not.toHaveProperty('maxPerS')
  })
})

describe('what a run may cost', () => {
  it('is known before anything is sent, and has a small cap', async () => {
    const targets = [{ provider: 'sendgrid' as const, price: 0.5 }]
    const cheap = await prepared({ targets, skip_anatomy: true, messages: 40, max_messages: 500 })
    // 2 ways × 40 messages at 0.50 a thousand.
    expect(cheap.spend).toBeCloseTo(0.04)
    expect(await complaint({ targets, messages: 2000, max_messages: 5000, skip_anatomy: true })).toBe(
      '--max-spend: the run may cost 2.00, more than 1.00: allow more, or send less',
    )
    const rich = { targets, messages: 2000, max_messages: 5000, skip_anatomy: true, max_spend: 2 }
    expect((await prepared(rich)).spend).toBe(2)
  })

  it('is nothing on loopback', async () => {
    const targets = [{ provider: 'sendgrid' as const, price: 50 }]
    expect((await prepared({ targets, emulate: true, messages: 5000 })).spend).toBe(0)
  })
})

test.each([
  [{ targets: [{ provider: 'ses' }, { provider: 'ses' }] }, /^targets: two are called ses/],
  [{ targets: [{ smtp: 'sink' }] }, /^targets\[0\]: give it a name, or a provider/],
  [{ targets: [{ provider: 'generic' }] }, /^targets\.generic: names no server/],
  [{ targets: [{ provider: 'ses' }], smtp: 'sink' }, /^smtp: does not go with targets/],
  [{ targets: [{ provider: 'ses', api: 'ftp://x' }] }, /^targets\.ses: ftp:\/\/ is no scheme for it/],
  [{ targets: [{ provider: 'ses' }], confirm: false }, /is not on loopback: add --yes/],
] satisfies [Plan, RegExp][])('%j is refused with one line', async (given, words) => {
  expect(planSchema.safeParse(given).success).toBe(true)
  expect(await complaint(given)).toMatch(words)
})

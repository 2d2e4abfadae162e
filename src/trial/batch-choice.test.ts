import { describe, expect, it } from 'vitest'
import { UsageError } from '../errors.ts'
import { conditionsOf } from './condition.ts'
import { loadInBatches, loadOf } from './load-choice.ts'
import { overlaid, type Plan, planSchema } from './plan.ts'
import { prepare } from './prepare.ts'

const merge = { subject: 'Dear {{name}}', text: 'Dear {{name}}', data: [{ name: 'Ann' }] }
const planOf = (fields: object): Plan => planSchema.parse(fields)
const waysOf = (fields: object) =>
  conditionsOf(planOf(fields)).map(({ protocol, client, mode, batch }) =>
    [protocol, client, mode, batch].filter(part => part !== undefined).join(' '),
  )

describe('messages of a call', () => {
  it('are one where a plan does not ask', () => {
    expect(waysOf({})).toEqual(['smtp nodemailer', 'http undici'])
  })

  it('are as many as are asked for over HTTP, and always one over SMTP', () => {
    expect(waysOf({ batch: [1, 50] })).toEqual(['smtp nodemailer 1', 'http undici 1', 'http undici 50'])
    expect(waysOf({ batch: 50 })).toEqual(['smtp nodemailer 1', 'http undici 50'])
  })

  it('are at most those that the provider takes, and no more than there are', () => {
    expect(waysOf({ api: 'sink', provider: 'resend', batch: 'max', messages: 500 })).toEqual([
      'http undici 100',
    ])
    expect(waysOf({ api: 'sink', batch: 500, duration: '5s' })).toEqual(['http undici 500'])
    expect(waysOf({ api: 'sink', provider: 'resend', batch: 'max', messages: 30 })).toEqual([
      'http undici 30',
    ])
  })

  it('tell labels apart', () => {
    const labels = conditionsOf(planOf({ api: 'sink', batch: [1, 50, 'max'] })).map(({ label }) => label)
    expect(labels).toEqual([
      'http undici reuse 1u',
      'http undici reuse 1u batch-50',
      'http undici reuse 1u batch-200',
    ])
  })

  it.each([
    [{ provider: 'resend', batch: 101 }, /^batch: resend takes at most 100 messages a call/],
    [{ batch: 50, rate: 100 }, /^batch: goes with users/],
  ])('are refused where they cannot be: %j', (fields, words) => {
    expect(() => waysOf(fields)).toThrow(UsageError)
    expect(() => waysOf(fields)).toThrow(words)
  })

  it.each([0, 1.5, 'many'])('are a whole number or max, and not %j', batch => {
    expect(planSchema.safeParse({ batch }).success).toBe(false)
  })

  it('are filled by as many users at once as it takes, and no more than there are messages', () => {
    const load = loadOf({ users: 3 })
    expect(loadInBatches(load, 100, 1000)).toEqual({ ...load, users: 300, together: 100 })
    expect(loadInBatches(load, 100, 120)).toEqual({ ...load, users: 120, together: 100 })
    expect(loadInBatches(load, 1, 1000)).toEqual(load)
  })
})

describe('a mail merge', () => {
  it('goes by every way that its targets have', () => {
    expect(waysOf({ merge })).toEqual([
      'smtp nodemailer 1',
      'http undici 1',
      'http undici 500',
      'smtp wire lockstep 1',
      'http wire lockstep 1',
      'http wire lockstep 500',
      'smtp wire pipelined 1',
      'http wire pipelined 1',
      'http wire pipelined 500',
      'smtp wire chunked 1',
    ])
    expect(waysOf({ merge, api: 'sink', client: 'undici' })).toEqual(['http undici 1', 'http undici 500'])
  })

  it('begins with nothing open, and sends 500 messages unless told otherwise', () => {
    const [first] = conditionsOf(planOf({ merge }))
    expect(first).toMatchObject({ messages: 500, warmup: { messages: 0 }, message: { merge } })
    expect(conditionsOf(planOf({ merge, messages: 10_000 }))[0]?.messages).toBe(10_000)
  })

  it('takes the place of another message, and gives way to one', () => {
    expect(overlaid({ message: 'receipt', size: '1kb' }, { merge })).toEqual({ merge })
    expect(overlaid({ merge }, { size: '1kb' })).toEqual({ size: '1kb' })
    expect(overlaid({ merge }, { message: 'receipt' })).toEqual({ message: 'receipt' })
  })
})

describe('the path of a batch call', () => {
  const prepared = (path: string, more: object = {}) =>
    prepare(planOf({ api: `http://127.0.0.1:1${path}`, batch: 10, ...more }), {}, 'seed')

  it('is found from that of the single call', async () => {
    await prepared('')
    await prepared('/send')
    await prepared('/behind/a/proxy/send')
    await prepared('/whatever', { provider: 'sendgrid' })
  })

  it('is asked for where it cannot be known', async () => {
    await expect(prepared('/elsewhere')).rejects.toThrow(/^batch: \/elsewhere does not say where/)
  })
})

describe('a batch call that tells its messages by their addresses', () => {
  const to = 'x@y.org'
  const prepared = (fields: object) =>
    prepare(planOf({ api: 'http://127.0.0.1:1', batch: 10, messages: 50, ...fields }), {}, 'seed')

  it.each(['mailgun', 'mandrill'] as const)('is refused where all of them go to one: %s', async provider => {
    await expect(prepared({ provider, to })).rejects.toThrow(UsageError)
    await expect(prepared({ provider, to })).rejects.toThrow(
      `batch: a call of ${provider} tells its messages by their addresses, and all go to x@y.org: ` +
        'add --subaddress if that mailbox takes x+any@y.org, or say batch: 1',
    )
    const targets = [{ provider, smtp: false, api: 'http://127.0.0.1:1', api_key: 'key' }]
    await expect(prepared({ api: undefined, targets, to, merge })).rejects.toThrow(
      `targets.${provider}: a call`,
    )
  })

  it.each(['mailgun', 'mandrill'] as const)('is made where each has its own: %s', async provider => {
    await prepared({ provider })
    await prepared({ provider, to, batch: 1 })
    await prepared({ provider, to, api: 'sink' })
    const run = await prepared({ provider, to, subaddress: true })
    expect([...run.ways.values()].map(({ terms }) => terms.exactTo)).toEqual([false])
  })

  it('is a matter of the provider: others send to one address as often as they are told', async () => {
    for (const provider of ['sendgrid', 'ses', 'resend']) await prepared({ provider, to })
  })
})

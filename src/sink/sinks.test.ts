import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { formatIdentity } from '../message/identity.ts'
import { providers } from '../provider/providers.ts'
import { connectHttp1 } from './contract-http.ts'
import { connectSmtp } from './contract-smtp.ts'
import type { SinkUser } from './sink.ts'
import {
  DEFAULT_SIZE_LIMIT_BYTES,
  type ListenerSpec,
  openSinks,
  type SmtpEngine,
  smtpEngines,
} from './sinks.ts'

const user: SinkUser = { user: 'user', password: 'secret' }

/** The code that a message meets at a listener of each protocol, sent without and with credentials. */
async function codes(auth: boolean | undefined, isNamed: boolean, engine: SmtpEngine): Promise<number[]> {
  const auths = auth === undefined ? {} : { auth }
  await using sinks = await openSinks({
    listeners: [
      { protocol: 'smtp', engine, tls: 'none', ...auths },
      { protocol: 'http', tls: 'none', ...auths },
    ],
    script: {},
    seed: 'sinks',
    ...(isNamed && { users: [user], keys: [user.password] }),
  })
  const found: number[] = []
  for (const endpoint of sinks.endpoints) {
    for (const as of [undefined, user]) {
      const client =
        endpoint.protocol === 'smtp'
          ? await connectSmtp(endpoint, sinks.ca, as)
          : await connectHttp1(endpoint, sinks.ca, as?.password)
      found.push((await client.submit('any', 100)).code)
      client.close()
    }
  }
  return found
}

it('takes what the largest call of a provider may be', () => {
  const largest = Object.values(providers).flatMap(({ routes }) => routes.map(({ bytesMax = 0 }) => bytesMax))
  expect(Math.max(...largest)).toBe(DEFAULT_SIZE_LIMIT_BYTES)
})

describe('credentials', () => {
  it.each([
    ['taken from who gives them', undefined, false, [250, 250, 202, 202]],
    ['demanded when some are named', undefined, true, [530, 250, 401, 202]],
    ['demanded, whatever they are', true, false, [530, 250, 401, 202]],
    // AUTH is not offered: a client that sends it all the same is told so.
    ['not looked at', false, true, [250, 500, 202, 202]],
  ] as const)('are %s (auth %s, named %s)', async (_words, auth, isNamed, expected) => {
    for (const engine of smtpEngines) expect(await codes(auth, isNamed, engine)).toEqual(expected)
  })
})

it('a listener with a script of its own keeps to it, and not to the others’', async () => {
  await using sinks = await openSinks({
    listeners: [
      { protocol: 'smtp', tls: 'none', script: {} },
      { protocol: 'smtp', tls: 'none' },
    ],
    script: { reject: '100%' },
    seed: 'own',
  })
  const codes: number[] = []
  for (const endpoint of sinks.endpoints) {
    const client = await connectSmtp(endpoint, sinks.ca, undefined)
    codes.push((await client.submit('any', 100)).code)
    client.close()
  }
  expect(codes).toEqual([250, 550])
})

describe('faults by share', () => {
  it('hit the same messages at every sink, whatever the protocol and the order', async () => {
    const indices = Array.from({ length: 40 }, (_, index) => index)
    const idOf = (index: number) => formatIdentity({ run: '0badcafe', trial: 1, index })
    const takenBy = async (listener: ListenerSpec, order: readonly number[]) => {
      await using sinks = await openSinks({
        listeners: [listener],
        script: { faults: [{ at: 'content', do: 'reset', share: '30%' }] },
        seed: 'fate',
      })
      const [endpoint] = sinks.endpoints
      if (!endpoint) throw new Error('no endpoint')
      for (const index of order) {
        const connect = listener.protocol === 'smtp' ? connectSmtp : connectHttp1
        const client = await (connect as typeof connectSmtp)(endpoint, sinks.ca, undefined)
        await client.submit(idOf(index), 100).catch(() => undefined)
        client.close()
      }
      return [...sinks.ledger.receipts('0badcafe', 1).counts].join('')
    }
    const fates = [
      await takenBy({ protocol: 'smtp', tls: 'none' }, indices),
      await takenBy({ protocol: 'smtp', tls: 'none', engine: 'smtp-server' }, indices.toReversed()),
      await takenBy({ protocol: 'http', tls: 'none' }, indices),
    ]
    expect(new Set(fates).size).toBe(1)
    const hits = (fates[0] ?? '').split('0').length - 1
    expect(hits).toBeGreaterThan(3)
    expect(hits).toBeLessThan(25)
  })
})

describe('several sinks', () => {
  it('are all closed again when one of them cannot be opened', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    const spare = createServer().listen(0, '127.0.0.1')
    await Promise.all([once(squatter, 'listening'), once(spare, 'listening')])
    const taken = (squatter.address() as AddressInfo).port
    const free = (spare.address() as AddressInfo).port
    await new Promise(resolve => spare.close(resolve))
    const failure = await openSinks({
      listeners: [
        { protocol: 'smtp', tls: 'none', port: free },
        { protocol: 'http', tls: 'none', port: taken },
      ],
      script: {},
      seed: 'sinks',
    }).catch(String)
    expect(failure).toContain(`port ${taken} on 127.0.0.1 is in use`)
    const [refused] = await once(connect(free, '127.0.0.1'), 'error')
    expect(refused.code).toBe('ECONNREFUSED')
    squatter.close()
  })
})

it.each(smtpEngines)(
  '%s throttles by 421 where the script says so, and ends the connection',
  async engine => {
    await using sinks = await openSinks({
      listeners: [{ protocol: 'smtp', engine, tls: 'none' }],
      script: { throttle: { rate: '0.001/s', reply: 421 } },
      seed: 'closing',
    })
    const [endpoint] = sinks.endpoints
    if (!endpoint) throw new Error('no sink')
    const first = await connectSmtp(endpoint, sinks.ca, undefined)
    expect((await first.submit('one', 100)).code).toBe(250)
    const second = await connectSmtp(endpoint, sinks.ca, undefined)
    expect((await second.submit('two', 100)).code).toBe(421)
    // Nobody is there to answer.
    expect((await second.submit('three', 100)).code).toBeNaN()
    first.close()
  },
)

import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { connectHttp1 } from './contract-http.ts'
import { connectSmtp } from './contract-smtp.ts'
import type { SinkUser } from './sink.ts'
import { openSinks } from './sinks.ts'

const user: SinkUser = { user: 'user', password: 'secret' }

/** The code that a message meets at a listener of each protocol, sent without and with credentials. */
async function codes(auth: boolean | undefined, isNamed: boolean): Promise<number[]> {
  const auths = auth === undefined ? {} : { auth }
  await using sinks = await openSinks({
    listeners: [
      { protocol: 'smtp', tls: 'none', ...auths },
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

describe('credentials', () => {
  it.each([
    ['taken from who gives them', undefined, false, [250, 250, 202, 202]],
    ['demanded when some are named', undefined, true, [530, 250, 401, 202]],
    ['demanded, whatever they are', true, false, [530, 250, 401, 202]],
    // AUTH is not offered: a client that sends it all the same is told so.
    ['not looked at', false, true, [250, 500, 202, 202]],
  ] as const)('are %s (auth %s, named %s)', async (_words, auth, isNamed, expected) => {
    expect(await codes(auth, isNamed)).toEqual(expected)
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

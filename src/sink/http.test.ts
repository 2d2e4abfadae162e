import { Pool, request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SinkCase, testSink } from './contract.ts'
import { connectH2, connectHttp1 } from './contract-http.ts'
import { openHttpSink } from './http.ts'
import { openSinks, type Sinks } from './sinks.ts'

const replies: SinkCase['replies'] = {
  accepted: { code: 202 },
  rejected: { code: 422 },
  deferred: { code: 503 },
  throttled: { code: 429, retryAfterS: 2 },
  wrongCredentials: { code: 401 },
  noCredentials: { code: 401 },
  oversized: { code: 413 },
}

for (const tls of ['none', 'implicit'] as const) {
  for (const [version, connect] of [
    ['1.1', connectHttp1],
    ['2', connectH2],
  ] as const) {
    testSink({
      name: `the HTTP/${version} sink with TLS ${tls}`,
      tls,
      open: openHttpSink,
      connect: (endpoint, ca, user) => connect(endpoint, ca, user?.password),
      replies,
    })
  }
}

describe('the HTTP sink', () => {
  let sinks: Sinks
  let origin: string
  beforeAll(async () => {
    sinks = await openSinks({
      listeners: [
        { protocol: 'http', tls: 'none' },
        { protocol: 'http', tls: 'implicit' },
      ],
      script: {},
      seed: 'http',
    })
    origin = `http://127.0.0.1:${sinks.endpoints[0]?.port}`
  })
  afterAll(() => sinks[Symbol.asyncDispose]())

  const body = JSON.stringify({ from: { address: 'a@example.net' }, to: [{ address: 'b@example.net' }] })

  it('says that a path does not exist, or that it wants another method', async () => {
    const cases = [
      ['POST', '/nowhere', 404],
      ['GET', '/send', 405],
      ['POST', '/_mailbench/receipts', 405],
      ['POST', '/send?trace=1', 202],
    ] as const
    for (const [method, path, status] of cases) {
      const response = await request(origin + path, { method, ...(method === 'POST' && { body }) })
      await response.body.dump()
      expect([method, path, response.statusCode]).toEqual([method, path, status])
    }
  })

  it('returns the counts as JSON', async () => {
    const before = await (await request(`${origin}/_mailbench/receipts`)).body.json()
    await (await request(`${origin}/send`, { method: 'POST', body })).body.dump()
    const after = await (await request(`${origin}/_mailbench/receipts`)).body.json()
    const taken = (summary: unknown) => (summary as { taken: number }).taken
    expect(taken(after)).toBe(taken(before) + 1)
  })

  it('tells the protocols of one port apart when the first bytes come one by one', async () => {
    const { connect } = await import('node:net')
    const socket = connect({ host: '127.0.0.1', port: Number(sinks.endpoints[0]?.port), noDelay: true })
    const head = `PUT /send HTTP/1.1\r\nHost: x\r\n\r\n`
    for (const byte of head.slice(0, 6)) await new Promise(resolve => socket.write(byte, resolve))
    socket.write(head.slice(6))
    const reply = await new Promise<string>(resolve => socket.once('data', data => resolve(String(data))))
    socket.destroy()
    expect(reply).toMatch(/^HTTP\/1\.1 405 /)
  })

  it('serves many requests at a time on one HTTP/2 connection of undici', async () => {
    const pool = new Pool(`https://127.0.0.1:${sinks.endpoints[1]?.port}`, {
      connections: 1,
      allowH2: true,
      pipelining: 50,
      connect: { ca: sinks.ca },
    })
    const statuses = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const response = await pool.request({ path: '/send', method: 'POST', body })
        await response.body.dump()
        return response.statusCode
      }),
    )
    await pool.close()
    expect(new Set(statuses)).toEqual(new Set([202]))
  })
})

describe('the HTTP sink that thinks', () => {
  it.each(['none', 'implicit'] as const)(
    'answers every request of kept connections, with TLS %s',
    async tls => {
      await using thinking = await openSinks({
        listeners: [{ protocol: 'http', tls }],
        script: { think: '1ms' },
        seed: 'think',
      })
      const [endpoint] = thinking.endpoints
      const origin = `${tls === 'none' ? 'http' : 'https'}://127.0.0.1:${endpoint?.port}`
      const pool = new Pool(origin, { connections: 10, allowH2: false, connect: { ca: thinking.ca } })
      const body = JSON.stringify({ from: { address: 'a@example.net' }, to: [{ address: 'b@example.net' }] })
      let answered = 0
      // A client that asks again as soon as it has the answer meets the server before that answer is flushed.
      const user = async () => {
        for (let i = 0; i < 40; i++) {
          const response = await pool.request({ method: 'POST', path: '/send', body, headersTimeout: 5000 })
          await response.body.dump()
          if (response.statusCode === 202) answered += 1
        }
      }
      await Promise.all(Array.from({ length: 10 }, user))
      await pool.close()
      expect(answered).toBe(400)
    },
  )
})

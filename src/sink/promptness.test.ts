import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../clock.ts'
import { openSocket } from './contract-smtp.ts'
import type { Endpoint } from './sink.ts'
import { openSinks, type Sinks } from './sinks.ts'

const REPETITIONS = 7

async function greetingNs(port: number): Promise<number> {
  const startNs = systemClock.nowNs()
  const socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'data')
  const spanNs = systemClock.nowNs() - startNs
  socket.destroy()
  return spanNs
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] as number

describe('the sinks are prompt', () => {
  let sinks: Sinks
  beforeAll(async () => {
    sinks = await openSinks({
      listeners: [
        { protocol: 'smtp', tls: 'none' },
        { protocol: 'smtp', tls: 'none', engine: 'smtp-server' },
        { protocol: 'smtp', tls: 'starttls' },
        { protocol: 'smtp', tls: 'implicit' },
        { protocol: 'smtp', tls: 'implicit', engine: 'smtp-server' },
        { protocol: 'http', tls: 'none' },
        { protocol: 'http', tls: 'implicit' },
      ],
      script: {},
      seed: 'promptness',
    })
  })
  afterAll(() => sinks[Symbol.asyncDispose]())

  it.each([0, 1])(
    'greet in under a tenth of the time that smtp-server takes by itself, listener %i',
    async index => {
      const unmended = new SMTPServer({ disableReverseLookup: true, logger: false })
      await new Promise<void>(resolve => unmended.listen(0, '127.0.0.1', resolve))
      const { port } = unmended.server.address() as AddressInfo
      const [ours, theirs]: [number[], number[]] = [[], []]
      for (let i = 0; i < REPETITIONS; i++) {
        ours.push(await greetingNs(Number(sinks.endpoints[index]?.port)))
        theirs.push(await greetingNs(port))
      }
      await new Promise<void>(resolve => unmended.close(resolve))
      expect(median(ours) / median(theirs)).toBeLessThan(0.1)
    },
  )

  /** What was last asked of Nagle's algorithm at the server's end of a connection; undefined when nothing was. */
  async function noDelayAt(open: () => Promise<Socket>): Promise<boolean | undefined> {
    // The option is set on the libuv handle, by the listener's option and by setNoDelay() alike.
    const probe = createServer().listen(0, '127.0.0.1')
    await once(probe, 'listening')
    const first = connect((probe.address() as AddressInfo).port, '127.0.0.1')
    await once(first, 'connect')
    const prototype: Handle = Object.getPrototypeOf(Reflect.get(first, '_handle'))
    const asked = vi.spyOn(prototype, 'setNoDelay')
    try {
      const socket = await open()
      const clientPort = socket.localPort
      // The server has accepted and greeted, or the handshake is over, or it has answered.
      if (socket.bytesRead === 0) {
        socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
        await once(socket, 'data')
      }
      const calls = asked.mock.calls.filter((_, i) => peerPort(asked.mock.contexts[i]) === clientPort)
      socket.destroy()
      return calls.at(-1)?.[0]
    } finally {
      asked.mockRestore()
      first.destroy()
      probe.close()
    }
  }

  it.each([0, 1, 2, 3, 4, 5, 6])('have Nagle off, listener %i', async index => {
    const endpoint = sinks.endpoints[index] as Endpoint
    expect(await noDelayAt(() => openSocket(endpoint, sinks.ca))).toBe(true)
  })

  it('would be caught with Nagle on', async () => {
    const careless = createServer(socket => socket.end('hello')).listen(0, '127.0.0.1')
    await once(careless, 'listening')
    const { port } = careless.address() as AddressInfo
    const open = () => openSocket({ protocol: 'smtp', host: '127.0.0.1', port, tls: 'none' }, '')
    expect(await noDelayAt(open)).toBeUndefined()
    careless.close()
  })
})

interface Handle {
  setNoDelay(on: boolean): number
  getpeername(into: object): number
}

function peerPort(handle: unknown): unknown {
  const peer = {}
  ;(handle as Handle).getpeername(peer)
  return Reflect.get(peer, 'port')
}

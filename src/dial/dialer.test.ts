import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { type Nanoseconds, NS_PER_MS, NS_PER_S, systemClock } from '../clock.ts'
import type { Phase } from '../phase.ts'
import { type Certificate, createCertificate } from '../sink/certificate.ts'
import { closedPort, expectNothingLeft } from '../transport/contract.ts'
import { hear, openScripted, say, silence } from '../transport/scripted-server.ts'
import type { DialError, TlsTrust } from './dial.ts'
import { createDialer, type DialerOptions } from './dialer.ts'

let certificate: Certificate
beforeAll(async () => {
  certificate = await createCertificate()
})

const ignore = () => {}

interface TestServer extends AsyncDisposable {
  readonly port: number
  readonly sockets: TLSSocket[]
}

/** A TLS server that says one byte to whoever completes the handshake. */
async function openTls(options: TlsOptions = {}): Promise<TestServer> {
  const { cert, key } = certificate
  const sockets: TLSSocket[] = []
  const server = createTlsServer({ cert, key, ...options }, socket => {
    sockets.push(socket)
    socket.on('error', ignore).resume().write('!')
  })
  server.on('tlsClientError', ignore).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    [Symbol.asyncDispose]: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function open(port: number, options: Partial<DialerOptions> & { host?: string } = {}) {
  const { host = '127.0.0.1', ...rest } = options
  return createDialer({ address: { host, port }, timeoutNs: 10 * NS_PER_S, clock: systemClock, ...rest })
}

const trusting = (options: Partial<TlsTrust> = {}): TlsTrust => ({
  ca: certificate.ca,
  insecure: false,
  resume: false,
  ...options,
})

/** The failure of a dial, told apart from any other error. */
async function failureOf(dial: Promise<unknown>): Promise<Pick<DialError, 'name' | 'phase' | 'failure'>> {
  const error = await dial.then(
    () => expect.unreachable('the dial succeeded'),
    (thrown: DialError) => thrown,
  )
  return { name: error.name, phase: error.phase, failure: error.failure }
}

describe('a dialer', () => {
  it('announces each step when it begins', async () => {
    await using server = await openTls()
    using dialer = open(server.port, { host: 'localhost', tls: trusting() })
    const steps: [Phase, Nanoseconds][] = []
    await dialer.dial((phase, atNs) => steps.push([phase, atNs]))
    expect(steps.map(([phase]) => phase)).toEqual(['dns', 'connect', 'tls'])
    const instants = steps.map(([, atNs]) => atNs)
    expect(instants).toEqual(instants.toSorted((a, b) => a - b))
  })

  it('numbers its connections from 1, and does not count those that failed', async () => {
    await using server = await openTls()
    using dialer = open(server.port, { tls: trusting() })
    using distrustful = open(server.port, { tls: trusting({ ca: (await createCertificate()).ca }) })
    expect((await dialer.dial(ignore)).id).toBe(1)
    expect((await dialer.dial(ignore)).id).toBe(2)
    await failureOf(distrustful.dial(ignore))
    expect([dialer.opened, distrustful.opened]).toEqual([2, 0])
  })

  it('turns Nagle off (RFC 896) before anything is sent', async () => {
    await using server = await openTls()
    for (const tls of [undefined, trusting()]) {
      using dialer = open(server.port, tls && { tls })
      const { socket: probe } = await dialer.dial(ignore)
      // Nothing public tells: the call to the kernel is watched where Node makes it.
      const raw: Socket = Reflect.get(probe, '_parent') ?? probe
      const spy = vi.spyOn(Object.getPrototypeOf(Reflect.get(raw, '_handle')), 'setNoDelay')
      const { socket } = await dialer.dial(ignore)
      const handle = Reflect.get(Reflect.get(socket, '_parent') ?? socket, '_handle')
      const calls = spy.mock.calls.filter((_call, i) => spy.mock.contexts[i] === handle)
      spy.mockRestore()
      expect(calls).toEqual([[true]])
    }
  })

  it('lets a client read into a buffer of its own, without TLS', async () => {
    const read = { buffer: Buffer.alloc(16), callback: vi.fn(() => true) }
    await using clear = await openScripted([say('hello'), silence])
    using plain = open(clear.port)
    await plain.dial(ignore, read)
    await vi.waitUntil(() => read.callback.mock.calls.length > 0)
    expect(read.callback).toHaveBeenCalledWith(5, read.buffer)
    expect(read.buffer.toString('latin1', 0, 5)).toBe('hello')
    await using server = await openTls()
    using secure = open(server.port, { tls: trusting() })
    const { socket } = await secure.dial(ignore, read)
    expect(String(await once(socket, 'data'))).toBe('!')
    expect(read.callback).toHaveBeenCalledTimes(1)
  })

  it.each([
    [false, [false, false, false]],
    [true, [false, true, true]],
  ])('resumes TLS sessions when told so: %s', async (resume, expected) => {
    await using server = await openTls()
    using dialer = open(server.port, { tls: trusting({ resume }) })
    const reused: (boolean | undefined)[] = []
    for (const _ of expected) {
      const { socket } = await dialer.dial(ignore)
      // The ticket (RFC 8446 §4.6.1) comes before the byte.
      await once(socket, 'data')
      reused.push(server.sockets.at(-1)?.isSessionReused())
      socket.destroy()
    }
    expect(reused).toEqual(expected)
  })

  it('verifies the certificate of a session that it resumes, too', async () => {
    await using server = await openTls()
    using dialer = open(server.port, { tls: trusting({ resume: true }) })
    const { socket } = await dialer.dial(ignore)
    await once(socket, 'data')
    const { socket: resumed } = await dialer.dial(ignore)
    expect([(resumed as TLSSocket).isSessionReused(), (resumed as TLSSocket).authorized]).toEqual([
      true,
      true,
    ])
  })

  it('offers the protocols that it was told to (RFC 7301)', async () => {
    await using server = await openTls({ ALPNProtocols: ['h2', 'http/1.1'] })
    for (const alpn of [['http/1.1'], ['h2'], ['h2', 'http/1.1']]) {
      using dialer = open(server.port, { tls: { ...trusting(), alpn } })
      const { socket } = await dialer.dial(ignore)
      expect((socket as TLSSocket).alpnProtocol).toBe(alpn[0])
    }
    using dialer = open(server.port, { tls: trusting() })
    expect(((await dialer.dial(ignore)).socket as TLSSocket).alpnProtocol).toBe(false)
  })

  it('names the server that it wants, unless that is an address (RFC 6066 §3)', async () => {
    const names: unknown[] = []
    const { cert, key } = certificate
    await using server = await openTls({ cert, key })
    for (const host of ['127.0.0.1', 'localhost']) {
      using dialer = open(server.port, { host, tls: trusting() })
      const { socket } = await dialer.dial(ignore)
      await once(socket, 'data')
      names.push(Reflect.get(server.sockets.at(-1) ?? {}, 'servername'))
    }
    expect(names).toEqual([false, 'localhost'])
  })

  it('takes any certificate only when told so', async () => {
    const other = await createCertificate(['other.example.net'])
    await using server = await openTls({ cert: other.cert, key: other.key })
    using strict = open(server.port, { tls: trusting({ ca: other.ca }) })
    expect(await failureOf(strict.dial(ignore))).toMatchObject({ phase: 'tls', failure: 'tls' })
    using lax = open(server.port, { tls: trusting({ insecure: true }) })
    expect((await lax.dial(ignore)).id).toBe(1)
  })

  it('says in plain words, without what OpenSSL and Node say to programmers, why there is no TLS', async () => {
    await using strange = await openTls()
    await using clear = await openScripted([say('220 in clear text\r\n'), silence])
    const wordsOf = async (port: number) => {
      using dialer = open(port, { tls: { insecure: false, resume: false } })
      return await dialer.dial(ignore).catch(({ message }: Error) => message)
    }
    expect(await wordsOf(strange.port)).toBe(
      'unable to verify the first certificate; is it a private authority? name it: --tls-ca FILE',
    )
    expect(await wordsOf(clear.port)).toBe('wrong version number: what came back is no TLS')
  })

  it.each([
    ['127.0.0.1', 'connect', 'refused'],
    ['localhost', 'connect', 'refused'],
    ['nonexistent.invalid', 'dns', 'dns'],
  ])('fails with a DialError that says where: %s', async (host, phase, failure) => {
    using dialer = open(await closedPort(), { host })
    expect(await failureOf(dialer.dial(ignore))).toEqual({ name: 'DialError', phase, failure })
  })

  it('bounds the handshake', async () => {
    await using server = await openScripted([hear(/\x16/), silence])
    // It bounds the steps before the handshake as well, and those must not reach it on a busy machine.
    using dialer = open(server.port, { tls: trusting(), timeoutNs: 300 * NS_PER_MS })
    expect(await failureOf(dialer.dial(ignore))).toMatchObject({ phase: 'tls', failure: 'timeout' })
    await server.idle()
  })

  it('closes what is open or on its way when it is disposed of, and opens nothing more', async () => {
    await using server = await openScripted([hear(/\x16/), silence])
    const plain = open(server.port)
    const { socket } = await plain.dial(ignore)
    const closed = once(socket, 'close')
    const secure = open(server.port, { tls: trusting() })
    const inHandshake = Promise.withResolvers<void>()
    const pending = failureOf(secure.dial(phase => phase === 'tls' && inHandshake.resolve()))
    await inHandshake.promise
    plain[Symbol.dispose]()
    secure[Symbol.dispose]()
    await closed
    expect(await pending).toMatchObject({ phase: 'tls', failure: 'reset' })
    await server.idle()
    expect(await failureOf(plain.dial(ignore))).toMatchObject({ failure: 'local' })
    expect(server.accepted).toBe(2)
  })

  it('leaves nothing behind after hundreds of dials', () =>
    expectNothingLeft(async () => {
      const server = createServer(socket => socket.on('error', ignore).resume()).listen(0, '127.0.0.1')
      await once(server, 'listening')
      using dialer = open((server.address() as AddressInfo).port)
      for (let i = 0; i < 300; i++) {
        const { socket } = await dialer.dial(ignore)
        // One that swallows late errors: whoever gets the socket finds no other listener of ours.
        expect(socket.listenerCount('error')).toBe(1)
        socket.destroy()
      }
      expect(dialer.opened).toBe(300)
      server.close()
    }))
})

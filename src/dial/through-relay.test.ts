import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { beforeAll, expect, it } from 'vitest'
import { NS_PER_MS, NS_PER_S, systemClock } from '../clock.ts'
import type { LinkSpec } from '../link/link.ts'
import { openRelay } from '../link/relay.ts'
import { createReleases } from '../link/releases.ts'
import type { Phase } from '../phase.ts'
import { type Certificate, createCertificate } from '../sink/certificate.ts'
import { hear, openScripted, say, silence } from '../transport/scripted-server.ts'
import type { DialError } from './dial.ts'
import { createDialer, type DialerOptions } from './dialer.ts'

let certificate: Certificate
beforeAll(async () => {
  certificate = await createCertificate()
})

const ignore = () => {}

/** A relay to `port`, and a dialer that goes through it and takes its target for `host`. */
async function link(port: number, spec: LinkSpec, options: Partial<DialerOptions> & { host?: string } = {}) {
  const { host = '127.0.0.1', ...rest } = options
  const releases = createReleases(systemClock)
  const relay = await openRelay({
    target: { host: '127.0.0.1', port },
    spec,
    seed: 'dial',
    releases,
    clock: systemClock,
  })
  const address = { host, port }
  const dialer = createDialer({ address, relay, timeoutNs: 10 * NS_PER_S, clock: systemClock, ...rest })
  return {
    dialer,
    relay,
    async [Symbol.asyncDispose]() {
      dialer[Symbol.dispose]()
      await relay[Symbol.asyncDispose]()
      releases[Symbol.dispose]()
    },
  }
}

async function failureOf(dial: Promise<unknown>) {
  const { name, phase, failure } = await dial.then(
    () => expect.unreachable('the dial succeeded'),
    (error: DialError) => error,
  )
  return { name, phase, failure }
}

/** A TLS server that says one byte to whoever completes the handshake, and the names it was asked for. */
async function openTls() {
  const names: unknown[] = []
  const sockets: Socket[] = []
  const server = createTlsServer({ cert: certificate.cert, key: certificate.key }, socket => {
    names.push(Reflect.get(socket, 'servername'))
    sockets.push(socket)
    socket.on('error', ignore).write('!')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    names,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

it('announces the steps of a direct dial, and names the server that it wants', async () => {
  using server = await openTls()
  const tls = { ca: certificate.ca, insecure: false, resume: false }
  await using linked = await link(server.port, { rtt: '20ms' }, { host: 'localhost', tls })
  const steps: [Phase, number][] = []
  const { socket } = await linked.dialer.dial((phase, atNs) => steps.push([phase, atNs]))
  expect(steps.map(([phase]) => phase)).toEqual(['dns', 'connect', 'tls'])
  expect((socket as TLSSocket).authorized).toBe(true)
  await once(socket, 'data')
  expect(server.names).toEqual(['localhost'])
  // The handshake of a connection that is dialled directly is over as soon, on a link that long.
  const [, connectNs, tlsNs] = steps.map(([, atNs]) => atNs) as [number, number, number]
  expect(tlsNs - connectNs).toBeGreaterThanOrEqual(20 * NS_PER_MS)
})

it('hands over what the server said at once, and nothing of what the relay said', async () => {
  // Without a delay a greeting may come in one piece with what the relay says.
  await using server = await openScripted([say('220 hello\r\n'), silence])
  await using linked = await link(server.port, {})
  for (let dial = 0; dial < 20; dial++) {
    const { socket } = await linked.dialer.dial(ignore)
    // Whoever gets the socket may not be ready for it yet.
    if (dial % 2 === 0) await new Promise(setImmediate)
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    expect(chunk.toString()).toBe('220 hello\r\n')
    expect(socket.listenerCount('readable')).toBe(0)
    socket.destroy()
  }
})

it('hands over the words of a server that hangs up after them', async () => {
  await using server = await openScripted([say('421 bye\r\n'), peer => peer.end()])
  await using linked = await link(server.port, {})
  const { socket } = await linked.dialer.dial(ignore)
  const words: string[] = []
  socket.on('data', chunk => words.push(chunk.toString()))
  await once(socket, 'close')
  expect(words.join('')).toBe('421 bye\r\n')
})

it('fails in phase dns when the name of the server does not resolve', async () => {
  await using linked = await link(25, {}, { host: 'nonexistent.invalid' })
  expect(await failureOf(linked.dialer.dial(ignore))).toEqual({
    name: 'DialError',
    phase: 'dns',
    failure: 'dns',
  })
  expect(linked.relay.log().totals.connections).toBe(0)
})

it('fails when the relay hangs up before it has said a word', async () => {
  const hasty = createServer(socket => socket.destroy()).listen(0, '127.0.0.1')
  await once(hasty, 'listening')
  const { port } = hasty.address() as AddressInfo
  using dialer = createDialer({
    address: { host: '127.0.0.1', port: 25 },
    relay: { host: '127.0.0.1', port },
    timeoutNs: 10 * NS_PER_S,
    clock: systemClock,
  })
  expect(await failureOf(dialer.dial(ignore))).toMatchObject({ phase: 'connect', failure: 'reset' })
  expect(dialer.opened).toBe(0)
  hasty.close()
})

it('takes nobody else for a relay', async () => {
  await using server = await openScripted([say(`220 ${'mail '.repeat(20)}\r\n`), hear(/never/)])
  using dialer = createDialer({
    address: { host: '127.0.0.1', port: 25 },
    relay: server,
    timeoutNs: 10 * NS_PER_S,
    clock: systemClock,
  })
  await expect(dialer.dial(ignore)).rejects.toThrow(/no relay/)
})

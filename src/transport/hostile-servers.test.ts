import type { Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { type Nanoseconds, NS_PER_MS } from '../clock.ts'
import { generic } from '../provider/generic.ts'
import type { Reply } from '../sample.ts'
import { templateOf, testOptions } from './contract.ts'
import {
  bomb,
  flood,
  type HostileServer,
  openHostileHttp,
  openHostileSmtp,
} from './hostile-servers.fixture.ts'
import { undiciTransport } from './http-undici.ts'
import { httpWireTransport } from './http-wire/http-wire.ts'
import { nodemailerTransport } from './smtp-nodemailer.ts'
import { smtpWireTransport } from './smtp-wire/smtp-wire.ts'
import type { Transport } from './transport.ts'

/** What a client reads before it gives up, with what the kernel's buffers take on both sides. */
const WRITTEN_MAX_BYTES = 24 * 1024 * 1024

const SHORT_NS = 300 * NS_PER_MS

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

function heldBytes(): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

type Open = (port: number, timeoutNs?: Nanoseconds) => Transport
type Client = readonly [name: string, open: Open]

const trust = { insecure: false, resume: false }
const options = (port: number, timeoutNs?: Nanoseconds) => {
  const { host, ca: _, password: __, ...rest } = testOptions({ port, connections: 1 })
  return { ...rest, address: { host, port }, ...(timeoutNs !== undefined && { timeoutNs }) }
}

const nodemailer = (form: 'structured' | 'raw', reuse: boolean): Client => [
  `nodemailer, ${form}, ${reuse ? 'pooled' : 'fresh'}`,
  (port, timeoutNs) => nodemailerTransport({ ...options(port, timeoutNs), tls: 'none', trust, form, reuse }),
]
const smtpWire = (mode: 'lockstep' | 'pipelined' | 'chunked'): Client => [
  `the SMTP client of our own, ${mode}`,
  (port, timeoutNs) =>
    smtpWireTransport({ ...options(port, timeoutNs), tls: 'none', trust, mode, reuse: true }),
]
const undici = (reuse: boolean): Client => [
  `undici, ${reuse ? 'pooled' : 'fresh'}`,
  (port, timeoutNs) =>
    undiciTransport({ ...options(port, timeoutNs), version: '1.1', provider: generic, reuse }),
]
const httpWire = (mode: 'lockstep' | 'pipelined'): Client => [
  `the HTTP client of our own, ${mode}`,
  (port, timeoutNs) =>
    httpWireTransport({ ...options(port, timeoutNs), provider: generic, reuse: true, mode }),
]

const smtpClients = [
  ...[nodemailer('structured', true), nodemailer('raw', false)],
  ...[smtpWire('lockstep'), smtpWire('pipelined'), smtpWire('chunked')],
]
const undiciClients = [undici(true), undici(false)]
const wireClients = [httpWire('lockstep'), httpWire('pipelined')]

interface Harm {
  readonly what: string
  readonly open: () => Promise<HostileServer>
  readonly outcome: Reply['outcome'] | readonly Reply['outcome'][]
}

const saying = (start: string, piece: string | Buffer) => (socket: Socket) => {
  socket.write(start)
  flood(socket, piece)
}

const smtpHarms: readonly Harm[] = [
  {
    what: 'a greeting without end',
    open: () => openHostileSmtp('greeting', saying('220 ', 'x')),
    outcome: 'faulted',
  },
  {
    what: 'a greeting of lines without end',
    open: () => openHostileSmtp('greeting', saying('', '220-hello\r\n')),
    outcome: 'faulted',
  },
  {
    what: 'capabilities without end',
    open: () => openHostileSmtp('EHLO', saying('', '250-X\r\n')),
    outcome: 'faulted',
  },
  {
    what: 'a reply to MAIL without end',
    open: () => openHostileSmtp('MAIL', saying('250 ', 'x')),
    outcome: 'faulted',
  },
  {
    what: 'a last reply without end',
    open: () => openHostileSmtp('.', saying('250 ', 'x')),
    outcome: 'in_doubt',
  },
  {
    what: 'a last reply of lines without end',
    open: () => openHostileSmtp('.', saying('', '250-x\r\n')),
    outcome: 'in_doubt',
  },
]

const head = (status: number, ...fields: string[]) =>
  [`HTTP/1.1 ${status} Hostile`, ...fields, '', ''].join('\r\n')

const httpHarms: readonly Harm[] = [
  {
    what: 'fields without end',
    open: () => openHostileHttp(saying('HTTP/1.1 200 OK\r\n', 'x-more: and more\r\n')),
    outcome: 'in_doubt',
  },
  {
    what: 'a refusal of a terabyte',
    open: () => openHostileHttp(saying(head(422, 'content-length: 1000000000000'), 'x')),
    outcome: ['rejected', 'in_doubt'],
  },
  {
    what: 'chunks without end',
    open: () => openHostileHttp(saying(head(202, 'transfer-encoding: chunked'), '5\r\nhello\r\n')),
    outcome: ['accepted', 'in_doubt'],
  },
]

/** What undici, which keeps nothing of it, reads as long as it is given time. */
const passingHarms: readonly Harm[] = [
  {
    what: 'a status line without end',
    open: () => openHostileHttp(saying('HTTP/1.1 200 ', 'x')),
    outcome: 'in_doubt',
  },
  {
    what: 'interim replies without end',
    open: () => openHostileHttp(saying('', 'HTTP/1.1 102 Processing\r\n\r\n')),
    outcome: 'in_doubt',
  },
  {
    what: 'a chunk extension without end',
    open: () => openHostileHttp(saying(`${head(202, 'transfer-encoding: chunked')}5;x=`, 'x')),
    outcome: ['accepted', 'in_doubt'],
  },
]

/** Submits one message, and tells how it ended and how much was read of the server. */
async function submit(open: Open, server: HostileServer): Promise<Reply> {
  const template = await templateOf('password-reset')
  const transport = open(server.port)
  await using _transport = transport
  return await transport.submit(template.message(0))
}

async function expectBounded(open: Open, { open: openServer, outcome }: Harm): Promise<void> {
  await using server = await openServer()
  const reply = await submit(open, server)
  expect([outcome].flat()).toContain(reply.outcome)
  expect(server.writtenBytes).toBeLessThan(WRITTEN_MAX_BYTES)
}

describe.each(smtpClients)('%s', (_name, open) => {
  it.each(smtpHarms)('reads no more than it must of $what', harm => expectBounded(open, harm))
})

describe.each(wireClients)('%s', (_name, open) => {
  it.each(passingHarms)('reads no more than it must of $what', harm => expectBounded(open, harm))
})

describe.each(undiciClients)('%s', (_name, open) => {
  it.each(passingHarms)('reads $what as long as it has time, and keeps none of it', async harm => {
    await using server = await harm.open()
    const before = heldBytes()
    const reply = await submit(port => open(port, SHORT_NS), server)
    expect([harm.outcome].flat()).toContain(reply.outcome)
    // V8 frees collected buffers on another thread: one collection need not show it.
    await expect.poll(() => heldBytes() - before).toBeLessThan(WRITTEN_MAX_BYTES)
  })
})

describe.each([...wireClients, ...undiciClients])('%s', (_name, open) => {
  it.each(httpHarms)('reads no more than it must of $what', harm => expectBounded(open, harm))

  it('does not unpack a reply that is a bomb', async () => {
    await using server = await openHostileHttp(socket => {
      socket.write(head(422, 'content-encoding: gzip', `content-length: ${bomb.length}`))
      socket.write(bomb)
    })
    const { outcome, text = '' } = await submit(open, server)
    expect(outcome).toBe('rejected')
    expect(text.length).toBeLessThan(2 * bomb.length)
  })
})

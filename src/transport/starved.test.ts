import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { NS_PER_MS, systemClock } from '../clock.ts'
import { generic } from '../provider/generic.ts'
import { templateOf, testOptions } from './contract.ts'
import { openHostileHttp, openHostileSmtp } from './hostile-servers.fixture.ts'
import { undiciTransport } from './http-undici.ts'
import { httpWireTransport } from './http-wire/http-wire.ts'
import { nodemailerTransport } from './smtp-nodemailer.ts'
import { smtpWireTransport } from './smtp-wire/smtp-wire.ts'
import type { Transport } from './transport.ts'

const TIMEOUT_NS = 100 * NS_PER_MS
const STARVED_NS = 3 * TIMEOUT_NS

const trust = { insecure: false, resume: false }
const options = (port: number) => {
  const { host, ca: _, password: __, ...rest } = testOptions({ port, connections: 1 })
  return { ...rest, address: { host, port }, timeoutNs: TIMEOUT_NS, reuse: true }
}

/** The reply is with the client's kernel, and then nothing runs here: neither who sent it nor who waits for it. */
const answerAndStarve = (reply: string) => (socket: Socket) => {
  socket.write(reply)
  const untilNs = systemClock.nowNs() + STARVED_NS
  while (systemClock.nowNs() < untilNs);
}
const smtp = () => openHostileSmtp('.', answerAndStarve('250 taken\r\n'))
const http = () =>
  openHostileHttp(answerAndStarve('HTTP/1.1 202 Accepted\r\ncontent-length: 17\r\n\r\n{"id":"0badcafe"}'))

const clients: readonly (readonly [string, typeof smtp, (port: number) => Transport])[] = [
  [
    'nodemailer',
    smtp,
    port => nodemailerTransport({ ...options(port), tls: 'none', trust, form: 'structured' }),
  ],
  [
    'the SMTP client of our own',
    smtp,
    port => smtpWireTransport({ ...options(port), tls: 'none', trust, mode: 'lockstep' }),
  ],
  ['undici', http, port => undiciTransport({ ...options(port), version: '1.1', provider: generic })],
  [
    'the HTTP client of our own',
    http,
    port => httpWireTransport({ ...options(port), provider: generic, mode: 'lockstep' }),
  ],
]

it.each(clients)('%s takes no reply that has come for one that is late', async (_name, openServer, open) => {
  await using server = await openServer()
  const template = await templateOf('password-reset')
  await using transport = open(server.port)
  expect(await transport.submit(template.message(0))).toMatchObject({ outcome: 'accepted' })
})

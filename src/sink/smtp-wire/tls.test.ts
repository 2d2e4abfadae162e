import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ID_HEADER } from '../../message/identity.ts'
import { createSmtpSession, openSocket } from '../contract-smtp.ts'
import { openSinks, type Sinks } from '../sinks.ts'

const user = { user: 'user', password: 'secret' }
const run = '0badcafe'
let sinks: Sinks
let startTls: Sinks['endpoints'][number]
let implicit: Sinks['endpoints'][number]

beforeAll(async () => {
  sinks = await openSinks({
    listeners: [
      { protocol: 'smtp', tls: 'starttls' },
      { protocol: 'smtp', tls: 'implicit' },
    ],
    script: {},
    seed: 'tls',
    users: [user],
  })
  const [first, second] = sinks.endpoints
  if (!first || !second) throw new Error('an endpoint is missing')
  startTls = first
  implicit = second
})
afterAll(() => sinks[Symbol.asyncDispose]())

/** Every line of the replies until the connection ends. */
async function linesUntilEnd(socket: NodeJS.ReadableStream): Promise<string[]> {
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return text.split('\r\n')
}

describe('STARTTLS at the wire sink (RFC 3207)', () => {
  it('forgets what it learnt in clear text, and offers its extensions anew', async () => {
    const session = createSmtpSession(await openSocket(startTls, sinks.ca))
    await session.reply()
    await session.say('EHLO client.example.net')
    await session.say(`AUTH PLAIN ${Buffer.from('\0user\0secret').toString('base64')}`)
    expect(await session.say('MAIL FROM:<a@example.net>')).toMatch(/^250/)
    expect(await session.say('STARTTLS')).toMatch(/^220/)
    await session.secure(sinks.ca)
    expect(await session.say('MAIL FROM:<a@example.net>')).toMatch(/^503/)
    await session.say('EHLO client.example.net')
    expect(await session.say('MAIL FROM:<a@example.net>')).toMatch(/^530/)
    expect(await session.say('STARTTLS')).toMatch(/^503/)
    session.end()
  })

  it('is offered in clear text, and not again under TLS', async () => {
    const plain = await openSocket(startTls, sinks.ca)
    plain.write('EHLO client.example.net\r\nSTARTTLS\r\n')
    let text = ''
    while (!text.endsWith('Ready to start TLS\r\n')) text += String((await once(plain, 'data'))[0])
    expect(text).toMatch(/^250 STARTTLS\r$/m)
    plain.removeAllListeners()
    const secure = connectTls({ socket: plain, ca: sinks.ca, servername: 'localhost' })
    secure.write('EHLO client.example.net\r\nQUIT\r\n')
    const lines = await linesUntilEnd(secure)
    expect(lines).toContain('250-CHUNKING')
    expect(lines.filter(line => line.includes('STARTTLS'))).toEqual([])
  })

  it('throws away what was piped in clear text behind it', async () => {
    const plain = await openSocket(startTls, sinks.ca)
    await once(plain, 'data')
    plain.write('STARTTLS\r\nMAIL FROM:<injected@example.net>\r\nRSE')
    // Of what was injected nothing is answered, in clear text or later.
    expect(String((await once(plain, 'data'))[0])).toMatch(/^220 [^\r]*\r\n$/)
    plain.removeAllListeners()
    const secure = connectTls({ socket: plain, ca: sinks.ca, servername: 'localhost' })
    secure.write('EHLO client.example.net\r\nNOOP\r\nQUIT\r\n')
    const lines = await linesUntilEnd(secure)
    expect(lines.flatMap(line => /^\d{3}(?= )/.exec(line)?.[0] ?? [])).toEqual(['250', '250', '221'])
  })

  it('takes what comes in clear text later for TLS, and fails', async () => {
    const plain = await openSocket(startTls, sinks.ca)
    await once(plain, 'data')
    plain.write('STARTTLS\r\nMA')
    await once(plain, 'data')
    plain.write('IL FROM:<injected@example.net>\r\n')
    expect((await linesUntilEnd(plain)).filter(line => /^\d{3}/.test(line))).toEqual([])
  })
})

describe('TLS at the wire sink', () => {
  it('resumes a session for a client that asks for it', async () => {
    const first = (await openSocket(implicit, sinks.ca)) as TLSSocket
    // TLS 1.3 sends its tickets after the handshake.
    const [ticket] = await once(first, 'session')
    const resumed = [first.isSessionReused()]
    first.destroy()
    const second = connectTls({
      host: implicit.host,
      port: implicit.port,
      ca: sinks.ca,
      servername: 'localhost',
      session: ticket,
    })
    await once(second, 'secureConnect')
    expect([...resumed, second.isSessionReused()]).toEqual([false, true])
    second.destroy()
  })

  it.each(['none', 'implicit'] as const)(
    'reads what it is sent while it thinks when it comes to it, with TLS %s',
    async tls => {
      await using thinking = await openSinks({
        listeners: [{ protocol: 'smtp', tls }],
        script: { think: '100us' },
        seed: 'think',
      })
      const [endpoint] = thinking.endpoints
      if (!endpoint) throw new Error('no endpoint')
      const socket = await openSocket(endpoint, thinking.ca)
      const message = `Subject: x\r\n\r\n${'x'.repeat(70)}\r\n`.repeat(20)
      const bdat = `MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.net>\r\nBDAT ${message.length} LAST\r\n${message}`
      // More than is held: the sink stops reading, and goes on.
      socket.write(`EHLO client.example.net\r\n${bdat.repeat(300)}QUIT\r\n`)
      const lines = await linesUntilEnd(socket)
      expect(lines.filter(line => line.startsWith('250 2.6.0'))).toHaveLength(300)
      expect(thinking.ledger.summary().taken).toBe(300)
    },
  )

  it('survives a client that speaks no TLS, and one that leaves in the middle', async () => {
    for (const words of ['EHLO client.example.net\r\n', '\x16\x03\x01\x02\x00\x01', '']) {
      const socket = connectTcp(implicit.port, implicit.host)
      await once(socket, 'connect')
      socket.write(words)
      socket.resetAndDestroy()
    }
    const session = createSmtpSession(await openSocket(implicit, sinks.ca))
    expect(await session.reply()).toMatch(/^220/)
    session.end()
  })

  it('lets the sink close in the middle of a handshake', async () => {
    const closing = await openSinks({
      listeners: [
        { protocol: 'smtp', tls: 'implicit' },
        { protocol: 'smtp', tls: 'starttls' },
      ],
      script: {},
      seed: 'tls',
    })
    const [direct, later] = closing.endpoints.map(({ host, port }) => connectTcp(port, host))
    direct?.write('\x16\x03\x01\x02\x00\x01')
    later?.write('STARTTLS\r\n')
    let heard = ''
    while (later && !heard.includes('Ready')) heard += String((await once(later, 'data'))[0])
    const closed = [direct, later].map(socket => socket && once(socket.resume(), 'close'))
    await closing[Symbol.asyncDispose]()
    await Promise.all(closed)
  })
})

describe('nodemailer at the wire sink', () => {
  it.each([
    ['LOGIN', false],
    ['PLAIN', true],
    ['CRAM-MD5', false],
    ['CRAM-MD5', true],
  ])('authenticates by %s, TLS from the start: %s', async (authMethod, secure) => {
    const { host, port } = secure ? implicit : startTls
    const before = sinks.ledger.summary().taken
    const transport = createTransport({
      host,
      port,
      secure,
      authMethod,
      auth: { user: user.user, pass: user.password },
      tls: { ca: sinks.ca },
    })
    await transport.sendMail({ from: 'a@example.net', to: 'b@example.net', text: 'Hello' })
    expect(sinks.ledger.summary().taken).toBe(before + 1)
    const wrong = createTransport({
      host,
      port,
      secure,
      authMethod,
      auth: { user: 'user', pass: 'x' },
      tls: { ca: sinks.ca },
    })
    await expect(wrong.sendMail({ from: 'a@example.net', to: 'b@example.net' })).rejects.toMatchObject({
      responseCode: 535,
    })
  })

  it.each([
    ['secret', undefined],
    ['stale', 535],
  ])('authenticates by XOAUTH2 with a token: %s', async (accessToken, responseCode) => {
    const { host, port } = implicit
    const auth = { type: 'OAuth2', user: 'user', accessToken } as const
    const transport = createTransport({ host, port, secure: true, auth, tls: { ca: sinks.ca } })
    const sent = transport.sendMail({ from: 'a@example.net', to: 'b@example.net', text: 'Hello' })
    if (responseCode === undefined) await sent
    else await expect(sent).rejects.toMatchObject({ responseCode })
  })

  it('sends a large message whose lines begin with dots, and non-ASCII addresses', async () => {
    const { host, port } = startTls
    const transport = createTransport({
      host,
      port,
      auth: { user: user.user, pass: user.password },
      tls: { ca: sinks.ca },
    })
    await transport.sendMail({
      from: 'jürgen@example.net',
      to: ['b@example.net', 'łukasz@example.net'],
      text: '.\r\n..\r\nx\r\n'.repeat(400_000),
      headers: { [ID_HEADER]: `${run}-0001-00000007` },
      dsn: { id: 'x+y', return: 'headers', notify: ['success', 'delay'], recipient: 'b@example.net' },
    })
    expect(sinks.ledger.receipts(run, 1).counts[7]).toBe(1)
  })
})

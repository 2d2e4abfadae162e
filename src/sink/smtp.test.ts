import { createTransport } from 'nodemailer'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { ID_HEADER } from '../message/identity.ts'
import { type SinkCase, testSink } from './contract.ts'
import { connectSmtp, createSmtpSession, openSocket } from './contract-smtp.ts'
import { createDraws } from './draws.ts'
import { createLedger } from './ledger.ts'
import type { Script } from './sink.ts'
import { openSinks } from './sinks.ts'
import { openSmtpSink } from './smtp.ts'

const replies: SinkCase['replies'] = {
  accepted: { code: 250, enhancedCode: '2.6.0' },
  rejected: { code: 550, enhancedCode: '5.7.1' },
  deferred: { code: 451, enhancedCode: '4.3.0' },
  throttled: { code: 451, enhancedCode: '4.7.1' },
  wrongCredentials: { code: 535, enhancedCode: '5.7.8' },
  noCredentials: { code: 530, enhancedCode: '5.7.0' },
  oversized: { code: 552, enhancedCode: '5.3.4' },
}

for (const tls of ['none', 'starttls', 'implicit'] as const) {
  testSink({ name: `the SMTP sink with TLS ${tls}`, tls, open: openSmtpSink, connect: connectSmtp, replies })
}

describe('the SMTP sink', () => {
  async function openSession(auth?: boolean) {
    const sinks = await openSinks({
      listeners: [{ protocol: 'smtp', tls: 'none', ...(auth !== undefined && { auth }) }],
      script: {},
      seed: 'smtp',
    })
    const [endpoint] = sinks.endpoints
    if (!endpoint) throw new Error('no endpoint')
    const session = createSmtpSession(await openSocket(endpoint, sinks.ca))
    await session.reply()
    return { sinks, session }
  }

  it('offers what a submission server offers, and AUTH only where it is on', async () => {
    for (const auth of [true, false]) {
      const { sinks, session } = await openSession(auth)
      const [endpoint] = sinks.endpoints
      if (!endpoint) throw new Error('no endpoint')
      const socket = await openSocket(endpoint, sinks.ca)
      socket.write('EHLO client.example.net\r\nQUIT\r\n')
      const lines = Buffer.concat(await socket.toArray())
        .toString()
        .split('\r\n')
      const keywords = lines.flatMap(line => /^250[- ](\S.*)$/.exec(line)?.[1] ?? [])
      const always = ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES', 'DSN', 'SIZE 41943040']
      expect(keywords).toEqual(expect.arrayContaining(always))
      expect(keywords.includes('AUTH LOGIN PLAIN') || keywords.includes('AUTH PLAIN LOGIN')).toBe(auth)
      session.end()
      await sinks[Symbol.asyncDispose]()
    }
  })

  it('refuses by the announced size at MAIL (RFC 1870 §6.1)', async () => {
    const { sinks, session } = await openSession(false)
    await session.say('EHLO client.example.net')
    expect(await session.say('MAIL FROM:<a@example.net> SIZE=41943041')).toMatch(/^552 5\.3\.4 /)
    session.end()
    await sinks[Symbol.asyncDispose]()
  })

  it('takes AUTH LOGIN, and many commands before it', async () => {
    const { sinks, session } = await openSession(true)
    await session.say('EHLO client.example.net')
    for (let i = 0; i < 30; i++) expect(await session.say('NOOP')).toMatch(/^250/)
    expect(await session.say('AUTH LOGIN')).toBe('334 VXNlcm5hbWU6')
    await session.say(Buffer.from('any').toString('base64'))
    expect(await session.say(Buffer.from('thing').toString('base64'))).toMatch(/^235/)
    session.end()
    await sinks[Symbol.asyncDispose]()
  })

  it('asks the script at each step, so that a recipient may be refused and the rest accepted', async () => {
    const script: Script = ({ step, address }) => ({
      thinkNs: 0,
      verdict:
        step === 'recipient' && address === 'unknown@example.net'
          ? {
              outcome: 'rejected',
              cause: 'recipient',
              code: 550,
              enhancedCode: '5.1.1',
              text: 'No such mailbox',
            }
          : { outcome: 'accepted' },
    })
    await using sink = await openSmtpSink({
      host: '127.0.0.1',
      port: 0,
      tls: 'none',
      auth: 'off',
      sizeLimitBytes: 1000,
      script,
      draws: createDraws('smtp'),
      clock: systemClock,
      ledger: createLedger(),
    })
    const session = createSmtpSession(await openSocket(sink.endpoint, ''))
    await session.reply()
    await session.say('EHLO client.example.net')
    await session.say('MAIL FROM:<a@example.net>')
    expect(await session.say('RCPT TO:<unknown@example.net>')).toBe('550 5.1.1 No such mailbox')
    expect(await session.say('RCPT TO:<known@example.net>')).toMatch(/^250/)
    expect(await session.say('DATA')).toMatch(/^354/)
    session.end()
  })

  it('works with nodemailer: pooled, with STARTTLS and credentials', async () => {
    const pass = 'secret'
    await using sinks = await openSinks({
      listeners: [{ protocol: 'smtp', tls: 'starttls' }],
      script: {},
      seed: 'smtp',
      users: [{ user: 'user', password: pass }],
    })
    const { host = '', port = 0 } = sinks.endpoints[0] ?? {}
    const transport = createTransport({
      host,
      port,
      pool: true,
      requireTLS: true,
      auth: { user: 'user', pass },
      tls: { ca: sinks.ca },
    })
    for (const index of [0, 1]) {
      await transport.sendMail({
        from: 'a@example.net',
        to: 'b@example.net',
        text: 'Hello',
        headers: { [ID_HEADER]: `0badcafe-0001-0000000${index}` },
      })
    }
    transport.close()
    expect([...sinks.ledger.receipts('0badcafe', 1).counts]).toEqual([1, 1])
  })
})

import { createTransport } from 'nodemailer'
import { describe, expect, it } from 'vitest'
import { NS_PER_MS, systemClock } from '../clock.ts'
import { formatIdentity, ID_HEADER } from '../message/identity.ts'
import { createSmtpSession, openSocket, type SmtpSession } from './contract-smtp.ts'
import { createDraws } from './draws.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createManualClock } from './manual-clock.fixture.ts'
import { compileScript } from './script.ts'
import type { Script, Sink, SinkOptions } from './sink.ts'
import { openSinks, type Sinks, type SmtpEngine } from './sinks.ts'

export interface SubmissionCase {
  readonly name: string
  readonly engine: SmtpEngine
  open(options: SinkOptions): Promise<Sink>
  readonly mechanisms: readonly string[]
}

const run = '0badcafe'
const idOf = (index: number) => formatIdentity({ run, trial: 1, index })
const content = (index: number) => `${ID_HEADER}: ${idOf(index)}\r\nSubject: x\r\n\r\nHello\r\n..\r\n.\r\n`
const envelope = 'MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n'

async function codes(session: SmtpSession, count: number): Promise<string[]> {
  const found: string[] = []
  while (found.length < count) found.push((await session.reply()).slice(0, 3))
  return found
}

async function openListener(
  engine: SmtpEngine,
  auth?: boolean,
): Promise<{ sinks: Sinks; session: SmtpSession }> {
  const sinks = await openSinks({
    listeners: [{ protocol: 'smtp', engine, tls: 'none', ...(auth !== undefined && { auth }) }],
    script: {},
    seed: 'smtp',
  })
  const [endpoint] = sinks.endpoints
  if (!endpoint) throw new Error('no endpoint')
  const session = createSmtpSession(await openSocket(endpoint, sinks.ca))
  await session.reply()
  return { sinks, session }
}

/** A session that has said EHLO. */
async function openScripted(open: SubmissionCase['open'], options: Partial<SinkOptions>) {
  const ledger: Ledger = createLedger()
  const sink = await open({
    host: '127.0.0.1',
    port: 0,
    tls: 'none',
    auth: 'off',
    sizeLimitBytes: 1000,
    script: compileScript({}),
    draws: createDraws('smtp'),
    clock: systemClock,
    ledger,
    ...options,
  })
  const session = createSmtpSession(await openSocket(sink.endpoint, ''))
  await session.reply()
  await session.say('EHLO client.example.net')
  return {
    session,
    ledger,
    async [Symbol.asyncDispose]() {
      session.end()
      await sink[Symbol.asyncDispose]()
    },
  }
}

const refusingUnknown: Script = ({ step, address }) => ({
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

/** What every SMTP sink does beyond taking messages: extensions, and the script's steps. */
export function testSubmission({ name, engine, open, mechanisms }: SubmissionCase): void {
  describe(name, () => {
    it('offers what a submission server offers, and AUTH only where it is on', async () => {
      for (const auth of [true, false]) {
        const { sinks, session } = await openListener(engine, auth)
        const [endpoint] = sinks.endpoints
        if (!endpoint) throw new Error('no endpoint')
        const socket = await openSocket(endpoint, sinks.ca)
        socket.write('EHLO client.example.net\r\nQUIT\r\n')
        const lines = Buffer.concat(await socket.toArray())
          .toString()
          .split('\r\n')
        const keywords = lines.flatMap(line => /^250[- ](\S.*)$/.exec(line)?.[1] ?? [])
        const always = ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES', 'DSN', 'SIZE 52428800']
        expect(keywords).toEqual(expect.arrayContaining(always))
        const offered = keywords
          .find(keyword => keyword.startsWith('AUTH '))
          ?.split(' ')
          .slice(1)
        expect(offered?.sort()).toEqual(auth ? [...mechanisms].sort() : undefined)
        session.end()
        await sinks[Symbol.asyncDispose]()
      }
    })

    it('refuses by the announced size at MAIL (RFC 1870 §6.1)', async () => {
      const { sinks, session } = await openListener(engine, false)
      await session.say('EHLO client.example.net')
      expect(await session.say('MAIL FROM:<a@example.net> SIZE=52428801')).toMatch(/^552 5\.3\.4 /)
      session.end()
      await sinks[Symbol.asyncDispose]()
    })

    it('takes AUTH LOGIN, and many commands before it', async () => {
      const { sinks, session } = await openListener(engine, true)
      await session.say('EHLO client.example.net')
      for (let i = 0; i < 30; i++) expect(await session.say('NOOP')).toMatch(/^250/)
      expect(await session.say('AUTH LOGIN')).toBe('334 VXNlcm5hbWU6')
      await session.say(Buffer.from('any').toString('base64'))
      expect(await session.say(Buffer.from('thing').toString('base64'))).toMatch(/^235/)
      session.end()
      await sinks[Symbol.asyncDispose]()
    })

    it('asks the script at each step, so that a recipient may be refused and the rest accepted', async () => {
      await using bench = await openScripted(open, { script: refusingUnknown })
      await bench.session.say('MAIL FROM:<a@example.net>')
      expect(await bench.session.say('RCPT TO:<unknown@example.net>')).toBe('550 5.1.1 No such mailbox')
      expect(await bench.session.say('RCPT TO:<known@example.net>')).toMatch(/^250/)
      expect(await bench.session.say('DATA')).toMatch(/^354/)
    })

    it('works with nodemailer: pooled, with STARTTLS and credentials', async () => {
      const pass = 'secret'
      await using sinks = await openSinks({
        listeners: [{ protocol: 'smtp', engine, tls: 'starttls' }],
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
          headers: { [ID_HEADER]: idOf(index) },
        })
      }
      transport.close()
      expect([...sinks.ledger.receipts(run, 1).counts]).toEqual([1, 1])
    })
  })
}

/** What every SMTP sink makes of commands that do not wait for replies (RFC 2920). */
export function testPipelining({ name, open }: SubmissionCase): void {
  describe(`${name}, pipelined`, () => {
    it('answers a group of commands in their order (RFC 2920 §3.2)', async () => {
      await using bench = await openScripted(open, {})
      bench.session.write(`MAIL FROM:<a@example.net>\r\nRSET\r\nRCPT TO:<b@example.net>\r\n${envelope}`)
      expect(await codes(bench.session, 6)).toEqual(['250', '250', '503', '250', '250', '354'])
    })

    it('takes the content of one message together with the envelope of the next', async () => {
      await using bench = await openScripted(open, {})
      bench.session.write(envelope)
      await codes(bench.session, 3)
      for (const index of [0, 1, 2]) {
        bench.session.write(`${content(index)}${envelope}`)
        expect(await codes(bench.session, 4)).toEqual(['250', '250', '250', '354'])
      }
      expect([...bench.ledger.receipts(run, 1).counts]).toEqual([1, 1, 1])
    })

    it('keeps replies in order while it thinks about a message and the next is there already', async () => {
      const clock = createManualClock()
      await using bench = await openScripted(open, {
        clock,
        script: compileScript({ think: '50ms', reject: '100%' }),
      })
      bench.session.write(envelope)
      await codes(bench.session, 3)
      for (const index of [0, 1]) {
        let isAnswered = false
        bench.session.write(`${content(index)}${envelope}`)
        const replies = codes(bench.session, 4).finally(() => {
          isAnswered = true
        })
        await clock.asleep(index + 1)
        // Another connection's whole setup passes by meanwhile: an answer would have arrived.
        await (await openScripted(open, {}))[Symbol.asyncDispose]()
        expect(isAnswered).toBe(false)
        clock.advance(50 * NS_PER_MS)
        expect(await replies).toEqual(['550', '250', '250', '354'])
      }
    })

    it('does not begin a content that no recipient was accepted for', async () => {
      await using bench = await openScripted(open, {})
      bench.session.write('MAIL FROM:<a@example.net>\r\nDATA\r\nNOOP\r\n')
      expect(await codes(bench.session, 3)).toEqual(['250', '503', '250'])
    })
  })
}

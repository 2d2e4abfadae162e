import { describe, expect, it } from 'vitest'
import type { Phase } from '../phase.ts'
import type { TlsMode } from '../sink/sink.ts'
import { openSmtpSink } from '../sink/smtp.ts'
import {
  leap,
  presentPhases,
  type TestOptions,
  type TransportCase,
  templateOf,
  testOptions,
  testTransport,
  testUser,
} from './contract.ts'
import { submitTo, testSmtpClient } from './contract-smtp.ts'
import { leapingClock } from './leaping-clock.fixture.ts'
import { smtpDialogue } from './scripted-dialogue.ts'
import { end, openScripted, reset, type Step, say, skip } from './scripted-server.ts'
import { nodemailerTransport } from './smtp-nodemailer.ts'

const setup: Record<TlsMode, Phase[]> = {
  none: ['greeting', 'hello', 'auth'],
  starttls: ['tls', 'greeting', 'hello', 'starttls', 'auth'],
  implicit: ['tls', 'greeting', 'hello', 'auth'],
}
const clientTls = { none: 'none', starttls: 'required', implicit: 'implicit' } as const

interface Variant {
  readonly tls: TlsMode
  readonly form: 'structured' | 'raw'
  readonly reuse: boolean
}

function open(options: TestOptions, variant: Variant) {
  const { host, port, ca, password, ...rest } = options
  return nodemailerTransport({
    address: { host, port },
    trust: { insecure: false, resume: false, ...(ca !== '' && { ca }) },
    credentials: { user: testUser.user, password },
    ...rest,
    ...variant,
    tls: clientTls[variant.tls],
  })
}

function scriptFor(tls: TlsMode): TransportCase['script'] {
  const withTls = (options: object) => ({ tls: tls === 'none' ? undefined : { mode: tls, options } })
  return {
    handshake: steps =>
      tls === 'implicit'
        ? async peer => {
            for (const step of steps) await step(peer)
          }
        : smtpDialogue({ STARTTLS: [peer => peer.say('220 2.0.0 go ahead\r\n'), ...steps] }, withTls({})),
    part: (steps, options) =>
      smtpDialogue({ DATA: [peer => peer.say('354 go ahead\r\n'), skip(8192), ...steps] }, withTls(options)),
    whole: (steps, options) => smtpDialogue({ '.': steps }, withTls(options)),
  }
}

function caseOf(tls: TlsMode, form: 'structured' | 'raw', reuse: boolean): TransportCase {
  const message: Phase[] = ['envelope', 'data', 'content', 'reply']
  return {
    name: `nodemailer, ${form}, ${reuse ? 'pooled' : 'fresh'}, TLS ${tls}`,
    tls,
    reuse,
    queues: reuse,
    openSink: openSmtpSink,
    open: options => open(options, { tls, form, reuse }),
    cold: ['encode', 'queue', 'connect', ...setup[tls], ...message],
    warm: ['encode', 'queue', ...message],
    wrongPassword: { phase: 'auth', code: 535, enhancedCode: '5.7.8' },
    sending: 'content',
    awaiting: 'reply',
    script: scriptFor(tls),
  }
}

for (const tls of ['none', 'starttls', 'implicit'] as const) {
  for (const reuse of [true, false]) testTransport(caseOf(tls, 'structured', reuse))
}
testTransport(caseOf('starttls', 'raw', true))
testTransport(caseOf('none', 'raw', false))

const client = (reuse: boolean) => ({
  open: (options: TestOptions, tls: TlsMode) => open(options, { tls, form: 'structured', reuse }),
})
const pooled = client(true)
const fresh = client(false)

testSmtpClient({ name: 'nodemailer, pooled', ...pooled })
testSmtpClient({ name: 'nodemailer, fresh', ...fresh })

describe('a pool of nodemailer', () => {
  it('goes on with a connection on which a message was refused', async () => {
    const { replies, accepted } = await submitTo(pooled, {
      reactions: { '.': ['554 5.7.1 No', '250 ok'] },
      messages: 2,
    })
    expect(replies.map(({ outcome }) => outcome)).toEqual(['rejected', 'accepted'])
    expect(accepted).toBe(1)
  })

  it('opens another connection when the server has closed one that was idle', async () => {
    await using server = await openScripted([smtpDialogue({ '.': [say('250 2.0.0 taken\r\n'), end] })])
    await using transport = open(testOptions({ port: server.port }), {
      tls: 'none',
      form: 'raw',
      reuse: true,
    })
    const template = await templateOf('password-reset')
    for (const index of [0, 1]) {
      const reply = await transport.submit(template.message(index))
      expect(reply).toMatchObject({ outcome: 'accepted', connectionId: index + 1 })
      expect(presentPhases(reply)).toContain('greeting')
      await server.idle()
    }
  })

  it.each([
    ['is reset', [reset], { outcome: 'faulted', phase: 'envelope', cause: 'reset' }],
    [
      'says 421',
      [say('421 4.4.2 Idle for too long\r\n'), end],
      { outcome: 'deferred', phase: 'envelope', cause: 'server', code: 421 },
    ],
  ] as const)(
    'tells of a kept connection that %s at the next message, and does not try again',
    async (_how, steps, expected) => {
      let mails = 0
      const MAIL: Step = async peer => {
        mails += 1
        if (mails === 1) return peer.say('250 2.1.0 ok\r\n')
        for (const step of steps) await step(peer)
      }
      const { replies, accepted } = await submitTo(pooled, { reactions: { MAIL: [MAIL] }, messages: 2 })
      expect(replies[0]?.outcome).toBe('accepted')
      expect(replies[1]).toMatchObject({ ...expected, connectionId: 1 })
      expect(replies[1] && presentPhases(replies[1])).toEqual(['encode', 'queue', 'envelope'])
      expect([accepted, mails]).toEqual([1, 2])
    },
  )

  it('takes a message that waited too long out of its queue', async () => {
    const log: string[] = []
    const clock = leapingClock()
    const slowly = (reply: string): Step[] => [leap(clock, 0.7), say(`${reply}\r\n`)]
    const reactions = { greeting: slowly('220 hello'), '.': slowly('250 2.0.0 taken') }
    await using server = await openScripted([smtpDialogue(reactions, { log })])
    const options = testOptions({ port: server.port, clock, connections: 1 })
    await using transport = open(options, { tls: 'none', form: 'raw', reuse: true })
    const template = await templateOf('password-reset')
    const [first, second] = await Promise.all([0, 1].map(index => transport.submit(template.message(index))))
    expect(first?.outcome).toBe('accepted')
    expect(second).toMatchObject({ outcome: 'faulted', phase: 'queue', cause: 'timeout', connectionId: 0 })
    const third = await transport.submit(template.message(2))
    expect(third).toMatchObject({ outcome: 'accepted', connectionId: 1 })
    expect(log.filter(verb => verb === 'MAIL').length).toBe(2)
  })
})

describe('nodemailer', () => {
  it('sends no credentials, and says nothing of it, where AUTH is not offered', async () => {
    const { reply, log } = await submitTo(fresh, { reactions: { EHLO: '250 scripted' } })
    expect(reply?.outcome).toBe('accepted')
    expect(log).toEqual(['EHLO', 'MAIL', 'RCPT', 'DATA'])
  })

  it('goes without QUIT', async () => {
    const { log } = await submitTo(fresh, { reactions: {} })
    expect(log).toEqual(['EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA'])
  })
})

import { describe, expect, it } from 'vitest'
import type { Phase } from '../phase.ts'
import type { Reply } from '../sample.ts'
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
  untilTimeout,
} from './contract.ts'
import { leapingClock } from './leaping-clock.fixture.ts'
import { type SmtpReactions, smtpDialogue } from './scripted-dialogue.ts'
import { end, openScripted, reset, type Step, say, settle, silence, skip } from './scripted-server.ts'
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

interface Submission {
  readonly reactions: SmtpReactions
  readonly reuse?: boolean
  readonly recipients?: number
  readonly tls?: TlsMode
  readonly messages?: number
}

/** Submits one message after another to a server that reacts so, and tells what it heard. */
async function submitTo({
  reactions,
  reuse = false,
  recipients = 1,
  tls = 'none',
  messages = 1,
}: Submission) {
  const log: string[] = []
  const clock = leapingClock()
  const timed = Object.fromEntries(
    Object.entries(reactions).map(([point, reaction]) => [
      point,
      typeof reaction === 'string' ? reaction : untilTimeout<string | Step>(reaction, clock),
    ]),
  ) as SmtpReactions
  await using server = await openScripted([smtpDialogue(timed, { log })])
  await using transport = open(testOptions({ port: server.port, clock, connections: 1 }), {
    tls,
    form: 'structured',
    reuse,
  })
  const template = await templateOf('password-reset', recipients)
  const replies: Reply[] = []
  for (let index = 0; index < messages; index++) replies.push(await transport.submit(template.message(index)))
  return { replies, reply: replies[0], log, accepted: server.accepted }
}

/** What follows a refused MAIL in one flight with it. */
const noSender = { RCPT: '503 5.5.1 No sender', DATA: '503 5.5.1 No sender' }
const noRecipient = { DATA: '503 5.5.1 No recipients' }
const noPipelining = { EHLO: '250-scripted\r\n250 AUTH PLAIN' }

type Row = readonly [name: string, reactions: SmtpReactions, expected: Partial<Reply>]

const refusals: readonly Row[] = [
  [
    'a greeting of 421',
    { greeting: '421 4.3.2 Closing' },
    { outcome: 'deferred', phase: 'greeting', cause: 'server', code: 421 },
  ],
  [
    'a greeting of 554',
    { greeting: '554 No service' },
    { outcome: 'rejected', phase: 'greeting', cause: 'policy', code: 554 },
  ],
  [
    'EHLO and HELO refused',
    { EHLO: '550 Go away', HELO: '550 Go away' },
    { outcome: 'rejected', phase: 'hello', cause: 'policy', code: 550 },
  ],
  [
    'AUTH refused for now',
    { AUTH: '454 4.7.0 Later' },
    { outcome: 'deferred', phase: 'auth', cause: 'auth', code: 454 },
  ],
  [
    'AUTH refused without an enhanced code',
    { AUTH: '535 Authentication Failed.' },
    { outcome: 'rejected', phase: 'auth', cause: 'auth', code: 535 },
  ],
  [
    'MAIL refused',
    { MAIL: '550 5.7.1 No', ...noSender },
    { outcome: 'rejected', phase: 'envelope', cause: 'policy', code: 550, enhancedCode: '5.7.1' },
  ],
  [
    'MAIL refused for now',
    { MAIL: '451 4.3.0 Later', ...noSender },
    { outcome: 'deferred', phase: 'envelope', cause: 'server', code: 451 },
  ],
  [
    'MAIL refused, and 421 to the rest',
    { MAIL: '421 4.7.0 Bye', ...noSender },
    { outcome: 'deferred', phase: 'envelope', cause: 'throttled', code: 421 },
  ],
  [
    'MAIL refused without pipelining',
    { MAIL: '553 Relaying disallowed', ...noPipelining },
    { outcome: 'rejected', phase: 'envelope', cause: 'sender', code: 553 },
  ],
  [
    'every RCPT refused',
    { RCPT: '550 5.1.1 Who?', ...noRecipient },
    { outcome: 'rejected', phase: 'envelope', cause: 'recipient', code: 550, enhancedCode: '5.1.1' },
  ],
  [
    'every RCPT refused, and DATA taken all the same',
    { RCPT: '550 5.1.1 Who?', '.': '554 5.5.1 No recipients' },
    { outcome: 'rejected', phase: 'envelope', cause: 'recipient', code: 550 },
  ],
  [
    'every RCPT refused without pipelining',
    { RCPT: '550 5.1.1 Who?', ...noPipelining },
    { outcome: 'rejected', phase: 'envelope', cause: 'recipient', code: 550 },
  ],
  [
    'DATA refused',
    { DATA: '451 4.3.0 Later' },
    { outcome: 'deferred', phase: 'data', cause: 'server', code: 451 },
  ],
  [
    'the message refused',
    { '.': '554 5.7.1 Spam' },
    { outcome: 'rejected', phase: 'reply', cause: 'policy', code: 554 },
  ],
  [
    'the message refused for its size',
    { '.': '552 Too much' },
    { outcome: 'rejected', phase: 'reply', cause: 'content', code: 552 },
  ],
  [
    'the message answered with 421',
    { '.': '421 4.3.2 Closing' },
    { outcome: 'deferred', phase: 'reply', cause: 'server', code: 421 },
  ],
  [
    'a reply of several lines',
    { '.': '554-5.7.1 Spam\r\n554 5.7.1 indeed' },
    { outcome: 'rejected', phase: 'reply', cause: 'policy', code: 554, enhancedCode: '5.7.1' },
  ],
  [
    'control characters in a reply',
    { '.': '554 5.7.1 \x1b[31m\x07\x00\x08spam\x7f\xff' },
    { outcome: 'rejected', phase: 'reply', cause: 'policy', code: 554 },
  ],
]

const faults: readonly Row[] = [
  [
    'silence for a greeting',
    { greeting: [silence] },
    { outcome: 'faulted', phase: 'greeting', cause: 'timeout' },
  ],
  [
    'a reset for a greeting',
    { greeting: [settle, reset] },
    { outcome: 'faulted', phase: 'greeting', cause: 'reset' },
  ],
  ['an end for a greeting', { greeting: [end] }, { outcome: 'faulted', phase: 'greeting', cause: 'reset' }],
  ['silence after EHLO', { EHLO: [silence] }, { outcome: 'faulted', phase: 'hello', cause: 'timeout' }],
  ['a reset after EHLO', { EHLO: [reset] }, { outcome: 'faulted', phase: 'hello', cause: 'reset' }],
  ['silence after AUTH', { AUTH: [silence] }, { outcome: 'faulted', phase: 'auth', cause: 'timeout' }],
  ['silence after MAIL', { MAIL: [silence] }, { outcome: 'faulted', phase: 'envelope', cause: 'timeout' }],
  ['a reset after MAIL', { MAIL: [reset] }, { outcome: 'faulted', phase: 'envelope', cause: 'reset' }],
  ['an end after MAIL', { MAIL: [end] }, { outcome: 'faulted', phase: 'envelope', cause: 'reset' }],
  ['silence after DATA', { DATA: [silence] }, { outcome: 'faulted', phase: 'data', cause: 'timeout' }],
  ['a reset after DATA', { DATA: [reset] }, { outcome: 'faulted', phase: 'data', cause: 'reset' }],
  [
    'another protocol',
    { greeting: 'SSH-2.0-OpenSSH_9.9' },
    { outcome: 'faulted', phase: 'greeting', cause: 'protocol' },
  ],
  [
    'a greeting that is a reply to something else',
    { greeting: '250 2.0.0 taken' },
    { outcome: 'faulted', phase: 'greeting', cause: 'protocol' },
  ],
  [
    'one reply too many',
    { EHLO: '250 scripted\r\n250 2.0.0 taken' },
    { outcome: 'faulted', cause: 'protocol' },
  ],
  [
    'nonsense after MAIL',
    { MAIL: 'moo', ...noSender },
    { outcome: 'faulted', phase: 'envelope', cause: 'protocol' },
  ],
  ['nonsense after the message', { '.': 'moo' }, { outcome: 'in_doubt', phase: 'reply', cause: 'protocol' }],
  [
    'another 354 after the message',
    { '.': '354 go on' },
    { outcome: 'in_doubt', phase: 'reply', cause: 'protocol' },
  ],
  [
    'half a refusal of the message',
    { '.': [say('554 5.7'), end] },
    { outcome: 'in_doubt', phase: 'reply', cause: 'reset' },
  ],
  [
    'half an acceptance of the message',
    { '.': [say('250 2.0.0 ok'), end] },
    { outcome: 'in_doubt', phase: 'reply', cause: 'reset' },
  ],
]

describe.each([
  ['pooled', true],
  ['fresh', false],
] as const)('nodemailer, %s', (_name, reuse) => {
  it.concurrent.each(refusals)('reads %s', async (_what, reactions, expected) => {
    const { reply, accepted } = await submitTo({ reactions, reuse })
    expect(reply).toMatchObject({ ...expected, connectionId: 1 })
    expect(accepted).toBe(1)
  })

  it.concurrent.each(faults)('places %s', async (_what, reactions, expected) => {
    const { reply, accepted } = await submitTo({ reactions, reuse })
    expect(reply).toMatchObject({ ...expected, connectionId: 1 })
    expect(reply?.code).toBeUndefined()
    expect(accepted).toBe(1)
  })

  it('counts the recipients that were refused of an accepted message', async () => {
    const RCPT = ['250 2.1.5 ok', '550 5.1.1 Who?', '250 2.1.5 ok']
    for (const extensions of [{}, noPipelining]) {
      const { reply, log } = await submitTo({ reactions: { RCPT, ...extensions }, recipients: 3, reuse })
      expect(reply).toMatchObject({ outcome: 'accepted', code: 250, recipientsRefused: 1 })
      expect(log.filter(verb => verb === 'RCPT').length).toBe(3)
      expect(reply && presentPhases(reply).slice(-4)).toEqual(['envelope', 'data', 'content', 'reply'])
    }
  })

  it('is deferred when one of the recipients was, and none was taken', async () => {
    const RCPT = ['550 5.1.1 Who?', '450 4.2.1 Later', '550 5.1.1 Who?']
    const { reply } = await submitTo({ reactions: { RCPT, ...noRecipient }, recipients: 3, reuse })
    expect(reply).toMatchObject({ outcome: 'deferred', phase: 'envelope', code: 450 })
  })

  it('fails rather than send in the clear', async () => {
    const refused = await submitTo({
      reactions: { STARTTLS: '454 4.7.0 TLS not available' },
      tls: 'starttls',
      reuse,
    })
    const unknown = await submitTo({ reactions: { STARTTLS: '502 5.5.1 What?' }, tls: 'starttls', reuse })
    const place = { phase: 'starttls', cause: 'tls' }
    expect(refused.reply).toMatchObject({ outcome: 'deferred', code: 454, ...place })
    expect(unknown.reply).toMatchObject({ outcome: 'rejected', code: 502, ...place })
    expect([...refused.log, ...unknown.log]).toEqual(['EHLO', 'STARTTLS', 'EHLO', 'STARTTLS'])
  })
})

describe('a pool of nodemailer', () => {
  it('goes on with a connection on which a message was refused', async () => {
    const { replies, accepted } = await submitTo({
      reactions: { '.': ['554 5.7.1 No', '250 ok'] },
      reuse: true,
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
      const { replies, accepted } = await submitTo({ reactions: { MAIL: [MAIL] }, reuse: true, messages: 2 })
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
    const { reply, log } = await submitTo({ reactions: { EHLO: '250 scripted' } })
    expect(reply?.outcome).toBe('accepted')
    expect(log).toEqual(['EHLO', 'MAIL', 'RCPT', 'DATA'])
  })

  it('goes without QUIT', async () => {
    const { log } = await submitTo({ reactions: {} })
    expect(log).toEqual(['EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA'])
  })
})

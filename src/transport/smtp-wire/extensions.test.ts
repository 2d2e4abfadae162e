import { describe, expect, it } from 'vitest'
import { loadTemplate } from '../../message/corpus.ts'
import { templateOf } from '../contract.ts'
import type { SmtpPoint } from '../scripted-dialogue.ts'
import { openScripted, type Step } from '../scripted-server.ts'
import { checkEnvelope } from './commands.ts'
import type { SmtpWireOptions } from './smtp-wire.ts'
import { openWire, tryWire } from './wire.fixture.ts'

const offer = (...keywords: string[]) =>
  ['250-scripted', ...keywords.map(word => `250-${word}`), '250 OK'].join('\r\n')

/** The commands MAIL and RCPT as they were heard. */
async function envelopeOf(
  keywords: readonly string[],
  options: Partial<SmtpWireOptions> = {},
  source: Parameters<typeof templateOf>[0] = { sizeBytes: 1024 },
) {
  const heard: string[] = []
  const listen: Step = async peer => {
    peer.say('220 scripted\r\n')
    await peer.hear(/\r\n/)
    peer.say(`${offer(...keywords)}\r\n`)
    for (const reply of ['250 ok', '550 5.7.1 enough']) {
      heard.push(
        Buffer.from(await peer.hear(/\r\n/), 'latin1')
          .toString('utf8')
          .trimEnd(),
      )
      peer.say(`${reply}\r\n`)
    }
  }
  await using server = await openScripted([listen])
  await using transport = openWire(server.port, { mode: 'lockstep', ...options })
  const reply = await transport.submit((await templateOf(source)).message(1))
  return { heard, reply, fallbacks: transport.fallbacks }
}

const to = (suffix = '') => `RCPT TO:<recipient+0badcafe-0001-00000001@example.net>${suffix}`

describe('an envelope', () => {
  it('asks for nothing that is not offered', async () => {
    const dsn = { notify: 'never', returns: 'headers' } as const
    const { heard, fallbacks } = await envelopeOf([], { dsn })
    expect(heard).toEqual(['MAIL FROM:<bench@example.net>', to()])
    expect(fallbacks).toEqual(['dsn: the server does not offer DSN'])
  })

  it('declares the size where that is asked for (RFC 1870)', async () => {
    const { heard } = await envelopeOf(['SIZE 5000', '8BITMIME', 'SMTPUTF8', 'DSN'])
    expect(heard).toEqual(['MAIL FROM:<bench@example.net> SIZE=1024', to()])
  })

  it.each([
    [{}, ' ENVID=0badcafe-0001-00000001', ''],
    [{ notify: 'never' }, ' ENVID=0badcafe-0001-00000001', ' NOTIFY=NEVER'],
    [
      { notify: ['success', 'delay'], returns: 'full' },
      ' RET=FULL ENVID=0badcafe-0001-00000001',
      ' NOTIFY=SUCCESS,DELAY',
    ],
    [{ returns: 'headers' }, ' RET=HDRS ENVID=0badcafe-0001-00000001', ''],
  ] as const)('asks for notifications when told so: %j (RFC 3461)', async (dsn, ofMail, ofRecipient) => {
    const { heard, fallbacks } = await envelopeOf(['DSN'], { dsn })
    expect(heard).toEqual([`MAIL FROM:<bench@example.net>${ofMail}`, to(ofRecipient)])
    expect(fallbacks).toEqual([])
  })

  it('is in UTF-8 where the message needs it (RFC 6531)', async () => {
    const { heard } = await envelopeOf(['8BITMIME', 'SMTPUTF8'], {}, 'international')
    expect(heard).toEqual([
      'MAIL FROM:<bench@example.net> BODY=8BITMIME SMTPUTF8',
      'RCPT TO:<δοκιμή+0badcafe-0001-00000001@example.net>',
    ])
  })
})

describe('a message that the server cannot take', () => {
  it.each([
    ['for want of SMTPUTF8', 'international', [], 'protocol', /SMTPUTF8/],
    ['for its size', { sizeBytes: 1025 }, ['SIZE 1024'], 'content', /1025 bytes, of which .+ 1024/],
  ] as const)('%s is not sent, and counts as rejected', async (_why, source, keywords, cause, text) => {
    for (const mode of ['lockstep', 'pipelined', 'chunked'] as const) {
      const { replies, log, accepted } = await tryWire({
        reactions: { EHLO: offer('PIPELINING', 'CHUNKING', ...keywords) },
        options: { mode },
        source,
        messages: 2,
      })
      for (const reply of replies) {
        expect(reply).toMatchObject({ outcome: 'rejected', phase: 'envelope', cause, connectionId: 1 })
        expect(reply.code).toBeUndefined()
        expect(reply.text).toMatch(text)
      }
      expect([log, accepted]).toEqual([['EHLO'], 1])
    }
  })

  it('for its size is one byte too large', async () => {
    const { replies } = await tryWire({
      reactions: { EHLO: offer('SIZE 1024') },
      source: { sizeBytes: 1024 },
    })
    expect(replies[0]?.outcome).toBe('accepted')
  })
})

it('an address that would end its command is a bug of ours', async () => {
  const template = await loadTemplate('receipt', { run: '0badcafe', trial: 1 })
  for (const address of ['a@example.net>\r\nDATA', 'a\n@example.net', 'a\0@example.net', '<a@example.net']) {
    const message = (envelope: { from: string; to: string[] }) =>
      Object.defineProperty(template.message(1), 'envelope', { value: envelope })
    expect(() => checkEnvelope(message({ from: 'b@example.net', to: ['c@example.net', address] }))).toThrow()
    expect(() => checkEnvelope(message({ from: address, to: ['c@example.net'] }))).toThrow()
  }
  expect(() => checkEnvelope(template.message(1))).not.toThrow()
})

const points: SmtpPoint[] = ['MAIL', 'RCPT', '.']
it.each(points)('an enhanced status code is read of a refused %s (RFC 2034)', async point => {
  const { replies } = await tryWire({ reactions: { [point]: '550-5.7.26 Not\r\n550 5.7.26 you' } })
  expect(replies[0]).toMatchObject({
    outcome: 'rejected',
    code: 550,
    enhancedCode: '5.7.26',
    cause: 'policy',
  })
})

import { describe, expect, it } from 'vitest'
import { templateOf } from '../contract.ts'
import { openScripted, type Peer, type Step } from '../scripted-server.ts'
import { bestMechanism } from './sasl.ts'
import type { SmtpWireOptions } from './smtp-wire.ts'
import { openWire } from './wire.fixture.ts'

// RFC 2195 §2.
const credentials = { user: 'tim', password: 'tanstaaftanstaaf' }
const challenge = '<1896.697170952@postoffice.reston.mci.net>'

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Offers `mechanisms`, then answers AUTH and what follows it by `answers`, which are not asked of MAIL. */
async function authenticate(
  mechanisms: string,
  answers: readonly string[],
  options: Partial<SmtpWireOptions> = {},
) {
  const heard: string[] = []
  const next = async (peer: Peer) => {
    const line = (await peer.hear(/\r\n/)).slice(0, -2)
    heard.push(line)
    return line
  }
  const session: Step = async peer => {
    peer.say('220 scripted\r\n')
    await peer.hear(/\r\n/)
    peer.say(`250-scripted\r\n250 AUTH ${mechanisms}\r\n`)
    for (const answer of answers) {
      await next(peer)
      peer.say(`${answer}\r\n`)
    }
    await next(peer)
    peer.say('550 5.7.1 enough\r\n')
  }
  await using server = await openScripted([session])
  await using transport = openWire(server.port, { credentials, ...options })
  const reply = await transport.submit((await templateOf('password-reset')).message(0))
  return {
    heard: heard.filter(line => !line.startsWith('MAIL')),
    reply,
    hasPassed: heard.some(line => line.startsWith('MAIL')),
  }
}

describe('AUTH', () => {
  it('PLAIN is one command (RFC 4616 §2, RFC 4954 §4)', async () => {
    const { heard, hasPassed } = await authenticate('PLAIN LOGIN', ['235 2.7.0 welcome'])
    expect(heard).toEqual([`AUTH PLAIN ${base64('\0tim\0tanstaaftanstaaf')}`])
    expect(hasPassed).toBe(true)
  })

  it('LOGIN is three', async () => {
    const { heard, hasPassed } = await authenticate('LOGIN', [
      '334 VXNlcm5hbWU6',
      '334 UGFzc3dvcmQ6',
      '235 ok',
    ])
    expect(heard).toEqual(['AUTH LOGIN', base64('tim'), base64('tanstaaftanstaaf')])
    expect(hasPassed).toBe(true)
  })

  it('CRAM-MD5 answers as the example of RFC 2195 §2 does', async () => {
    const { heard, hasPassed } = await authenticate('CRAM-MD5', [`334 ${base64(challenge)}`, '235 ok'])
    expect(heard).toEqual(['AUTH CRAM-MD5', base64('tim b913a602c7eda7a495b4e6e7334d3890')])
    expect(hasPassed).toBe(true)
  })

  it('XOAUTH2 sends a token, and answers nothing to a refusal that comes as a challenge', async () => {
    const asked = { mechanism: 'XOAUTH2' } as const
    const first = `AUTH XOAUTH2 ${base64('user=tim\x01auth=Bearer tanstaaftanstaaf\x01\x01')}`
    const welcome = await authenticate('PLAIN XOAUTH2', ['235 ok'], asked)
    expect([welcome.heard, welcome.hasPassed]).toEqual([[first], true])
    const refused = await authenticate('XOAUTH2', ['334 eyJzdGF0dXMiOiI0MDEifQ==', '535 5.7.8 no'], asked)
    expect(refused.heard).toEqual([first, ''])
    expect(refused.reply).toMatchObject({ outcome: 'rejected', phase: 'auth', cause: 'auth', code: 535 })
  })

  it('waits with a first response that would make the command too long (RFC 4954 §4)', async () => {
    const password = 't'.repeat(2000)
    const { heard, hasPassed } = await authenticate('PLAIN', ['334 ', '235 ok'], {
      credentials: { user: 'tim', password },
    })
    expect(heard).toEqual(['AUTH PLAIN', base64(`\0tim\0${password}`)])
    expect(hasPassed).toBe(true)
  })

  it('is what the user wants, or nothing', async () => {
    const login = await authenticate('PLAIN LOGIN', ['334 ', '334 ', '235 ok'], { mechanism: 'LOGIN' })
    expect(login.heard[0]).toBe('AUTH LOGIN')
    const none = await authenticate('PLAIN LOGIN', [], { mechanism: 'CRAM-MD5' })
    const place = { outcome: 'faulted', phase: 'auth', cause: 'auth' }
    expect(none.reply).toMatchObject({ ...place, text: 'the server does not offer AUTH CRAM-MD5' })
    const unknown = await authenticate('GSSAPI', [])
    expect(unknown.reply).toMatchObject({ ...place, text: 'the server does not offer AUTH by password' })
    expect([none.hasPassed, unknown.hasPassed]).toEqual([false, false])
  })

  it('ends with a server that never has enough', async () => {
    const { reply, heard } = await authenticate('PLAIN', ['334 ', '334 ', '334 '])
    expect(reply).toMatchObject({ outcome: 'faulted', phase: 'auth', cause: 'protocol' })
    expect(heard.length).toBe(1)
  })

  it('tells nobody of the credentials', async () => {
    const secrets = ['tanstaaftanstaaf', base64('\0tim\0tanstaaftanstaaf'), base64('tanstaaftanstaaf')]
    for (const answers of [['535 no'], ['moo'], ['334 '], ['454 4.7.0 later'], ['220 what']]) {
      const { reply } = await authenticate('PLAIN', answers)
      expect(reply.outcome).not.toBe('accepted')
      for (const secret of secrets) expect(JSON.stringify(reply)).not.toContain(secret)
    }
  })

  it.each(['a\0b', 'a\x01b', 'a\r\nQUIT'])('is not tried with %j, which no mechanism can say', password => {
    expect(() => openWire(25, { credentials: { user: 'tim', password } })).toThrow(/credentials: /)
  })
})

describe('the best mechanism', () => {
  it.each([
    [['LOGIN', 'PLAIN', 'CRAM-MD5'], false, 'CRAM-MD5'],
    [['LOGIN', 'PLAIN'], false, 'PLAIN'],
    [['LOGIN', 'CRAM-MD5', 'PLAIN'], true, 'PLAIN'],
    [['LOGIN', 'CRAM-MD5'], true, 'CRAM-MD5'],
    [['XOAUTH2', 'LOGIN'], true, 'LOGIN'],
    [['XOAUTH2', 'GSSAPI'], true, undefined],
    [[], true, undefined],
  ] as const)('of %j, encrypted: %s, is %s', (offered, isEncrypted, best) => {
    expect(bestMechanism(offered, isEncrypted)).toBe(best)
  })
})

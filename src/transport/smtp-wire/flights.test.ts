import { describe, expect, it } from 'vitest'
import { templateOf } from '../contract.ts'
import { openScripted, type Step } from '../scripted-server.ts'
import type { SmtpWireOptions } from './smtp-wire.ts'
import { openWire, tryWire } from './wire.fixture.ts'

const EHLO = '250-scripted\r\n250-PIPELINING\r\n250 CHUNKING\r\n'

/** Commands of what came in one flight; a content is `…`. */
function commandsOf(flight: string): string[] {
  const lines = flight
    .replaceAll(/(?<=BDAT \d+ LAST\r\n)[\s\S]*?(?=RSET\r\n|$)/g, '…\r\n')
    .replace(/^[\w-]+: [\s\S]*\r\n\.\r\n/, '…\r\n')
    .split('\r\n')
  return lines.filter(line => line !== '').map(line => line.replace(/^(\w{4}).*/, '$1'))
}

interface Flown {
  readonly options: Partial<SmtpWireOptions>
  readonly messages: number
  /** Of whom each submits again as soon as it has heard. @default as many as messages */
  readonly users?: number
  /** Replies to each flight, which come together when all of it has come. */
  readonly replies: readonly (readonly string[])[]
}

/** The flights that a client's messages come in: each is answered as it comes, whole or not. */
async function fly({ options, messages, users = messages, replies }: Flown): Promise<string[][]> {
  const flights: string[][] = []
  const listen: Step = async peer => {
    peer.say('220 scripted\r\n')
    await peer.hear(/\r\n/)
    peer.say(EHLO)
    for (const answers of replies) {
      flights.push(commandsOf(await peer.hear(/[\s\S]+/)))
      peer.say(answers.map(reply => `${reply}\r\n`).join(''))
    }
  }
  await using server = await openScripted([listen])
  await using transport = openWire(server.port, options)
  const template = await templateOf('password-reset')
  let next = 0
  async function user(): Promise<void> {
    while (next < messages)
      expect((await transport.submit(template.message(next++))).outcome).toBe('accepted')
  }
  await Promise.all(Array.from({ length: users }, user))
  expect(transport.connectionsOpened).toBe(1)
  return flights
}

const ok = '250 2.0.0 ok'
const go = '354 go ahead'

describe('what goes together', () => {
  it('is nothing in lockstep, whatever the depth', async () => {
    const options = { mode: 'lockstep', depth: 4 } as const
    const replies = [[ok], [ok], [go], [ok], [ok], [ok], [go], [ok]]
    const message = [['MAIL'], ['RCPT'], ['DATA'], ['…']]
    expect(await fly({ options, messages: 2, replies })).toEqual([...message, ...message])
  })

  it('is envelope and DATA when pipelined (RFC 2920)', async () => {
    const replies = [[ok, ok, go], [ok], [ok, ok, go], [ok]]
    const message = [['MAIL', 'RCPT', 'DATA'], ['…']]
    expect(await fly({ options: { mode: 'pipelined' }, messages: 2, replies })).toEqual([
      ...message,
      ...message,
    ])
  })

  it.each([
    ['of messages that wait', 3],
    ['of whoever heard of its end in the same read', 2],
  ])('is a content and the next envelope when pipelined with a depth, %s', async (_whose, users) => {
    const options = { mode: 'pipelined', depth: 2 } as const
    const replies = [[ok, ok, go], [ok, ok, ok, go], [ok, ok, ok, go], [ok]]
    expect(await fly({ options, messages: 3, users, replies })).toEqual([
      ['MAIL', 'RCPT', 'DATA'],
      ['…', 'MAIL', 'RCPT', 'DATA'],
      ['…', 'MAIL', 'RCPT', 'DATA'],
      ['…'],
    ])
  })

  const chunked = ['MAIL', 'RCPT', 'BDAT', '…']

  it('is a whole message when chunked (RFC 3030)', async () => {
    const replies = [
      [ok, ok, ok],
      [ok, ok, ok],
    ]
    expect(await fly({ options: { mode: 'chunked' }, messages: 2, replies })).toEqual([chunked, chunked])
  })

  it.each([
    ['of messages that wait', 6],
    ['of those who heard of their ends in the same read', 3],
  ])('is several whole messages when chunked with a depth, %s', async (_whose, users) => {
    const options = { mode: 'chunked', depth: 3 } as const
    const [first, other] = [
      [ok, ok, ok],
      [ok, ok, ok, ok],
    ]
    const replies = [
      [...first, ...other, ...other],
      [...first, ...other, ...other],
    ]
    // RSET, so that none inherits the transaction of one before it that was refused.
    const flight = [...chunked, 'RSET', ...chunked, 'RSET', ...chunked]
    expect(await fly({ options, messages: 6, users, replies })).toEqual([flight, flight])
  })
})

describe('after a refusal', () => {
  const log = async (mode: SmtpWireOptions['mode'], reactions: object) => {
    const { replies, accepted, ...rest } = await tryWire({
      reactions,
      dialogue: { extensions: ['CHUNKING'] },
      options: { mode },
      messages: 2,
    })
    expect(accepted).toBe(1)
    return { outcomes: replies.map(({ outcome }) => outcome), log: rest.log.slice(1) }
  }

  it('of MAIL in lockstep the connection is used again', async () => {
    expect(await log('lockstep', { MAIL: ['550 5.7.1 No', ok] })).toEqual({
      outcomes: ['rejected', 'accepted'],
      log: ['MAIL', 'RSET', 'MAIL', 'RCPT', 'DATA'],
    })
  })

  it('of a whole envelope when pipelined the connection is used again', async () => {
    let datas = 0
    const DATA: Step = async peer => {
      datas += 1
      if (datas === 1) return peer.say('503 5.5.1 No\r\n')
      peer.say('354 go\r\n')
      await peer.hear(/\r\n\.\r\n/)
      peer.say('250 ok\r\n')
    }
    const refused = { MAIL: ['550 5.7.1 No', ok], RCPT: ['503 5.5.1 No', ok], DATA: [DATA] }
    expect(await log('pipelined', refused)).toEqual({
      outcomes: ['rejected', 'accepted'],
      log: ['MAIL', 'RCPT', 'DATA', 'RSET', 'MAIL', 'RCPT', 'DATA'],
    })
  })

  it('of all recipients a transaction that DATA was let into is ended by a lone dot (RFC 2920 §3.1)', async () => {
    const contents: string[] = []
    const { replies, log: heard } = await tryWire({
      reactions: { RCPT: ['550 5.1.1 Who?', ok], '.': ['554 5.5.1 No recipients', ok] },
      dialogue: { onContent: content => contents.push(content) },
      messages: 2,
    })
    expect(replies).toMatchObject([
      { outcome: 'rejected', phase: 'envelope', cause: 'recipient', code: 550 },
      { outcome: 'accepted' },
    ])
    expect(contents[0]).toBe('.\r\n')
    expect(contents[1]).toMatch(/^X-Mailbench-Id: /)
    expect(heard.slice(1)).toEqual(['MAIL', 'RCPT', 'DATA', 'MAIL', 'RCPT', 'DATA'])
  })

  it('of all recipients a chunk is discarded by the server, and RSET goes with what follows (RFC 3030 §2)', async () => {
    const result = await log('chunked', { RCPT: ['550 5.1.1 Who?', ok], '.': ['554 5.5.1 No', ok] })
    expect(result).toEqual({
      outcomes: ['rejected', 'accepted'],
      log: ['MAIL', 'RCPT', 'BDAT', 'RSET', 'MAIL', 'RCPT', 'BDAT'],
    })
  })

  it('of a message no RSET is needed after DATA (RFC 5321 §4.1.1.4), but after BDAT', async () => {
    const reactions = { '.': ['554 5.7.1 Spam', ok] }
    const pipelined = await log('pipelined', reactions)
    expect(pipelined.log).toEqual(['MAIL', 'RCPT', 'DATA', 'MAIL', 'RCPT', 'DATA'])
    const chunked = await log('chunked', reactions)
    expect(chunked.log).toEqual(['MAIL', 'RCPT', 'BDAT', 'RSET', 'MAIL', 'RCPT', 'BDAT'])
    for (const { outcomes } of [pipelined, chunked]) expect(outcomes).toEqual(['rejected', 'accepted'])
  })

  it('of one of several in flight the others are taken all the same', async () => {
    const { replies, accepted } = await tryWire({
      reactions: { RCPT: [ok, '550 5.1.1 Who?', ok, ok], '.': [ok, '554 5.5.1 No', '452 4.3.1 Full', ok] },
      dialogue: { extensions: ['CHUNKING'] },
      options: { mode: 'chunked', depth: 4 },
      messages: 4,
      atOnce: true,
    })
    expect(replies).toMatchObject([
      { outcome: 'accepted' },
      { outcome: 'rejected', phase: 'envelope', cause: 'recipient' },
      { outcome: 'deferred', phase: 'reply', code: 452 },
      { outcome: 'accepted' },
    ])
    expect(accepted).toBe(1)
  })

  it('of RSET the connection is given up', async () => {
    const { replies, accepted } = await tryWire({
      reactions: { MAIL: ['550 5.7.1 No', ok], RSET: '502 5.5.1 What?' },
      options: { mode: 'lockstep' },
      messages: 3,
    })
    expect(replies).toMatchObject([
      { outcome: 'rejected', connectionId: 1 },
      { outcome: 'rejected', phase: 'envelope', cause: 'protocol', code: 502, connectionId: 1 },
      { connectionId: 2 },
    ])
    expect(accepted).toBe(2)
  })
})

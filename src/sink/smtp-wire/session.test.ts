import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import type { Step } from '../fault/fault.ts'
import { compileScript } from '../script.ts'
import type { Script } from '../sink.ts'
import { MAX_RECIPIENTS } from './transaction.ts'
import { createWire } from './wire.fixture.ts'

const hello = 'EHLO client.example.net\r\n'
const envelope = 'MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.net>\r\n'
const idOf = (index: number) => `0badcafe-0001-0000000${index}`
const message = (index: number) => `X-Mailbench-Id: ${idOf(index)}\r\nSubject: x\r\n\r\nHello\r\n`
const bdat = (text: string, last = ' LAST') => `BDAT ${text.length}${last}\r\n${text}`

/** The codes of the replies to what follows the greeting and EHLO. */
function codesOf(text: string, options: Parameters<typeof createWire>[0] = {}): string {
  const wire = createWire(options)
  wire.feed(hello)
  const before = wire.codes().length
  wire.feed(text)
  return wire.codes().slice(before).trim()
}

describe('the order of commands', () => {
  it.each([
    ['MAIL twice', 'MAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\n', '250 503'],
    ['RCPT before MAIL', 'RCPT TO:<b@c>\r\n', '503'],
    ['DATA before MAIL', 'DATA\r\n', '503'],
    ['DATA before RCPT', 'MAIL FROM:<a@b>\r\nDATA\r\n', '250 503'],
    ['BDAT before MAIL', 'BDAT 4\r\nNOOPNOOP\r\n', '503 250'],
    ['BDAT before RCPT', `MAIL FROM:<a@b>\r\nBDAT 4 LAST\r\nNOOPNOOP\r\n`, '250 503 250'],
    ['DATA after BDAT', `${envelope}BDAT 4\r\nNOOPDATA\r\nRSET\r\n`, '250 250 250 503 250'],
    ['AUTH in a transaction', 'MAIL FROM:<a@b>\r\nAUTH PLAIN\r\n', '250 503'],
    ['AUTH twice', 'AUTH PLAIN AGEAYg==\r\nAUTH PLAIN AGEAYg==\r\n', '235 503'],
    ['RSET, which ends a transaction', `${envelope}RSET\r\nRCPT TO:<b@c>\r\n`, '250 250 250 503'],
    ['EHLO, which ends one too', `${envelope}HELO x\r\nRCPT TO:<b@c>\r\n`, '250 250 250 503'],
    ['a message, which ends one too', `${envelope}DATA\r\nx\r\n.\r\nDATA\r\n`, '250 250 354 250 503'],
  ])('%s', (_words, text, expected) => {
    expect(codesOf(text)).toBe(expected)
  })

  it('begins with EHLO or HELO', () => {
    const wire = createWire()
    wire.feed(
      'MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nDATA\r\nAUTH PLAIN\r\nNOOP\r\nRSET\r\nHELP\r\nVRFY a\r\nHELO x\r\n',
    )
    wire.feed('MAIL FROM:<a@b>\r\n')
    expect(wire.codes()).toBe('220 503 503 503 503 250 250 214 252 250 250')
  })
})

describe('syntax', () => {
  it.each([
    ['HELO\r\n', '501'],
    ['EHLO \r\n', '501'],
    ['RSET now\r\n', '501'],
    ['DATA now\r\n', '501'],
    ['QUIT now\r\n', '501'],
    ['VRFY\r\n', '501'],
    ['NOOP anything\r\n', '250'],
    ['noop\r\n', '250'],
    ['RSET \r\n', '250'],
    ['EXPN list\r\n', '502'],
    ['ETRN x\r\n', '500'],
    ['\r\n', '500'],
    // Where it is not offered it is not known.
    ['STARTTLS\r\n', '500'],
    ['AUTH\r\n', '504'],
    ['AUTH DIGEST-MD5\r\n', '504'],
    ['AUTH PLAIN ?\r\n', '501'],
    ['AUTH PLAIN\r\n*\r\n', '334 501'],
    ['AUTH LOGIN\r\nYQ==\r\n=\r\n', '334 334 501'],
    ['AUTH PLAIN =\r\n', '501'],
    ['NOOP\nNOOP\r\n', '500 250'],
    [`NOOP ${'x'.repeat(505)}\r\nNOOP ${'x'.repeat(506)}\r\nNOOP\r\n`, '250 500 250'],
    [`MAIL FROM:<a@b> SIZE=1${' '.repeat(1157)}\r\n`, '250'],
    [`MAIL FROM:<a@b> SIZE=1${' '.repeat(1158)}\r\n`, '500'],
    [`${'x'.repeat(20_000)}\r\nNOOP\r\n`, '500 250'],
    [`AUTH PLAIN\r\n${'A'.repeat(20_000)}\r\nNOOP\r\n`, '334 500 250'],
  ])('%j', (text, expected) => {
    expect(codesOf(text)).toBe(expected)
  })

  it('of what needs credentials is not looked at before they are there', () => {
    const required = { auth: 'required' } as const
    expect(codesOf('MAIL\r\nRCPT\r\nDATA\r\nAUTH PLAIN AGEAYg==\r\nMAIL\r\n', required)).toBe(
      '530 530 530 235 501',
    )
  })
})

describe('bounds', () => {
  it('takes many recipients, but not any number', () => {
    const text = `MAIL FROM:<a@b>\r\n${'RCPT TO:<b@c>\r\n'.repeat(MAX_RECIPIENTS + 2)}`
    const codes = codesOf(text).split(' ')
    expect(codes.filter(code => code === '250')).toHaveLength(MAX_RECIPIENTS + 1)
    expect(codes.slice(-2)).toEqual(['452', '452'])
  })

  it('refuses content over the limit once it is over, and not its stuffed dots', () => {
    const limit = { sizeLimitBytes: 20 }
    // 18 bytes and CRLF are 20; the dot that was stuffed is none.
    expect(codesOf(`${envelope}DATA\r\n..${'x'.repeat(17)}\r\n.\r\n`, limit)).toBe('250 250 354 250')
    expect(codesOf(`${envelope}DATA\r\n${'x'.repeat(19)}\r\n.\r\nNOOP\r\n`, limit)).toBe(
      '250 250 354 552 250',
    )
    expect(codesOf(envelope + bdat('x'.repeat(20)), limit)).toBe('250 250 250')
    expect(codesOf(`${envelope}${bdat('x'.repeat(21))}NOOP\r\n`, limit)).toBe('250 250 552 250')
    const [half, more] = [bdat('x'.repeat(15), ''), bdat('x'.repeat(15))]
    expect(codesOf(envelope + half + more + envelope, limit)).toBe('250 250 250 552 250 250')
  })
})

describe('a client that sends and does not read', () => {
  it('is not read either, beyond a bound, and loses nothing', async () => {
    const noops = 'NOOP\r\n'.repeat(10_000)
    const wire = createWire()
    wire.readReplies(false)
    for (let piece = 0; piece < 3; piece++) wire.feed(noops)
    expect([wire.writes.length, wire.isRead()]).toEqual([2, false])
    wire.readReplies(true)
    while (!wire.isRead()) await new Promise(setImmediate)
    expect(wire.codes()).toBe(`220${' 250'.repeat(30_000)}`)
  })
})

describe('chunks (RFC 3030)', () => {
  it('are answered one by one, and the last for the message', () => {
    const wire = createWire()
    wire.feed(
      `${hello}${envelope}BDAT 20\r\n${message(1).slice(0, 20)}BDAT 0\r\n${bdat(message(1).slice(20))}`,
    )
    expect(wire.codes()).toBe('220 250 250 250 250 250 250')
    expect(wire.said().trimEnd()).toMatch(/250 2\.6\.0 [^\n]*$/)
    expect([...wire.ledger.receipts('0badcafe', 1).counts]).toEqual([0, 1])
  })

  it('may end with an empty last one', () => {
    const wire = createWire()
    wire.feed(`${hello}${envelope}${bdat(message(1), '')}BDAT 0 LAST\r\n`)
    expect(wire.codes()).toBe('220 250 250 250 250 250')
    expect([...wire.ledger.receipts('0badcafe', 1).counts]).toEqual([0, 1])
  })

  it('may hold anything: no line ends them', () => {
    expect(codesOf(`${envelope}${bdat('\r\n.\r\nQUIT\r\n\x00\n.\n')}NOOP\r\n`)).toBe('250 250 250 250')
  })

  it('of several whole messages in one flight are taken and answered in order', () => {
    const wire = createWire()
    wire.feed(hello)
    wire.feed([0, 1, 2].map(index => envelope + bdat(message(index))).join(''))
    expect(wire.codes()).toBe(`220 250${' 250 250 250'.repeat(3)}`)
    expect([...wire.ledger.receipts('0badcafe', 1).counts]).toEqual([1, 1, 1])
  })

  it('that come after one that failed are discarded, up to the last', () => {
    const script: Script = ({ step }) => ({
      thinkNs: 0,
      verdict:
        step === 'chunk'
          ? { outcome: 'deferred', code: 452, enhancedCode: '4.3.1' }
          : { outcome: 'accepted' },
    })
    const failing = envelope + bdat('one\r\n', '') + bdat('DATA\r\n', '') + bdat('three\r\n')
    const wire = createWire({ script })
    wire.feed(`${hello}${failing}${envelope}${bdat(message(1))}`)
    expect(wire.codes()).toBe('220 250 250 250 452 503 503 250 250 250')
    expect([...wire.ledger.receipts('0badcafe', 1).counts]).toEqual([0, 1])
  })

  it('are forgotten by RSET', () => {
    const wire = createWire()
    wire.feed(`${hello}${envelope}${bdat(message(0), '')}RSET\r\n${envelope}${bdat(message(1))}`)
    expect(wire.codes()).toBe('220 250 250 250 250 250 250 250 250')
    expect([...wire.ledger.receipts('0badcafe', 1).counts]).toEqual([0, 1])
  })
})

describe('a whole session', () => {
  const dotted = message(0).replace('Hello', '..Hello\r\n..')
  const session =
    `${hello}AUTH PLAIN AGEAYg==\r\n${envelope}DATA\r\n${dotted}.\r\n${envelope}DATA\r\n.\r\nVRFY x\r\n` +
    `${envelope}BDAT 30\r\n${message(2).slice(0, 30)}${bdat(message(2).slice(30))}NOOP\nRSET\r\nQUIT\r\n`

  function play(cuts: readonly number[]) {
    const wire = createWire()
    const edges = [0, ...cuts, session.length]
    for (let i = 1; i < edges.length; i++) wire.feed(session.slice(edges[i - 1], edges[i]))
    return { said: wire.said(), ledger: wire.ledger.summary() }
  }

  it('gets the same replies wherever it is cut', () => {
    const whole = play([])
    expect(whole.said.match(/^\d{3}(?= )/gm)?.join(' ')).toBe(
      '220 250 235 250 250 354 250 250 250 354 250 252 250 250 250 250 500 250 221',
    )
    expect(whole.ledger).toMatchObject({ taken: 3, unidentified: 1, trials: [{ taken: 2 }] })
    for (let cut = 1; cut < session.length; cut++) expect(play([cut])).toEqual(whole)
    expect(play(Array.from(session, (_, i) => i).slice(1))).toEqual(whole)
    const random = createRandom('cuts')
    for (let round = 0; round < 300; round++) {
      const cuts = Array.from({ length: 5 }, () => random.integer(session.length))
      expect(play(cuts.sort((a, b) => a - b))).toEqual(whole)
    }
  })

  it('gets the replies to what comes together in one write (RFC 2920 §3.2)', () => {
    const wire = createWire()
    wire.feed(session)
    expect(wire.writes).toHaveLength(2)
  })

  it('ends with QUIT, whatever is piped behind it', () => {
    const wire = createWire()
    wire.feed('QUIT\r\nNOOP\r\n')
    wire.feed('NOOP\r\n')
    expect(wire.codes()).toBe('220 221')
  })
})

describe('the script', () => {
  it('is asked at every step, with what is known by then', () => {
    const asked: string[] = []
    const script: Script = ({ step, address }) => {
      asked.push(address === undefined ? step : `${step} ${address}`)
      return { thinkNs: 0, verdict: { outcome: 'accepted' } }
    }
    const wire = createWire({ script })
    wire.feed(`${hello}AUTH PLAIN AGEAYg==\r\n${envelope}DATA\r\n${message(0)}.\r\n`)
    wire.feed(`${envelope}BDAT 2\r\nx\nBDAT 0 LAST\r\nRSET\r\nNOOP\r\nVRFY x\r\nHELP\r\nQUIT\r\n`)
    const mail = ['sender a@example.net', 'recipient b@example.net']
    expect(asked).toEqual([
      ...['connect', 'greeting', 'hello', 'auth', ...mail, 'data', 'body', 'content'],
      ...[...mail, 'body', 'chunk', 'content', 'rset', 'noop', 'vrfy', 'help', 'quit'],
    ])
  })

  it('may refuse at each of them, in words that cannot break out of their line', () => {
    const refuseAt = (refused: Step): Script => {
      return ({ step }) => ({
        thinkNs: 0,
        verdict: step === refused ? { outcome: 'rejected', text: 'no\r\n250 é' } : { outcome: 'accepted' },
      })
    }
    const play = (step: Step) => {
      const wire = createWire({ script: refuseAt(step) })
      wire.feed(`${hello}AUTH PLAIN AGEAYg==\r\n${envelope}DATA\r\n${message(0)}.\r\nNOOP\r\n`)
      expect(wire.said()).toContain('550 no??250 ?\r\n')
      return wire.codes()
    }
    expect(play('greeting')).toBe('550')
    expect(play('hello')).toMatch(/^220 550 503/)
    expect(play('auth')).toMatch(/^220 250 550 250/)
    expect(play('sender')).toMatch(/^220 250 235 550 503 503/)
    expect(play('content')).toBe('220 250 235 250 250 354 550 250')
    expect(play('noop')).toBe('220 250 235 250 250 354 250 550')
  })

  it('cannot refuse where there is no reply', () => {
    const script: Script = ({ step }) => ({
      thinkNs: 0,
      verdict: { outcome: step === 'connect' || step === 'body' ? 'rejected' : 'accepted' },
    })
    const wire = createWire({ script })
    wire.feed(`${hello}${envelope}DATA\r\n${message(0)}.\r\n`)
    expect(wire.codes()).toBe('220 250 250 250 354 250')
  })

  it('is not asked where it has nothing to say', () => {
    const script = Object.assign(
      () => {
        throw new Error('asked')
      },
      { steps: new Set<Step>() },
    )
    const wire = createWire({ script })
    wire.feed(`${hello}${envelope}DATA\r\n${message(0)}.\r\nQUIT\r\n`)
    expect(wire.codes()).toBe('220 250 250 250 354 250 221')
    expect(compileScript({}).steps).toEqual(new Set())
  })
})

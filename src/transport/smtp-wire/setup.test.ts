import { beforeAll, describe, expect, it } from 'vitest'
import { type Certificate, createCertificate } from '../../sink/certificate.ts'
import { presentPhases } from '../contract.ts'
import { end, type Step, say } from '../scripted-server.ts'
import { tryWire } from './wire.fixture.ts'

let certificate: Certificate
beforeAll(async () => {
  certificate = await createCertificate()
})

const credentials = { user: 'tim', password: 'tanstaaftanstaaf' }
const trusting = () => ({ ca: certificate.ca, insecure: false, resume: false })

/** A server that does STARTTLS, and offers something else after it. */
const startTls = () => {
  const { cert, key } = certificate
  // Each connection has a server of its own: sessions are resumed by tickets of the same keys.
  return { mode: 'starttls' as const, options: { cert, key, ticketKeys: Buffer.alloc(48, 1) } }
}
const offer = (...keywords: string[]) =>
  ['250-scripted', ...keywords.map(word => `250-${word}`), '250 OK'].join('\r\n')

describe('the greeting of the client', () => {
  async function heardEhlo(options: { ehloName?: string }): Promise<string> {
    let heard = ''
    const EHLO: Step = peer => peer.say('250 scripted\r\n')
    const listen: Step = async peer => {
      peer.say('220 scripted\r\n')
      heard = await peer.hear(/\r\n/)
      await EHLO(peer)
      await end(peer)
    }
    await tryWire({ reactions: { greeting: [listen] }, options })
    return heard
  }

  it('is a domain, or an address in brackets (RFC 5321 §4.1.4)', async () => {
    expect(await heardEhlo({})).toMatch(/^EHLO (?:\[127\.0\.0\.1\]|[\w-]+(?:\.[\w-]+)+)\r\n$/)
  })

  it('is what the user wants', async () => {
    expect(await heardEhlo({ ehloName: 'mail.example.net' })).toBe('EHLO mail.example.net\r\n')
  })

  it.each(['a b', 'a\r\nMAIL', 'é'])('is not %j, which would be another command', async ehloName => {
    await expect(tryWire({ options: { ehloName } })).rejects.toThrow(/ehloName: .+ is no name/)
  })

  it('is HELO where EHLO is not understood, and nothing is then taken for granted', async () => {
    const { replies, log } = await tryWire({
      reactions: { EHLO: '502 5.5.1 What?' },
      options: { mode: 'chunked', credentials },
    })
    expect(replies[0]?.outcome).toBe('accepted')
    expect(log).toEqual(['EHLO', 'HELO', 'MAIL', 'RCPT', 'DATA'])
  })
})

describe('STARTTLS', () => {
  it('is used when it is offered, and not asked for when it is not', async () => {
    const options = { tls: 'offered' as const, trust: trusting() }
    const offered = await tryWire({ dialogue: { tls: startTls() }, options })
    expect(offered.replies[0]?.outcome).toBe('accepted')
    expect(offered.log.slice(0, 3)).toEqual(['EHLO', 'STARTTLS', 'EHLO'])
    const plain = await tryWire({ options })
    expect(plain.replies[0]?.outcome).toBe('accepted')
    expect(plain.log).not.toContain('STARTTLS')
  })

  it('that is offered and refused is not gone without', async () => {
    const { replies, log } = await tryWire({
      reactions: { EHLO: offer('STARTTLS'), STARTTLS: '454 4.7.0 Later' },
      options: { tls: 'offered' },
    })
    expect(replies).toMatchObject([{ outcome: 'deferred', phase: 'starttls', cause: 'tls' }])
    expect(log).toEqual(['EHLO', 'STARTTLS'])
  })

  it('makes the client forget what was offered before it (RFC 3207 §4.2)', async () => {
    const before = offer('STARTTLS', 'PIPELINING', 'CHUNKING', 'AUTH PLAIN', 'SIZE 10')
    const { replies, log, fallbacks } = await tryWire({
      reactions: { EHLO: [before, offer()] },
      dialogue: { tls: startTls() },
      options: { tls: 'required', trust: trusting(), mode: 'chunked', credentials },
    })
    expect(replies[0]?.outcome).toBe('accepted')
    expect(log).toEqual(['EHLO', 'STARTTLS', 'EHLO', 'MAIL', 'RCPT', 'DATA'])
    expect(fallbacks).toEqual([
      'auth: the server does not offer AUTH',
      'chunked: the server does not offer PIPELINING',
    ])
  })

  it('makes use of what is offered only after it', async () => {
    const { replies, log, fallbacks } = await tryWire({
      reactions: { EHLO: [offer('STARTTLS'), offer('PIPELINING', 'CHUNKING')] },
      dialogue: { tls: startTls() },
      options: { tls: 'required', trust: trusting(), mode: 'chunked' },
    })
    expect(replies[0]?.outcome).toBe('accepted')
    expect([log.at(-1), fallbacks]).toEqual(['BDAT', []])
  })

  it.each([
    ['a reply', '220 go ahead\r\n250 2.0.0 injected\r\n'],
    ['part of one', '220 go ahead\r\n250-in'],
    ['anything else', '220 go ahead\r\n\x16\x03'],
  ])('is given up when %s follows in clear', async (_what, text) => {
    const { replies, log } = await tryWire({
      reactions: { STARTTLS: [say(text)] },
      options: { tls: 'required', trust: trusting() },
    })
    const place = { outcome: 'faulted', phase: 'starttls', cause: 'tls' }
    expect(replies).toMatchObject([{ ...place, text: expect.stringContaining('in clear') }])
    expect(log).toEqual(['EHLO', 'STARTTLS'])
  })

  it.each([
    [false, [false, false, false]],
    [true, [false, true, true]],
  ])('resumes sessions when told so: %s', async (resume, expected) => {
    const resumed: boolean[] = []
    const note: Step = peer => {
      resumed.push((peer.socket as { isSessionReused?: () => boolean }).isSessionReused?.() ?? false)
      peer.say('250 2.1.0 ok\r\n')
    }
    const { replies } = await tryWire({
      reactions: { MAIL: [note] },
      dialogue: { tls: startTls() },
      options: { tls: 'required', trust: { ...trusting(), resume }, reuse: false },
      messages: 3,
    })
    expect(replies.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(resumed).toEqual(expected)
  })

  it('keeps the phase tls for the handshake, between starttls and the second hello', async () => {
    const { replies } = await tryWire({
      dialogue: { tls: startTls() },
      options: { tls: 'required', trust: trusting(), keepsMarks: true },
    })
    const [reply] = replies
    expect(reply && presentPhases(reply)).toContain('tls')
    expect(reply?.phases.marks?.map(({ phase }) => phase)).toEqual(
      'encode queue connect greeting hello starttls tls hello envelope data content reply'.split(' '),
    )
    const instants = reply?.phases.marks?.map(({ atNs }) => atNs) ?? []
    expect(instants).toEqual(instants.toSorted((a, b) => a - b))
  })
})

describe('a mode', () => {
  it.each([
    ['lockstep', [], []],
    ['pipelined', [], ['pipelined: the server does not offer PIPELINING']],
    ['chunked', [], ['chunked: the server does not offer PIPELINING']],
    ['chunked', ['CHUNKING'], ['chunked: the server does not offer PIPELINING']],
    ['pipelined', ['PIPELINING'], []],
    ['chunked', ['PIPELINING'], ['chunked: the server does not offer CHUNKING']],
    ['chunked', ['CHUNKING', 'PIPELINING'], []],
  ] as const)('of %s before a server that offers %j falls back so: %j', async (mode, keywords, reasons) => {
    const { replies, fallbacks } = await tryWire({
      reactions: { EHLO: offer(...keywords) },
      options: { mode, reuse: false },
      messages: 2,
    })
    expect(replies.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted'])
    expect(fallbacks).toEqual(reasons)
  })
})

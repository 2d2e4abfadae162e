import { describe, expect, it } from 'vitest'
import { parseMailLog } from './mail-log.fixture.ts'

const at = (program: string, words: string) => `Nov  3 10:18:19 mail postfix/${program}[27059]: ${words}\n`

const delivered =
  at('smtpd', 'connect from unknown[127.0.0.1]') +
  at('smtpd', 'Anonymous TLS connection established from unknown[127.0.0.1]: TLSv1.3 with cipher X') +
  at('smtpd', '4jY22g1hkJzJJNm: client=unknown[127.0.0.1], sasl_method=PLAIN, sasl_username=bench@a.test') +
  at('cleanup', '4jY22g1hkJzJJNm: message-id=<bf7e6d3f-0001-00000000@example.net>') +
  at('qmgr', '4jY22g1hkJzJJNm: from=<bench@example.net>, size=2063, nrcpt=1 (queue active)') +
  at(
    'discard',
    '4jY22g1hkJzJJNm: to=<a@b.test>, relay=none, delay=0.04, dsn=2.0.0, status=sent (mailbench)',
  ) +
  at('qmgr', '4jY22g1hkJzJJNm: removed')

describe('the mail log', () => {
  it('tells who sent a message, and that it was queued and delivered', () => {
    expect(parseMailLog(delivered)).toEqual({
      queued: ['<bf7e6d3f-0001-00000000@example.net>'],
      delivered: ['<bf7e6d3f-0001-00000000@example.net>'],
      deliveries: 1,
      users: ['bench@a.test'],
      sessions: { submission: 1, smtps: 0 },
      tlsSessions: 1,
    })
  })

  it('does not count a message that was cut off in its content', () => {
    const cut =
      at('smtpd', '4jY22g1k2wzJJNn: client=unknown[127.0.0.1]') +
      at('cleanup', '4jY22g1k2wzJJNn: message-id=<bf7e6d3f-0001-00000001@example.net>')
    expect(parseMailLog(cut)).toMatchObject({ queued: [], delivered: [], users: [undefined] })
  })

  it('counts a message twice that was taken twice', () => {
    const again = delivered + delivered.replaceAll('4jY22g1hkJzJJNm', '4jY22g1v8QzJJNs')
    expect(parseMailLog(again).queued).toHaveLength(2)
    expect(new Set(parseMailLog(again).delivered).size).toBe(1)
  })

  it('counts a message once that a restarted queue manager found again', () => {
    const found = at('qmgr', '4jY22g1hkJzJJNm: from=<bench@example.net>, size=2063, nrcpt=1 (queue active)')
    expect(parseMailLog(found + delivered).queued).toHaveLength(1)
  })

  const withoutItsLine = (program: string) =>
    delivered
      .split('\n')
      .filter(line => !line.includes(`postfix/${program}`))
      .join('\n')

  it('counts a message as delivered whose file is gone, though a stop lost the line of its delivery', () => {
    expect(parseMailLog(withoutItsLine('discard')).delivered).toHaveLength(1)
  })

  it('does not count a message as delivered that is only in the queue', () => {
    const line = at('qmgr', '4jY22g1hkJzJJNm: from=<bench@example.net>, size=2063, nrcpt=1 (queue active)')
    expect(parseMailLog(line)).toMatchObject({ queued: ['none logged'], delivered: [] })
  })

  it('counts a delivery once that a stop cut off before it was marked, so that it was done again', () => {
    expect(parseMailLog(delivered + delivered).delivered).toHaveLength(1)
  })

  it('counts a message as delivered when all its recipients are done', () => {
    const toTwo =
      withoutItsLine('qmgr') + at('qmgr', '4jY22g1hkJzJJNm: from=<b@a.test>, size=9, nrcpt=2 (queue active)')
    expect(parseMailLog(toTwo).delivered).toEqual([])
    const second = at('discard', '4jY22g1hkJzJJNm: to=<b@b.test>, relay=none, status=sent (mailbench)')
    expect(parseMailLog(toTwo + second).delivered).toHaveLength(1)
  })

  it('reads sessions of the service with TLS from the start as such', () => {
    expect(parseMailLog(at('smtps/smtpd', 'connect from unknown[127.0.0.1]')).sessions.smtps).toBe(1)
  })
})

import { describe, expect, it } from 'vitest'
import { lineLimit, parseBdat, parseMail, parseRcpt } from './commands.ts'

const latin1 = (text: string) => Buffer.from(text).toString('latin1')

/** The reply's code and enhanced code, or the value. */
function read<T>(parsed: T | { reply: string }): T | string {
  return typeof parsed === 'object' && parsed !== null && 'reply' in parsed
    ? parsed.reply.slice(0, 9)
    : parsed
}

describe('MAIL', () => {
  it.each([
    ['FROM:<a@example.net>', 'a@example.net', 0],
    ['from:<a@example.net>', 'a@example.net', 0],
    ['FROM: <a@example.net>', 'a@example.net', 0],
    ['FROM:<>', '', 0],
    ['FROM:<"a >b"@example.net> SIZE=10', '"a >b"@example.net', 10],
    ['FROM:<@relay.example,@other.example:a@example.net>', 'a@example.net', 0],
    ['FROM:<a@[IPv6:::1]>', 'a@[IPv6:::1]', 0],
    ['FROM:<a@example.net> SIZE=1000 BODY=8BITMIME RET=HDRS ENVID=QQ+2B314159 ', 'a@example.net', 1000],
    ['FROM:<a@example.net> body=7bit ret=full smtputf8', 'a@example.net', 0],
    [latin1('FROM:<jürgen@müller.example> SMTPUTF8'), 'jürgen@müller.example', 0],
  ])('is read: %s', (text, address, sizeBytes) => {
    expect(parseMail(text, false)).toMatchObject({ address, sizeBytes })
  })

  it.each([
    ['', '501 5.5.4'],
    ['FROM:', '501 5.5.4'],
    ['FROM a@example.net', '501 5.5.4'],
    ['FROM:a@example.net', '501 5.5.4'],
    ['TO:<a@example.net>', '501 5.5.4'],
    ['FROM:<a@example.net', '501 5.5.4'],
    ['FROM:<a b@example.net>', '501 5.5.4'],
    ['FROM:<a@example.net>SIZE=1', '501 5.5.4'],
    ['FROM:<a@example.net> SIZE=', '501 5.5.4'],
    ['FROM:<a@example.net> SIZE=1k', '501 5.5.4'],
    ['FROM:<a@example.net> BODY=BINARYMIME', '501 5.5.4'],
    ['FROM:<a@example.net> SMTPUTF8=yes', '501 5.5.4'],
    ['FROM:<a@example.net> RET=ALL', '501 5.5.4'],
    ['FROM:<a@example.net> ENVID=a=b', '501 5.5.4'],
    ['FROM:<a@example.net> SIZE=1 SIZE=2', '501 5.5.4'],
    ['FROM:<a@example.net> NOTIFY=NEVER', '555 5.5.4'],
    ['FROM:<a@example.net> HOLDFOR=10', '555 5.5.4'],
    ['FROM:<a@example.net> constructor=1', '555 5.5.4'],
    [latin1('FROM:<jürgen@example.net>'), '553 5.6.7'],
  ])('is refused: %s', (text, expected) => {
    expect(read(parseMail(text, true))).toBe(expected)
  })

  it('has AUTH= where AUTH is offered (RFC 4954 §5)', () => {
    expect(parseMail('FROM:<a@example.net> AUTH=<>', true)).toMatchObject({ address: 'a@example.net' })
    expect(read(parseMail('FROM:<a@example.net> AUTH=<>', false))).toBe('555 5.5.4')
  })
})

describe('RCPT', () => {
  it.each([
    ['TO:<b@example.net>', 'b@example.net'],
    ['TO:<Postmaster>', 'Postmaster'],
    ['TO:<b@example.net> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Bob+20x@example.net', 'b@example.net'],
    ['TO:<b@example.net> notify=never', 'b@example.net'],
    ['TO:<>', '501 5.1.3'],
    ['TO:b@example.net', '501 5.5.4'],
    ['TO:<b@example.net> NOTIFY=NEVER,DELAY', '501 5.5.4'],
    ['TO:<b@example.net> ORCPT=b@example.net', '501 5.5.4'],
    ['TO:<b@example.net> SIZE=1', '555 5.5.4'],
    ['TO:<b@example.net> NOTIFY=NEVER NOTIFY=NEVER', '501 5.5.4'],
  ])('is read, or refused: %s', (text, expected) => {
    expect(read(parseRcpt(text, false))).toBe(expected)
  })

  it('takes UTF-8 where MAIL announced it (RFC 6531 §3.4)', () => {
    expect(parseRcpt(latin1('TO:<jürgen@example.net>'), true)).toBe('jürgen@example.net')
    expect(read(parseRcpt(latin1('TO:<jürgen@example.net>'), false))).toBe('553 5.6.7')
  })
})

describe('BDAT', () => {
  it.each([
    ['0', { octets: 0, isLast: false }],
    ['86 LAST', { octets: 86, isLast: true }],
    ['86 last ', { octets: 86, isLast: true }],
    ['', '501 5.5.4'],
    ['-1', '501 5.5.4'],
    ['86 FIRST', '501 5.5.4'],
    ['86  LAST', '501 5.5.4'],
    ['9999999999999999', '501 5.5.4'],
  ])('is read, or refused: %j', (text, expected) => {
    expect(read(parseBdat(text))).toEqual(expected)
  })
})

it('a line may be as long as its extensions need (RFC 5321 §4.5.3.1.4)', () => {
  expect(['NOOP', 'RSET', 'EHLO'].map(lineLimit)).toEqual([512, 512, 512])
  // SIZE, BODY, SMTPUTF8, AUTH, RET, ENVID; NOTIFY, ORCPT; RFC 4954 §4.
  expect(['MAIL', 'RCPT', 'AUTH'].map(lineLimit)).toEqual([1181, 1048, 12_288])
})

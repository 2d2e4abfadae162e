import { expect, it } from 'vitest'
import { capabilitiesOf } from './capabilities.ts'

const replyOf = (...keywords: string[]) =>
  ['mail.example.net', ...keywords]
    .map((line, i) => `250${i < keywords.length ? '-' : ' '}${line}`)
    .join('\n')

it('reads what a server offers', () => {
  const offered = [
    'PIPELINING',
    'SIZE 10240000',
    'VRFY',
    'STARTTLS',
    'AUTH PLAIN LOGIN',
    'ENHANCEDSTATUSCODES',
  ]
  expect(capabilitiesOf(replyOf(...offered, '8BITMIME', 'DSN', 'SMTPUTF8', 'CHUNKING'))).toEqual({
    startTls: true,
    pipelining: true,
    chunking: true,
    eightBitMime: true,
    smtpUtf8: true,
    dsn: true,
    enhancedStatusCodes: true,
    size: true,
    sizeLimitBytes: 10_240_000,
    mechanisms: ['PLAIN', 'LOGIN'],
  })
})

it.each([
  ['nothing', '250 mail.example.net'],
  ['an empty keyword', replyOf('')],
  ['a server that is called as a keyword', '250 PIPELINING'],
  ['keywords that begin as known ones', replyOf('PIPELINING2', 'XSTARTTLS', 'SIZES 1', 'AUTHX PLAIN')],
  ['no reply at all', ''],
])('finds nothing in %s', (_what, reply) => {
  const { mechanisms, sizeLimitBytes, ...flags } = capabilitiesOf(reply)
  expect([mechanisms, sizeLimitBytes]).toEqual([[], undefined])
  expect(new Set(Object.values(flags))).toEqual(new Set([false]))
})

it.each([
  ['SIZE', undefined],
  ['SIZE 0', undefined],
  ['size 1000', 1000],
  ['SIZE  1000 ', 1000],
  ['SIZE many', undefined],
  ['SIZE 99999999999999999999', undefined],
])('takes %j for a limit of %s (RFC 1870 §4)', (keyword, limit) => {
  expect(capabilitiesOf(replyOf(keyword))).toMatchObject({ size: true, sizeLimitBytes: limit })
})

it('reads AUTH in all its spellings, each mechanism once', () => {
  const { mechanisms } = capabilitiesOf(replyOf('AUTH=LOGIN PLAIN', 'auth plain Cram-MD5', 'AUTH'))
  expect(mechanisms).toEqual(['LOGIN', 'PLAIN', 'CRAM-MD5'])
})

import { expect, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { needsSmtpUtf8, parseAddress } from './address.ts'

test.each([
  ['user@example.net', 'user', 'example.net'],
  ['first.last+tag@mail.example.net', 'first.last+tag', 'mail.example.net'],
  ["o'hara_1@localhost", "o'hara_1", 'localhost'],
  ['user@[127.0.0.1]', 'user', '[127.0.0.1]'],
  ['δοκιμή@example.net', 'δοκιμή', 'example.net'],
  ['用户+tag.𠮷@example.net', '用户+tag.𠮷', 'example.net'],
])('%s is taken apart at the @', (text, local, domain) => {
  expect(parseAddress('to', text)).toEqual({ local, domain })
})

test.each([
  ['user@example.net\r\nRCPT TO:<other@example.net>'],
  ['user@example.net\n'],
  ['us\0er@example.net'],
  ['Bench <user@example.net>'],
  ['a@example.net,b@example.net'],
  ['.user@example.net'],
  ['δοκιμή..x@example.net'],
  ['user@δοκιμή.example'],
  ['no\u00a0break@example.net'],
  ['line\u2028separator@example.net'],
  ['next\u0085line@example.net'],
  ['right\u202eto-left@example.net'],
  ['half-a-pair\ud83d@example.net'],
  ['user@example.net '],
  ['user'],
  [''],
])('%j is refused as a mistake of the user', text => {
  expect(() => parseAddress('from', text)).toThrow(UsageError)
  expect(() => parseAddress('from', text)).toThrow(/^from: [^\r\n\0]*$/)
})

test('a local part may have 64 bytes, an address 254', () => {
  const labels = (count: number) => `${'d'.repeat(60)}.`.repeat(3) + 'd'.repeat(count)
  expect(parseAddress('to', `${'l'.repeat(64)}@${'d'.repeat(60)}`).local).toHaveLength(64)
  expect(() => parseAddress('to', `${'l'.repeat(65)}@example.net`)).toThrow(UsageError)
  expect(parseAddress('to', `l@${labels(69)}`).domain).toHaveLength(252)
  expect(() => parseAddress('to', `l@${labels(70)}`)).toThrow(UsageError)
  expect(parseAddress('to', `${'δ'.repeat(32)}@example.net`).local).toHaveLength(32)
  expect(() => parseAddress('to', `${'δ'.repeat(33)}@example.net`)).toThrow(UsageError)
})

test.each([
  ['user+tag@example.net', false],
  ['δοκιμή@example.net', true],
  ['josé@example.net', true],
  ['\u007f@example.net', false],
])('%j needs SMTPUTF8: %s', (address, needed) => {
  expect(needsSmtpUtf8(address)).toBe(needed)
})

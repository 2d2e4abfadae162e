import { expect, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { parseAddress } from './address.ts'

test.each([
  ['user@example.net', 'user', 'example.net'],
  ['first.last+tag@mail.example.net', 'first.last+tag', 'mail.example.net'],
  ["o'hara_1@localhost", "o'hara_1", 'localhost'],
  ['user@[127.0.0.1]', 'user', '[127.0.0.1]'],
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
  ['user@example.net '],
  ['user'],
  [''],
])('%j is refused as a mistake of the user', text => {
  expect(() => parseAddress('from', text)).toThrow(UsageError)
  expect(() => parseAddress('from', text)).toThrow(/^from: [^\r\n\0]*$/)
})

test('a local part may have 64 characters, an address 254', () => {
  const labels = (count: number) => `${'d'.repeat(60)}.`.repeat(3) + 'd'.repeat(count)
  expect(parseAddress('to', `${'l'.repeat(64)}@${'d'.repeat(60)}`).local).toHaveLength(64)
  expect(() => parseAddress('to', `${'l'.repeat(65)}@example.net`)).toThrow(UsageError)
  expect(parseAddress('to', `l@${labels(69)}`).domain).toHaveLength(252)
  expect(() => parseAddress('to', `l@${labels(70)}`)).toThrow(UsageError)
})

import { expect, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { checkHeaders, splitMessage } from './header.ts'

test('a message is split at its first empty line, folded fields stay whole', () => {
  const { fields, body } = splitMessage(Buffer.from('A: 1\r\nB: x;\r\n y: z\r\n\r\nfirst\r\n\r\nsecond\r\n'))
  expect(fields).toEqual([
    ['A', '1'],
    ['B', 'x;\r\n y: z'],
  ])
  expect(body.toString()).toBe('first\r\n\r\nsecond\r\n')
})

test.each([
  ['a value with a line break', { 'X-Tag': 'a\r\nBcc: other@example.net' }],
  ['a value with a bare LF', { 'X-Tag': 'a\n' }],
  ['a value with NUL', { 'X-Tag': 'a\0' }],
  ['a value outside ASCII', { 'X-Tag': 'é' }],
  ['a name with a line break', { 'X-Tag\r\n': 'a' }],
  ['a name with a colon', { 'X-Tag: a': 'b' }],
  ['an empty name', { '': 'a' }],
  ['a second From', { from: 'other@example.net' }],
  ['a second content type', { 'content-type': 'text/html' }],
  ['a second identity', { 'x-mailbench-id': '1' }],
  ['a line of 999 bytes', { 'X-Tag': 'a'.repeat(992) }],
])('%s is refused as a mistake of the user', (_case, headers) => {
  expect(() => checkHeaders(headers as Record<string, string>)).toThrow(UsageError)
})

test('a line of 998 bytes is taken', () => {
  expect(() => checkHeaders({ 'X-Tag': 'a'.repeat(991) })).not.toThrow()
})

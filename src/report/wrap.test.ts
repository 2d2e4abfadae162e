import { expect, it } from 'vitest'
import { hanging, wrapped, wrappedWhole } from './wrap.ts'

it('breaks at spaces, and cuts a word that is longer than a line', () => {
  expect(wrapped('one two three', 7, '  ')).toEqual(['one two', '  three'])
  expect(wrapped('abcdefghij', 5, '')).toEqual(['abcde', 'fghij'])
})

it('leaves a word whole that is to be copied', () => {
  expect(wrappedWhole('one https://example.net two', 7)).toEqual(['one', 'https://example.net', 'two'])
})

it('hangs the lines that go on below what a line begins with', () => {
  expect(hanging('  - one two three', 11)).toEqual(['  - one two', '    three'])
  expect(hanging('one two', 80)).toEqual(['one two'])
})

import { describe, expect, it } from 'vitest'
import { createMerge, mergeSpec } from './merge-spec.ts'

const spec = { subject: 'Dear {{name}}', text: 'No. {{number}}', data: [{ name: 'Ann' }, { name: 7 }] }

/** The first flaw, in words; undefined when there is none. */
function flawOf(changes: object): string | undefined {
  const result = mergeSpec.safeParse({ ...spec, ...changes })
  const [issue] = result.error?.issues ?? []
  return issue && `${issue.path.join('.')}: ${issue.message}`
}

describe('what a plan says of a mail merge', () => {
  it('gives each message its row, in turn, and its number', () => {
    const mergeOf = createMerge(mergeSpec.parse(spec))
    expect([0, 1, 2].map(index => mergeOf(index).data)).toEqual([
      { name: 'Ann', number: '1' },
      { name: '7', number: '2' },
      { name: 'Ann', number: '3' },
    ])
  })

  it.each([
    ['CR and LF', 'Ann\r\nBcc: all@example.net'],
    ['CR', 'Ann\rBcc: all@example.net'],
    ['LF', 'Ann\nBcc: all@example.net'],
    ['NUL', 'Ann\0'],
    ['DEL', 'Ann\x7f'],
  ])('refuses a value with %s, by row and name', (_what, name) => {
    expect(flawOf({ data: [{ name: 'Ann' }, { name }] })).toMatch(/^data\.1\.name: holds a line break, NUL/)
  })

  it.each([
    ['a subject of two lines', { subject: 'Dear\nBcc: all@example.net' }, /^subject: holds a line break/],
    ['a NUL in a text', { text: 'Dear\0' }, /^text: holds a CR, NUL/],
    ['a row without a value', { data: [{ name: 'Ann' }, {}] }, /^data\.1: has no "name", which the subject/],
    ['a name that is its own', { data: [{ name: 'Ann', number: 1 }] }, /^data\.0: number is counted/],
    ['half a character', { data: [{ name: '\ud800' }] }, /^data\.0\.name: holds half a character/],
    ['a value that asks for another', { data: [{ name: '{{number}}' }] }, /^data\.0\.name: holds \{\{/],
    ['a value that is too long', { data: [{ name: 'ä'.repeat(501) }] }, /^data\.0\.name: is too long/],
    ['a subject that becomes too long', { data: [{ name: 'ä'.repeat(300) }] }, /^data\.0: makes a subject/],
    ['a name that cannot stand in a text', { data: [{ 'first name': 'Ann' }] }, /^data\.0\.first name: /],
    ['no rows', { data: [] }, /^data: must not be empty/],
  ])('refuses %s', (_what, changes, words) => {
    expect(flawOf(changes)).toMatch(words)
  })
})

import { describe, expect, it } from 'vitest'
import { code, markdownTable, prose } from './markdown-text.ts'

describe('prose in Markdown', () => {
  it('escapes what would be read as markup', () => {
    expect(prose('*a* _b_ [c](d) `e` |f| ~g~ \\h $i$')).toBe(
      '\\*a\\* \\_b\\_ \\[c\\](d) \\`e\\` \\|f\\| \\~g\\~ \\\\h \\$i\\$',
    )
    expect(prose('<script>&amp;')).toBe('&lt;script>&amp;amp;')
  })

  it('neither mentions people nor links', () => {
    expect(prose('@all see http://a.example or WWW.b.example')).toBe(
      '@<!-- -->all see http:<!-- -->//a.example or WWW<!-- -->.b.example',
    )
  })

  it('is one line without controls, and not longer than a line should be', () => {
    expect(prose('a\r\n\u001b[31mb\u2028c')).toBe('a \\[31mb c')
    expect(prose('x'.repeat(10_000))).toBe(`${'x'.repeat(800)}...`)
    const sentence = `${'y'.repeat(599)}.`
    expect(prose(`${sentence} ${sentence}`)).toBe(`${sentence} ...`)
    // A sentence that ends early is no reason to throw most of it away.
    expect(prose(`No. ${'x'.repeat(1000)}`)).toBe(`No. ${'x'.repeat(796)}...`)
    expect(code('x'.repeat(10_000))).toBe(`\`${'x'.repeat(300)}...\``)
  })
})

describe('a name in Markdown', () => {
  it('is fenced by more backticks than it holds', () => {
    expect(code('plain')).toBe('`plain`')
    expect(code('a``b`c')).toBe('```a``b`c```')
    expect(code('`tick`')).toBe('`` `tick` ``')
    expect(code('')).toBe('` `')
  })

  it('does not end a cell of a table', () => {
    expect(code('a|b\n| c')).toBe('`a\\|b \\| c`')
  })
})

describe('a table in Markdown', () => {
  it('has its figures to the right', () => {
    expect(markdownTable(['a', 'b'], [['x', '1']])).toEqual(['| a | b |', '| --- | ---: |', '| x | 1 |'])
    expect(markdownTable(['a', 'b'], [], 2)[1]).toBe('| --- | --- |')
  })
})

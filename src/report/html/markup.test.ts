import { expect, it } from 'vitest'
import { dataTable } from './data-table.ts'
import { escaped, html, preformatted, trusted } from './markup.ts'

it('escapes every value, in text and in quoted attributes', () => {
  const text = `<img src=x onerror="alert('1')"> & more`
  expect(html`<p title="${text}">${text}</p>`.text).toBe(
    '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; more">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; more</p>',
  )
})

it('leaves markup as it is, however deep in lists', () => {
  expect(html`<ul>${[html`<li>${1}</li>`, [trusted('<li>2</li>')]]}</ul>`.text).toBe(
    '<ul><li>1</li><li>2</li></ul>',
  )
})

it('writes nothing for what is absent, and zero for zero', () => {
  expect(html`${null}${undefined}${false}${0}${''}`.text).toBe('0')
})

it('takes controls, turned writing and line ends out of a text', () => {
  expect(escaped('\u001b[31mred\u001b[0m\r\nnext\u202eline\u0000')).toBe('[31mred [0m next line')
})

it('cuts a line of 10 kB, and never half a character', () => {
  const long = escaped(`${'x'.repeat(999)}😀${'y'.repeat(9000)}`)
  expect(long.length).toBeLessThan(1100)
  expect(long.isWellFormed()).toBe(true)
  expect(long.endsWith('…')).toBe(true)
})

it('keeps the lines and the indent of a plan, each of them escaped', () => {
  expect(preformatted('a:\n  b: <c>\n\td').text).toBe('a:\n  b: &lt;c&gt;\nd')
})

it('writes counts whole, spans by three digits, and a dash for what is not known', () => {
  const { text } = dataTable({
    caption: 'A & B',
    heads: ['label', 'n', 'ms'],
    rows: [
      ['<x>', 12_000, 1.2345],
      ['y', null, 3],
    ],
  })
  expect(text).toContain(
    '<th scope="row">&lt;x&gt;</th><td class="number">12,000</td><td class="number">1.23</td>',
  )
  expect(text).toContain('<td class="number">-</td><td class="number">3</td>')
  expect(text).toContain('<caption>A &amp; B</caption>')
})

it('lines figures up to the right, and leaves words and what is missing among words to the left', () => {
  const { text } = dataTable({
    caption: '',
    heads: ['label', 'ms', 'sooner'],
    rows: [
      ['a', '1.20', 'API'],
      ['b', '+3 x', null],
    ],
  })
  expect(text).toContain('<td class="number">1.20</td><td>API</td>')
  expect(text).toContain('<td class="number">+3 x</td><td>-</td>')
})

it('shows no more rows than its limit, and says how many there are', () => {
  const { text } = dataTable({
    caption: '',
    heads: ['a'],
    rows: Array.from({ length: 1205 }, (_, i) => [i]),
    limit: 5,
  })
  expect(text.match(/<tr><th scope="row">/g)).toHaveLength(5)
  expect(text).toContain('1,200 more rows')
})

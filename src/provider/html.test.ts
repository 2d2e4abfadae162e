import { expect, it } from 'vitest'
import { htmlOf } from './html.ts'

it('stands for a text, with its lines and what HTML would take for markup', () => {
  expect(htmlOf({ text: '1 < 2 &\r\n\r\n {{name}}' })).toBe('<pre>1 &lt; 2 &amp;\r\n\r\n {{name}}</pre>')
})

it('is the HTML where there is one', () => {
  expect(htmlOf({ text: 'text', html: '<p>HTML' })).toBe('<p>HTML')
})

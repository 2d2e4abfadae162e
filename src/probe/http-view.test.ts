import { expect, it, test } from 'vitest'
import { httpView } from './http-view.ts'

test.each([
  ['authorization: Bearer abc.def', 'authorization: Bearer ***'],
  ['Authorization: Basic dTpw', 'Authorization: Basic ***'],
  ['authorization: abcdef', 'authorization: ***'],
  ['x-api-key: abcdef', 'x-api-key: ***'],
  ['X-Postmark-Server-Token: abcdef', 'X-Postmark-Server-Token: ***'],
  ['content-type: application/json', 'content-type: application/json'],
])('%s is shown as %s', (field, shown) => {
  const view = httpView()
  view.sent('POST /send HTTP/1.1')
  expect(view.sent(field)).toBe(shown)
})

it('shows the beginning of a long body, and no end of lines', () => {
  const view = httpView()
  view.received('HTTP/1.1 200 OK')
  view.received('')
  expect(view.received('x'.repeat(1000))).toMatch(/^x{300} \[700 more characters\]$/)
  const shown = Array.from({ length: 100 }, () => view.received('line')).filter(line => line !== undefined)
  expect(shown.length).toBeLessThan(30)
})

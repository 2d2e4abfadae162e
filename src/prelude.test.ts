import { expect, it } from 'vitest'
import { decodePrelude, encodePrelude, PRELUDE_BYTES, type Prelude } from './prelude.ts'

it.each<Prelude>([
  { status: 'established', id: 1 },
  { status: 'established', id: 0xffffffff },
  { status: 'refused', id: 7, code: 'ECONNREFUSED' },
  { status: 'refused', id: 7, code: '' },
])('is read as it was written, and of one length: %o', prelude => {
  const bytes = encodePrelude(prelude)
  expect(bytes.length).toBe(PRELUDE_BYTES)
  expect(decodePrelude(bytes)).toEqual(prelude)
})

it('cuts off a code that is longer than any', () => {
  const prelude = decodePrelude(encodePrelude({ status: 'refused', id: 1, code: 'E'.repeat(100) }))
  expect(prelude).toEqual({ status: 'refused', id: 1, code: 'E'.repeat(PRELUDE_BYTES - 9) })
})

it.each(['220 mail.example.net ESMTP, ready to serve you\r\n', 'MBL1', ''])(
  'is not to be had from %j',
  text => {
    const bytes = Buffer.from(text.slice(0, PRELUDE_BYTES))
    expect(() => decodePrelude(bytes)).toThrow(/no relay/)
  },
)

import { expect, test } from 'vitest'
import { formatIdentity, formatIndex, IDENTITY_LENGTH, INDEX_LENGTH, parseIdentity } from './identity.ts'

test.each([
  [{ run: '00000000', trial: 0, index: 0 }, '00000000-0000-00000000'],
  [{ run: '0badcafe', trial: 0x1f, index: 0x2a }, '0badcafe-001f-0000002a'],
  [{ run: 'ffffffff', trial: 0xffff, index: 0xffffffff }, 'ffffffff-ffff-ffffffff'],
])('an identity survives being written and read, always at one length', (identity, text) => {
  expect(formatIdentity(identity)).toBe(text)
  expect(text).toHaveLength(IDENTITY_LENGTH)
  expect(text.slice(-INDEX_LENGTH)).toBe(formatIndex(identity.index))
  expect(parseIdentity(text)).toEqual(identity)
})

test.each([['0badcafe-001f-0000002'], ['0BADCAFE-001f-0000002a'], ['0badcafe-001f-0000002a '], ['']])(
  '%j is no identity of ours',
  text => {
    expect(parseIdentity(text)).toBeUndefined()
  },
)

test.each([-1, 2 ** 32, Number.NaN])('index %d is refused, it would not fit its digits', index => {
  expect(() => formatIndex(index)).toThrow(RangeError)
})

import { expect, it } from 'vitest'
import { addressed, everyone } from './addressees.ts'

it('counts those who get copies among the recipients, in the order of the lists', () => {
  expect(everyone({ bcc: ['c'], to: ['a'], cc: ['b'] })).toEqual(['a', 'b', 'c'])
  const lists = { to: [{ email: 'a' }], bcc: [{ email: 'c' }] }
  expect(addressed(lists, ({ email }) => email)).toEqual({
    recipients: ['a', 'c'],
    addressees: { to: ['a'], cc: [], bcc: ['c'] },
  })
})

it('finds nobody in lists that are left out, or null', () => {
  expect(everyone({})).toEqual([])
  expect(everyone({ to: null, cc: undefined })).toEqual([])
})

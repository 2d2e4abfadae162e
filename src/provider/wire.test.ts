import { expect, it } from 'vitest'
import { mergeData } from './wire.ts'

it('writes what is merged as text, and no list or object', () => {
  const values = { text: 'Ann', number: 12.5, isNew: true, none: null, list: [1], object: {} }
  expect(mergeData(values)).toEqual({ text: 'Ann', number: '12.5', isNew: 'true' })
  expect(mergeData(undefined)).toEqual({})
})

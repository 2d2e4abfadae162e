import { describe, expect, it } from 'vitest'
import { basicCredentials, bearerKey, isTaken, partsOf } from './key.ts'

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })

describe('a key', () => {
  it('is taken by whoever asks for none, for any, or for this one', () => {
    expect(isTaken('off', undefined)).toBe(true)
    expect(isTaken('any', 'k')).toBe(true)
    expect(isTaken(['k'], 'k')).toBe(true)
    for (const key of [undefined, '']) expect(isTaken('any', key)).toBe(false)
    for (const key of [undefined, '', 'l']) expect(isTaken(['k', ''], key)).toBe(false)
  })

  it.each([
    ['Bearer k', 'k'],
    ['bearer  a b', 'a b'],
    ['Bearer ', undefined],
    ['Basic k', undefined],
    ['', undefined],
  ])('stands in %j', (authorization, key) => {
    expect(bearerKey({ authorization })).toBe(key)
    expect(bearerKey({})).toBeUndefined()
  })

  it('stands in user and password, of which the password may hold colons', () => {
    expect(basicCredentials(basic('api:key:1'))).toEqual({ user: 'api', password: 'key:1' })
    expect(basicCredentials(basic(':'))).toEqual({ user: '', password: '' })
    for (const headers of [
      {},
      basic('no-colon'),
      { authorization: 'Basic ???' },
      { authorization: 'Bearer k' },
    ])
      expect(basicCredentials(headers)).toBeUndefined()
  })

  it('has parts, of which a plain one has all in one', () => {
    expect(partsOf('id:secret:region')).toEqual(['id', 'secret', 'region'])
    expect(partsOf('key')).toEqual(['key', 'key'])
  })
})

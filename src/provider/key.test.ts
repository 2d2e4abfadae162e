import { describe, expect, it } from 'vitest'
import { basicAuthorization, basicCredentials, bearerKey, isPairTaken, isTaken, partsOf } from './key.ts'

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
    expect(basicCredentials({ authorization: basicAuthorization('ä', 'k:1') })).toEqual({
      user: 'ä',
      password: 'k:1',
    })
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
  it('of two parts is taken when both are right', () => {
    const pair = (user: string, password: string) => ({ user, password })
    expect(isPairTaken('off', undefined)).toBe(true)
    expect(isPairTaken('any', pair('id', ''))).toBe(true)
    expect(isPairTaken('any', undefined)).toBe(false)
    expect(isPairTaken(['id:secret'], pair('id', 'secret'))).toBe(true)
    expect(isPairTaken(['key'], pair('key', 'key'))).toBe(true)
    for (const wrong of [undefined, pair('id', 'id'), pair('secret', 'secret'), pair('id', ''), pair('', '')])
      expect(isPairTaken(['id:secret', ''], wrong)).toBe(false)
  })
})

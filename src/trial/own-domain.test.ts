import { expect, it } from 'vitest'
import { domainOf, foreignWords, isNobodys, isOwn } from './own-domain.ts'

it('owns addresses in a domain and below it, whatever their case', () => {
  expect(isOwn('me@Example.org', ['example.net', 'example.ORG'])).toBe(true)
  expect(isOwn('me@in.example.org', ['example.org'])).toBe(true)
  expect(isOwn('me@badexample.org', ['example.org'])).toBe(false)
  expect(isOwn('example.org@victim.com', ['example.org'])).toBe(false)
  expect(isOwn('me@example.org', [])).toBe(false)
})

it('owns nothing by what is everybody’s', () => {
  for (const domain of ['com', 'co.uk', 'org.br', '', '.com', 'victim.com.'])
    expect(isOwn(`a@victim.${domain}`, [domain])).toBe(false)
})

it('takes what registries sell for one’s own', () => {
  for (const domain of ['example.org', 'example.co.uk', 'me.uk', 'go.com', 'bbc.uk', 'a-b.c_d.de'])
    expect(foreignWords(domain)).toBeUndefined()
})

it('knows the domains in which nobody has a mailbox', () => {
  for (const domain of ['example.com', 'a.example.net', 'x.test', 'x.invalid', 'mx.EXAMPLE', 'localhost'])
    expect(isNobodys(`a@${domain}`)).toBe(true)
  for (const domain of ['example.de', 'badexample.com', 'test.com', 'example.com.evil.net'])
    expect(isNobodys(`a@${domain}`)).toBe(false)
})

it('finds the domain after the last @', () => {
  expect(domainOf('"a@b"@Example.org')).toBe('example.org')
})

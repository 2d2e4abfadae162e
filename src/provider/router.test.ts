import { describe, expect, it } from 'vitest'
import { generic } from './generic.ts'
import type { Provider, Route } from './provider.ts'
import { providers } from './providers.ts'
import { createRouter } from './router.ts'

const [route] = generic.routes as [Route, ...Route[]]

function providerAt(name: string, ...paths: readonly [Route['method'], string][]): Provider {
  return { ...generic, name, routes: paths.map(([method, path]) => ({ ...route, method, path })) }
}

describe('a router', () => {
  it('tells providers apart by path, and their routes by method', () => {
    const find = createRouter([
      providerAt('a', ['POST', '/v3/mail/send'], ['GET', '/v3/mail/send']),
      providerAt('b', ['POST', '/send']),
    ])
    expect(find('/v3/mail/send')?.POST?.provider.name).toBe('a')
    expect(find('/v3/mail/send')?.GET?.route.method).toBe('GET')
    expect(find('/send')?.POST?.provider.name).toBe('b')
    expect(find('/send')?.GET).toBeUndefined()
    expect(find('/sendmail')).toBeUndefined()
  })

  it('lets a named segment stand for any that is not empty, unless the path is known as it is', () => {
    const find = createRouter([
      providerAt('pattern', ['POST', '/v3/:domain/messages']),
      providerAt('fixed', ['POST', '/v3/mail/messages']),
    ])
    expect(find('/v3/example.net/messages')?.POST?.provider.name).toBe('pattern')
    expect(find('/v3/mail/messages')?.POST?.provider.name).toBe('fixed')
    for (const path of ['/v3//messages', '/v3/a/b/messages', '/v3/example.net', '/v3/example.net/messages/x'])
      expect(find(path), path).toBeUndefined()
  })

  it.each([
    ['/send', '/send'],
    ['/v3/:domain/messages', '/v3/:name/messages'],
  ])('refuses two that answer at %s and %s', (one, other) => {
    expect(() => createRouter([providerAt('a', ['POST', one]), providerAt('b', ['POST', other])])).toThrow(
      `a and b both answer at POST ${other}`,
    )
  })

  it('serves every provider at once', () => {
    expect(() => createRouter(Object.values(providers))).not.toThrow()
  })
})

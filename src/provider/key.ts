import type { HttpRequest } from './provider.ts'

/** Whose calls a mock takes: anybody's, those with any key, or those with one of these. */
export type Keys = 'off' | 'any' | readonly string[]

export function isTaken(keys: Keys, key: string | undefined): boolean {
  if (keys === 'off') return true
  if (key === undefined || key === '') return false
  return keys === 'any' || keys.includes(key)
}

type Headers = HttpRequest['headers']

/** `Authorization: Bearer …` (RFC 6750 §2.1); the scheme's name is case-insensitive (RFC 9110 §11.1). */
export function bearerKey(headers: Headers): string | undefined {
  return /^Bearer +(\S.*)$/i.exec(headers['authorization'] ?? '')?.[1]
}

/** `Authorization: Basic …` (RFC 7617 §2): a password may hold colons, a user may not. */
export function basicCredentials(headers: Headers): { user: string; password: string } | undefined {
  const text = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(headers['authorization'] ?? '')?.[1]
  if (text === undefined) return undefined
  const [user = '', ...rest] = Buffer.from(text, 'base64').toString('utf8').split(':')
  return rest.length === 0 ? undefined : { user, password: rest.join(':') }
}

/** What `basicCredentials` reads. */
export const basicAuthorization = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** The parts of a key such as `id:secret`; a key of one part is all of them. */
export function partsOf(key: string): readonly [id: string, secret: string, ...rest: string[]] {
  const [id = '', secret = id, ...rest] = key.split(':')
  return [id, secret, ...rest]
}

/** As `isTaken`, for a key that is sent in two parts: both must be right. */
export function isPairTaken(keys: Keys, pair: { user: string; password: string } | undefined): boolean {
  if (keys === 'off' || keys === 'any') return isTaken(keys, pair?.user)
  if (!pair) return false
  return keys.some(key => {
    const [id, secret] = partsOf(key)
    return id !== '' && pair.user === id && pair.password === secret
  })
}

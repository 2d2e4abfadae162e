import { createHmac } from 'node:crypto'
import type { SinkUser } from '../sink.ts'

/** One step of an exchange: what the client is asked next, or how it ended. */
export type SaslStep =
  | { readonly kind: 'challenge'; readonly text: string }
  | { readonly kind: 'end'; readonly isTaken: boolean }
  | { readonly kind: 'malformed' }

/** An authentication in progress (RFC 4954 §4). */
export interface Sasl {
  /** @param response decoded; undefined for the start when it brought none */
  next(response: string | undefined): SaslStep
}

/** Who is taken: the named users, or anyone when none are. */
export type Users = readonly SinkUser[] | undefined

const malformed: SaslStep = { kind: 'malformed' }
const challenge = (text: string): SaslStep => ({ kind: 'challenge', text })
const end = (isTaken: boolean): SaslStep => ({ kind: 'end', isTaken })

const isKnown = (users: Users, user: string, password: string) =>
  !users || users.some(known => known.user === user && known.password === password)

/** RFC 4616: [authzid] NUL authcid NUL password. */
function plain(users: Users): Sasl {
  return {
    next(response) {
      if (response === undefined) return challenge('')
      const parts = response.split('\0')
      const [, user, password] = parts
      if (parts.length !== 3 || !user || password === undefined) return malformed
      return end(isKnown(users, user, password))
    },
  }
}

/** draft-murchison-sasl-login: what everybody speaks and nobody standardised. */
function login(users: Users): Sasl {
  let user: string | undefined
  return {
    next(response) {
      if (response === undefined) return challenge('Username:')
      if (user !== undefined) return end(isKnown(users, user, response))
      user = response
      return challenge('Password:')
    },
  }
}

/** RFC 2195: the digest is keyed with the password, which must be known to check it. */
function cramMd5(users: Users, nonce: string): Sasl {
  const text = `<${nonce}@sink.example.net>`
  const digestOf = (password: string) => createHmac('md5', password).update(text).digest('hex')
  return {
    next(response) {
      if (response === undefined) return challenge(text)
      const [, user, digest] = /^(.+) ([0-9a-f]{32})$/.exec(response) ?? []
      if (user === undefined || digest === undefined) return malformed
      return end(!users || users.some(known => known.user === user && digestOf(known.password) === digest))
    },
  }
}

/** What Google's and Microsoft's servers answer to a token that is not good; the client then sends an empty line. */
const tokenRefused = JSON.stringify({ status: '400', schemes: 'bearer', scope: 'https://mail.example.net/' })

/** XOAUTH2: the password is the token. */
function xoauth2(users: Users): Sasl {
  let isRefused = false
  return {
    next(response) {
      if (isRefused) return end(false)
      if (response === undefined) return challenge('')
      const [, user, token] = /^user=([^\x01]+)\x01auth=Bearer ([^\x01]+)\x01\x01$/i.exec(response) ?? []
      if (user === undefined || token === undefined) return malformed
      if (isKnown(users, user, token)) return end(true)
      isRefused = true
      return challenge(tokenRefused)
    },
  }
}

const mechanisms = {
  PLAIN: plain,
  LOGIN: login,
  'CRAM-MD5': cramMd5,
  XOAUTH2: xoauth2,
} as const satisfies Record<string, (users: Users, nonce: string) => Sasl>

export const mechanismNames = Object.keys(mechanisms) as (keyof typeof mechanisms)[]

/** @param nonce not used before; undefined for a mechanism that is not offered */
export function startSasl(name: string, users: Users, nonce: string): Sasl | undefined {
  const known = mechanismNames.find(mechanism => mechanism === name)
  return known && mechanisms[known](users, nonce)
}

/** @returns undefined for what is no base64 (RFC 4648 §4) */
export function decodeResponse(text: string): string | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  return Buffer.from(text, 'base64').toString('utf8')
}

import { createHmac } from 'node:crypto'
import type { Credentials } from '../transport.ts'

/** What the client can authenticate by. XOAUTH2 takes an access token for a password. */
export const mechanisms = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'] as const
export type Mechanism = (typeof mechanisms)[number]

/** Answers to the server's challenges, in turn. */
type Answer = (challenge: Buffer) => string

export interface Sasl {
  /** The first answer needs no challenge: it may come with AUTH, which saves a round trip (RFC 4954 §4). */
  readonly speaksFirst: boolean
  readonly answers: readonly Answer[]
}

/** The password's secrecy first where nothing else protects it, then the fewest round trips: 1 PLAIN, 2, 3 LOGIN. */
const inClear: readonly Mechanism[] = ['CRAM-MD5', 'PLAIN', 'LOGIN']
const encrypted: readonly Mechanism[] = ['PLAIN', 'CRAM-MD5', 'LOGIN']

/** The best of those that a password is good for; undefined when the server offers none of them. */
export function bestMechanism(offered: readonly string[], isEncrypted: boolean): Mechanism | undefined {
  return (isEncrypted ? encrypted : inClear).find(mechanism => offered.includes(mechanism))
}

const hmacMd5 = (key: string, challenge: Buffer) => createHmac('md5', key).update(challenge).digest('hex')

export function createSasl(mechanism: Mechanism, { user, password }: Credentials): Sasl {
  switch (mechanism) {
    case 'PLAIN': // RFC 4616 §2
      return { speaksFirst: true, answers: [() => `\0${user}\0${password}`] }
    case 'LOGIN': // draft-murchison-sasl-login-00
      return { speaksFirst: false, answers: [() => user, () => password] }
    case 'CRAM-MD5': // RFC 2195 §2
      return { speaksFirst: false, answers: [challenge => `${user} ${hmacMd5(password, challenge)}`] }
    case 'XOAUTH2': // a refusal comes as a challenge, whose answer is empty
      return {
        speaksFirst: true,
        answers: [() => `user=${user}\x01auth=Bearer ${password}\x01\x01`, () => ''],
      }
  }
}

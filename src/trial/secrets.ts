/** Everything that must never be shown: replaced wherever a text leaves the process. */
export interface Secrets {
  add(secret: string | undefined): void
  /** The password, and both as AUTH PLAIN carries them (RFC 4616). */
  addCredentials(user: string, password: string): void
  mask(text: string): string
}

const MASK = '***'
/** A shorter one would blot out ordinary words, and is no secret. */
const MIN_LENGTH = 3

const base64 = (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, '')

/** Masks each secret as it is, URL-encoded, and in base64 as AUTH and Basic carry it. */
export function createSecrets(): Secrets {
  const known = new Set<string>()
  function add(secret: string | undefined): void {
    if (secret === undefined || secret.length < MIN_LENGTH) return
    for (const form of [secret, encodeURIComponent(secret), base64(secret)]) known.add(form)
  }
  return {
    add,
    addCredentials(user, password) {
      add(password)
      known.add(base64(`\0${user}\0${password}`))
      known.add(base64(`${user}:${password}`))
    },
    mask(text) {
      let masked = text
      for (const secret of known) masked = masked.replaceAll(secret, MASK)
      return masked
    },
  }
}

/** Everything that must never be shown: replaced wherever a text leaves the process. */
export interface Secrets {
  add(secret: string | undefined): void
  /** The password, and both as AUTH PLAIN carries them (RFC 4616). */
  addCredentials(user: string, password: string): void
  /** Credentials and query of a URL as they are written there; not those that only name variables. */
  addWritten(url: string): void
  mask(text: string): string
}

const MASK = '***'
/** A shorter one would blot out ordinary words, and is no secret. */
const MIN_LENGTH = 3

const base64 = (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, '')

/** Masks each secret as it is, URL-encoded, and in base64 as AUTH and Basic carry it. */
export function createSecrets(): Secrets {
  /** What stands for each, the longest first: a secret may be the beginning of another. */
  let known: readonly (readonly [secret: string, mask: string])[] = []
  function know(secret: string, mask: string): void {
    const others = known.filter(([other]) => other !== secret)
    known = [...others, [secret, mask] as const].sort(([a], [b]) => b.length - a.length)
  }
  function add(secret: string | undefined): void {
    if (secret === undefined || secret.length < MIN_LENGTH) return
    for (const form of [secret, encodeURIComponent(secret), base64(secret)]) know(form, MASK)
  }
  return {
    add,
    addCredentials(user, password) {
      add(password)
      know(base64(`\0${user}\0${password}`), MASK)
      know(base64(`${user}:${password}`), MASK)
    },
    addWritten(url) {
      // RFC 3986 §3.2: what stands between // and the last @ before the path. It may be encoded in ways that
      // encodeURIComponent is not (%2f, %61), and must be known as it was typed: the command is stored.
      const credentials = /^[^:]*:(\/\/[^/?#]*@)/.exec(url)?.[1]
      if (credentials !== undefined && !/^\/\/(?:\$\{\w+\}:?){1,2}@$/.test(credentials))
        know(credentials, `//${MASK}@`)
      // Keys travel in the query of an HTTP target as well.
      const query = /^https?:[^?#]*(\?[^#]+)/i.exec(url)?.[1]
      if (query !== undefined) know(query, '?...')
    },
    mask(text) {
      let masked = text
      for (const [secret, mask] of known) masked = masked.replaceAll(secret, () => mask)
      return masked
    },
  }
}

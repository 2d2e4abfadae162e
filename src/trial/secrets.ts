/** Everything that must never be shown: replaced wherever a text leaves the process. */
export interface Secrets {
  add(secret: string | undefined): void
  /** The password, and both as AUTH PLAIN carries them (RFC 4616). */
  addCredentials(user: string, password: string): void
  /** A key of an API, and of a compound one each part. */
  addKey(key: string | undefined): void
  /** Credentials and query of a URL as they are written there; not those that only name variables. */
  addWritten(url: string): void
  mask(text: string): string
}

const MASK = '***'
/** A shorter one would blot out ordinary words, and is no secret. */
const MIN_LENGTH = 3
const PART_LENGTH_MIN = 16

const base64 = (text: string) => Buffer.from(text).toString('base64').replace(/=+$/, '')

/** Fewer digits stand in many a text by chance. */
const CORE_LENGTH_MIN = 8

/**
 * What a secret looks like within the base64 of something longer (AUTH XOAUTH2, a body that is repeated): three
 * octets are four digits (RFC 4648 §4), so that there are three ways to fall on them. The digits at its ends are
 * its neighbours' as well, and are left.
 */
function base64Cores(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [0, 1, 2]
    .map(shift => {
      const digits = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
      return digits.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6))
    })
    .filter(core => core.length >= CORE_LENGTH_MIN)
}

/** Percent-encoding is written in either case (RFC 3986 §2.1). */
function percentForms(secret: string): string[] {
  const encoded = encodeURIComponent(secret)
  return [encoded, encoded.replace(/%[0-9A-F]{2}/g, digits => digits.toLowerCase())]
}

/** The alphabet of URLs and file names (RFC 4648 §5). */
const urlSafe = (digits: string) => digits.replaceAll('+', '-').replaceAll('/', '_')

/** Masks each secret as it is, URL-encoded, and in base64 as AUTH and Basic carry it, or anything around it. */
export function createSecrets(): Secrets {
  /** What stands for each, the longest first: a secret may be the beginning of another. */
  let known: readonly (readonly [secret: string, mask: string])[] = []
  /** Whether there is anything to mask: every reply of every message is asked. */
  let any: RegExp | undefined
  function know(secret: string, mask: string): void {
    const others = known.filter(([other]) => other !== secret)
    known = [...others, [secret, mask] as const].sort(([a], [b]) => b.length - a.length)
    any = new RegExp(known.map(([form]) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'))
  }
  function add(secret: string | undefined): void {
    if (secret === undefined || secret.length < MIN_LENGTH) return
    const digits = [base64(secret), ...base64Cores(secret)]
    for (const form of [secret, ...percentForms(secret), ...digits, ...digits.map(urlSafe)]) know(form, MASK)
  }
  return {
    add,
    addCredentials(user, password) {
      add(password)
      know(base64(`\0${user}\0${password}`), MASK)
      know(base64(`${user}:${password}`), MASK)
    },
    addKey(key) {
      add(key)
      // Each part travels by itself; what is short names a region, and is no secret.
      for (const part of key?.split(':') ?? []) if (part.length >= PART_LENGTH_MIN) add(part)
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
      if (!any?.test(text)) return text
      let masked = text
      for (const [secret, mask] of known) masked = masked.replaceAll(secret, () => mask)
      return masked
    },
  }
}

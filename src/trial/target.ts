import { isIP } from 'node:net'
import type { Address } from '../dial/dial.ts'
import { UsageError } from '../errors.ts'
import type { Credentials } from '../transport/transport.ts'

export interface SmtpTarget {
  readonly protocol: 'smtp'
  readonly address: Address
  readonly tls: 'none' | 'offered' | 'required' | 'implicit'
  readonly credentials?: Credentials
  /** Without credentials: for output and files. */
  readonly display: string
}

export interface HttpTarget {
  readonly protocol: 'http'
  readonly address: Address
  readonly encrypted: boolean
  readonly path?: string
  readonly key?: string
  readonly display: string
}

export type Target = SmtpTarget | HttpTarget

/** Environment variables, given so that tests need not touch the process. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * CR and LF would begin a header field or a command, NUL parts user and password (RFC 4616 §2); SASLprep prohibits
 * all of them (RFC 4013 §2.3). What holds one may be secret, and is not repeated.
 */
function checkControls(text: string, what: string): void {
  if (/[\x00-\x1f\x7f]/.test(text))
    throw new UsageError(`${what} holds a line break, NUL or another control character: take it out`)
}

/** Puts in `${VARIABLE}`. @throws UsageError when it is not set, or holds what could not be sent */
export function expandVariables(text: string, option: string, environment: Environment): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_match, name: string) => {
    const value = environment[name]
    if (value === undefined || value === '')
      throw new UsageError(`${option}: the environment variable ${name} is not set`)
    checkControls(value, `${option}: the environment variable ${name}`)
    return value
  })
}

/** Loopback: 127/8, ::1, and the name localhost (RFC 6761 §6.3). */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  )
}

const schemes = {
  '--smtp': { 'smtp:': 587, 'smtps:': 465 },
  '--api': { 'http:': 80, 'https:': 443 },
} as const

function parseUrl(text: string, kind: keyof typeof schemes, option: string): URL {
  const ports: Record<string, number> = schemes[kind]
  const wanted = Object.keys(ports).map(scheme => `${scheme}//`)
  // The URL parser would leave some of them out without a word.
  checkControls(text, `${option}: the URL`)
  // The URL itself may hold a password: it must not be repeated.
  const port = /:(\d{5,})(?:[/?#]|$)/.exec(text.replace(/^[^@]*@/, ''))?.[1]
  if (port !== undefined && Number(port) > 65_535)
    throw new UsageError(`${option}: port ${port} is out of range, the highest is 65535`)
  if (!URL.canParse(text))
    throw new UsageError(`${option}: not a URL; write it as ${wanted.join(' or ')}host:port`)
  const url = new URL(text)
  if (!(url.protocol in ports))
    throw new UsageError(`${option}: ${url.protocol}// is no scheme for it, use ${wanted.join(' or ')}`)
  if (url.hostname === '') throw new UsageError(`${option}: the URL names no host`)
  if (url.port === '0') throw new UsageError(`${option}: port 0 is out of range, the lowest is 1`)
  return url
}

function addressOf(url: URL, kind: keyof typeof schemes): Address {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const ports: Record<string, number> = schemes[kind]
  return { host, port: Number(url.port) || (ports[url.protocol] ?? 0) }
}

/** Decoded first: what a variable holds is taken as it is. */
function decode(part: string, option: string, environment: Environment): string {
  try {
    const decoded = decodeURIComponent(part)
    checkControls(decoded, `${option}: what stands before the @`)
    return expandVariables(decoded, option, environment)
  } catch (error) {
    if (error instanceof URIError)
      throw new UsageError(`${option}: a % in the credentials must be written as %25`)
    throw error
  }
}

function credentialsOf(url: URL, option: string, environment: Environment): Credentials | undefined {
  if (url.username === '' && url.password === '') return undefined
  const [user, password] = [url.username, url.password].map(part => decode(part, option, environment))
  if (!user || !password) throw new UsageError(`${option}: credentials need both a user and a password`)
  return { user, password }
}

/** Neither credentials nor a query, in which keys travel as well. */
const displayOf = (url: URL) =>
  `${url.protocol}//${url.username || url.password ? '***@' : ''}${url.host}${url.pathname === '/' ? '' : url.pathname}${url.search && '?...'}`

/** `smtp://user:pass@host:port?tls=none|starttls`, `smtps://…`. @throws UsageError that begins with `option` */
export function parseSmtpTarget(text: string, environment: Environment, option = '--smtp'): SmtpTarget {
  const url = parseUrl(text, '--smtp', option)
  const tls = url.searchParams.get('tls')
  const unknown = [...url.searchParams.keys()].find(name => name !== 'tls')
  if (unknown !== undefined)
    throw new UsageError(`${option}: ?${unknown}= is not known, only ?tls=none or ?tls=starttls`)
  if (tls !== null && tls !== 'none' && tls !== 'starttls') {
    throw new UsageError(`${option}: ?tls=${tls} is not known, only ?tls=none or ?tls=starttls`)
  }
  if (url.protocol === 'smtps:' && tls !== null) {
    throw new UsageError(`${option}: ?tls= goes with smtp://; smtps:// is TLS from the start`)
  }
  const credentials = credentialsOf(url, option, environment)
  const policy = tls === 'none' ? 'none' : tls === 'starttls' || credentials ? 'required' : 'offered'
  return {
    protocol: 'smtp',
    address: addressOf(url, '--smtp'),
    tls: url.protocol === 'smtps:' ? 'implicit' : policy,
    ...(credentials && { credentials }),
    display: displayOf(url),
  }
}

/** What `--api-key` names. @throws UsageError */
export function keyOf(apiKey: string, environment: Environment): string {
  if (apiKey === '') throw new UsageError('--api-key: the key is empty: give one, or leave it out')
  checkControls(apiKey, '--api-key: the key')
  return expandVariables(apiKey, '--api-key', environment)
}

/**
 * `http(s)://host/path`; a key may also stand in the URL as its password. @throws UsageError that begins with
 * `option`, or names the key's own
 */
export function parseHttpTarget(
  text: string,
  apiKey: string | undefined,
  environment: Environment,
  option = '--api',
): HttpTarget {
  const url = parseUrl(text, '--api', option)
  const inUrl = url.password || url.username
  const key = apiKey === undefined ? inUrl && decode(inUrl, option, environment) : keyOf(apiKey, environment)
  const path = url.pathname + url.search
  return {
    protocol: 'http',
    address: addressOf(url, '--api'),
    encrypted: url.protocol === 'https:',
    ...(path !== '/' && { path }),
    ...(key !== '' && { key }),
    display: displayOf(url),
  }
}

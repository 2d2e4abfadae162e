import { isIP, type Socket } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { hasCode, messageOf } from '../errors.ts'
import { causeOfError } from './cause.ts'
import { DialError, type TlsTrust } from './dial.ts'

export interface TlsOptions {
  /** The server's name, as the user wrote it. */
  readonly host: string
  readonly trust: TlsTrust
  /** Protocols to offer (RFC 7301), the preferred one first. */
  readonly alpn?: readonly string[] | undefined
}

/** Encrypts an open connection. @throws DialError of the phase `tls`, never anything else. */
export type Encrypt = (raw: Socket) => Promise<TLSSocket>

const ignore = () => {}

const hungUp = () => Object.assign(new Error('the server hung up'), { code: 'ECONNRESET' })

/** What can be done about it, or what it means, where its own words do not say. */
const remedies: readonly (readonly [words: RegExp, remedy: string])[] = [
  [
    /self-signed|unable to (?:verify|get)|local issuer/i,
    '; is it a private authority? name it: --tls-ca FILE',
  ],
  [/^wrong version number$/, ': what came back is no TLS'],
]

/** Node's own remedy is for who starts it; OpenSSL's words stand among names and lines of its source. */
function plainOf(error: unknown): string {
  const isOpenssl = hasCode(error) && error.code.startsWith('ERR_SSL_') && 'reason' in error
  if (isOpenssl && typeof error.reason === 'string') return error.reason
  return messageOf(error).replace(/; if the root CA is installed locally.*$/, '')
}

function wordsOf(error: unknown): string {
  const plain = plainOf(error)
  return plain + (remedies.find(([words]) => words.test(plain))?.[1] ?? '')
}

/** During a handshake, what names no other cause is the handshake's fault. */
function handshakeError(error: unknown): DialError {
  const cause = causeOfError(error)
  return new DialError(
    'tls',
    cause === 'unknown' ? 'tls' : cause,
    new Error(wordsOf(error), { cause: error }),
  )
}

/** A client that was told to speak HTTP/2 must not fall back in silence: its label would lie. */
function protocolRefusal(socket: TLSSocket, alpn: TlsOptions['alpn']): Error | undefined {
  if (alpn?.[0] !== 'h2' || socket.alpnProtocol === 'h2') return undefined
  return Object.assign(new Error('the server did not agree to HTTP/2'), { code: 'ERR_HTTP2_NOT_OFFERED' })
}

/**
 * The one way to start TLS, at once or after STARTTLS: the same trust, server name and resumption for every
 * client. Sessions are resumed between the connections of one `Encrypt`.
 */
export function createEncrypt({ host, trust, alpn }: TlsOptions): Encrypt {
  let session: Buffer | undefined

  return raw =>
    new Promise((resolve, reject) => {
      const encrypted = connect({
        socket: raw,
        host,
        ...(isIP(host) === 0 && { servername: host }),
        ...(trust.ca !== undefined && { ca: trust.ca }),
        ...(alpn && { ALPNProtocols: [...alpn] }),
        ...(trust.resume && session && { session }),
        rejectUnauthorized: !trust.insecure,
      })
      const fail = (error: unknown) => {
        reject(handshakeError(error))
        raw.destroy()
      }
      const hangUp = () => fail(hungUp())
      // A late error of a socket that its client has let go of would be thrown.
      encrypted.on('error', ignore)
      if (trust.resume) encrypted.on('session', ticket => (session = ticket))
      encrypted.once('error', fail).once('close', hangUp)
      encrypted.once('secureConnect', () => {
        const refusal = protocolRefusal(encrypted, alpn)
        if (refusal) return fail(refusal)
        encrypted.off('error', fail).off('close', hangUp)
        resolve(encrypted)
      })
    })
}

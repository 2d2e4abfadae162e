import type { TLSSocket } from 'node:tls'

/** What protects a connection; read while it is open, for a closed one says nothing of it. */
export interface Encryption {
  /** `TLSv1.3` */
  readonly protocol: string
  readonly cipher: string
  /** Common names of the server's certificate and of who signed it. */
  readonly subject: string
  readonly issuer: string
  /** As the certificate words it. */
  readonly validTo: string
  /** What both agreed on (RFC 7301). */
  readonly alpn: string | undefined
}

export function encryptionOf(socket: TLSSocket): Encryption {
  const { subject, issuer, valid_to: validTo } = socket.getPeerCertificate()
  return {
    protocol: socket.getProtocol() ?? 'TLS',
    cipher: socket.getCipher()?.name ?? 'unknown cipher',
    subject: String(subject?.CN ?? 'nobody'),
    issuer: String(issuer?.CN ?? 'nobody'),
    validTo: validTo ?? 'unknown',
    alpn: socket.alpnProtocol || undefined,
  }
}

/** Round trips of a full handshake: RFC 8446 §2 needs one, TLS 1.2 (RFC 5246 §7.3) two. */
export const handshakeTrips = ({ protocol }: Encryption) => (protocol === 'TLSv1.3' ? 1 : 2)

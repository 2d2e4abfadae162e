import type { LabelRow } from '../run-store/schema.ts'

/** Round trips of opening a connection, and of a message on it. */
export interface RoundTrips {
  readonly setup: number
  readonly message: number
}

type Kind = Pick<
  LabelRow,
  'transport' | 'client' | 'mode' | 'connection' | 'tls' | 'auth' | 'recipients' | 'batch_size'
>

/** TCP, greeting, EHLO; STARTTLS, TLS 1.3 and EHLO again (RFC 3207 §4.2); AUTH PLAIN with its initial response. */
function smtpSetup({ tls, auth }: Kind): number {
  const encryption = tls === 'starttls' || tls === 'required' ? 3 : tls === 'implicit' ? 1 : 0
  return 3 + encryption + (auth === null ? 0 : 1)
}

/** MAIL, each RCPT, DATA, content; in one flight up to DATA (RFC 2920 §3.1), which libraries do; all in one with BDAT. */
function smtpMessage({ mode, recipients }: Kind): number {
  if (mode === 'lockstep') return 3 + recipients
  return mode === 'chunked' ? 1 : 2
}

/**
 * What RFC 5321 and its extensions, and RFC 9112, let expect: from SYN to the final reply, TLS 1.3, content within
 * the initial congestion window (RFC 6928). Undefined where a message is not sent by itself, or by nobody.
 */
export function roundTripsInTheory(kind: Kind): RoundTrips | undefined {
  if (kind.client === 'null' || (kind.batch_size ?? 1) > 1) return undefined
  if (kind.transport === 'smtp') return { setup: smtpSetup(kind), message: smtpMessage(kind) }
  return { setup: kind.tls === 'none' ? 1 : 2, message: 1 }
}

import { hasCode } from '../errors.ts'
import type { Cause } from '../sample.ts'

const causes: Record<string, Cause> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  ENODATA: 'dns',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  ETIMEDOUT: 'timeout',
  EPROTO: 'tls',
  // The peer speaks TLS, but none of the protocols that were offered in ALPN (RFC 7301 §3.2).
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'protocol',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls',
  UNABLE_TO_GET_ISSUER_CERT: 'tls',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls',
  // Our own limits, not the server's: the trial they occur in is invalid.
  EMFILE: 'local',
  ENFILE: 'local',
  ENOBUFS: 'local',
  ENOMEM: 'local',
  EADDRINUSE: 'local',
  EADDRNOTAVAIL: 'local',
}

/** Families of codes, asked only when the code itself is not listed. */
const families: [RegExp, Cause][] = [
  [/^ERR_TLS_|^ERR_SSL_|^CERT_/, 'tls'],
  [/^HPE_|^ERR_HTTP2_|^UND_ERR_RES_|^UND_ERR_INFO/, 'protocol'],
  [/TIMEOUT$/, 'timeout'],
]

/** The cause that a system or library code names, if it names one. */
export function causeOfCode(code: string): Cause | undefined {
  return causes[code] ?? families.find(([family]) => family.test(code))?.[1]
}

/** The cause that an error's code names, looking through wrapped errors; `unknown` when none does. */
export function causeOfError(error: unknown): Cause {
  const cause = hasCode(error) ? causeOfCode(error.code) : undefined
  if (cause) return cause
  return error instanceof Error && error.cause instanceof Error ? causeOfError(error.cause) : 'unknown'
}

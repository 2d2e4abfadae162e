import { isIP } from 'node:net'
import { generate } from 'selfsigned'

/** PEM texts. Made at every start and kept in memory only: no key of ours is worth stealing. */
export interface Certificate {
  /** The authority to trust; it signed `cert` and nothing else. */
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '::1']

/** GeneralName tags (RFC 5280 §4.2.1.6), as selfsigned numbers them. */
const DNS_NAME = 2
const IP_ADDRESS = 7

const keyOptions = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

/** @param hosts names and addresses the certificate is good for; others make one that does not match */
export async function createCertificate(
  hosts: readonly string[] = loopbackHosts,
  issuer = 'mailbench loopback authority',
): Promise<Certificate> {
  const authority = await generate([{ name: 'commonName', value: issuer }], {
    ...keyOptions,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const leaf = await generate([{ name: 'commonName', value: hosts[0] ?? 'localhost' }], {
    ...keyOptions,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: hosts.map(host =>
          isIP(host) ? { type: IP_ADDRESS, ip: host } : { type: DNS_NAME, value: host },
        ),
      },
    ],
  })
  return { ca: authority.cert, cert: leaf.cert, key: leaf.private }
}

/** Of a name that is nobody's (RFC 6761 §6.4), by an authority that nobody trusts. */
export const createWrongCertificate = (): Promise<Certificate> =>
  createCertificate(['impostor.invalid'], 'an unknown authority')

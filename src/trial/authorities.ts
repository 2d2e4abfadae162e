import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { messageOf, UsageError } from '../errors.ts'

/** RFC 7468 §5.1. */
const certificate = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`--tls-ca: cannot read ${file} (${messageOf(error)})`)
  }
}

/** The certificates in a PEM file: all of them sound, for OpenSSL is silent about others. @throws UsageError naming the file */
export function readAuthorities(file: string): string {
  const pem = read(file)
  const certificates = pem.match(certificate)
  if (!certificates) throw new UsageError(`--tls-ca: ${file} holds no certificate in PEM`)
  for (const [index, text] of certificates.entries()) {
    try {
      new X509Certificate(text)
    } catch (error) {
      throw new UsageError(`--tls-ca: ${file}: certificate ${index + 1} cannot be read (${messageOf(error)})`)
    }
  }
  return pem
}

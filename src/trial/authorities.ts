import { readFileSync } from 'node:fs'
import { messageOf, UsageError } from '../errors.ts'

/** The certificates in a PEM file. @throws UsageError naming the file */
export function readAuthorities(file: string): string {
  try {
    const pem = readFileSync(file, 'utf8')
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem
  } catch (error) {
    throw new UsageError(`--tls-ca: cannot read ${file} (${messageOf(error)})`)
  }
  throw new UsageError(`--tls-ca: ${file} holds no certificate in PEM`)
}

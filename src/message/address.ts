import { UsageError } from '../errors.ts'

/** An address in its two halves, without angle brackets. */
export interface Address {
  readonly local: string
  readonly domain: string
}

// Dot-string (RFC 5321 §4.1.2), with the characters outside ASCII that RFC 6531 §3.3 adds to its atoms, at a
// domain in ASCII or an address literal. Quoted strings are left out: few servers take them. CR, LF and NUL
// match nowhere, so that no address can add a command to the envelope or a field to the header; nor do
// invisible characters (\p{C}, \p{Z}), lone surrogates among them, which UTF-8 cannot say.
const atom = "(?:[\\w!#$%&'*+/=?^`{|}~\\-]|[^\\x00-\\x7f\\p{C}\\p{Z}])+"
const pattern = new RegExp(`^(${atom}(?:\\.${atom})*)@([\\w\\-]+(?:\\.[\\w\\-]+)*|\\[[\\w.:]+\\])$`, 'u')

/** RFC 5321 §4.5.3.1.1. */
const MAX_LOCAL_BYTES = 64
/** RFC 5321 §4.5.3.1.3, less the angle brackets. */
const MAX_ADDRESS_BYTES = 254

/** @param option named in the error @throws UsageError */
export function parseAddress(option: string, text: string): Address {
  const match = pattern.exec(text)
  if (!match)
    throw new UsageError(`${option}: ${JSON.stringify(text)} is no address: write one as in user@example.net`)
  const [local, domain] = [match[1] as string, match[2] as string]
  // Limits are octets, which in UTF-8 is not the number of characters.
  if (Buffer.byteLength(local) > MAX_LOCAL_BYTES || Buffer.byteLength(text) > MAX_ADDRESS_BYTES)
    throw new UsageError(
      `${option}: ${text} is too long: use one with at most ${MAX_LOCAL_BYTES} bytes before the @ ` +
        `and ${MAX_ADDRESS_BYTES} in all`,
    )
  return { local, domain }
}

/** Whether a server must know SMTPUTF8 (RFC 6531) to be told this address. */
export function needsSmtpUtf8(address: string): boolean {
  return /[^\x00-\x7f]/.test(address)
}

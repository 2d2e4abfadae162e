import { UsageError } from '../errors.ts'
import { ID_HEADER } from './identity.ts'

/** A header field (RFC 5322 §2.2); the value is as on the wire, folded perhaps. */
export type Field = readonly [name: string, value: string]

/** RFC 5322 §2.1.1, without the CRLF. */
export const MAX_LINE_BYTES = 998

/** Splits an RFC 5322 message of our own making at its first empty line. */
export function splitMessage(eml: Buffer): { fields: Field[]; body: Buffer } {
  const end = eml.indexOf('\r\n\r\n')
  if (end < 0) throw new Error('The message has no empty line after its header')
  // A line that begins with white space continues the field above it (RFC 5322 §2.2.3).
  const lines = eml.toString('utf8', 0, end).split(/\r\n(?![ \t])/)
  const fields = lines.map((line): Field => {
    const colon = line.indexOf(': ')
    if (colon < 1) throw new Error(`"${line}" is no header field`)
    return [line.slice(0, colon), line.slice(colon + 2)]
  })
  return { fields, body: eml.subarray(end + 4) }
}

// These are the message's own: a second one would break it, or hide its identity.
const taken =
  /^(?:from|to|cc|bcc|sender|subject|date|message-id|mime-version|content-.+|return-path|received)$/i

/**
 * Checks header fields that the user wants to add, such as a provider's sandbox switch.
 * @throws UsageError, above all for a CR, LF or NUL, which would add fields or end the header
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    const shown = JSON.stringify(name)
    if (!/^[\x21-\x39\x3b-\x7e]+$/.test(name))
      throw new UsageError(`headers: ${shown} is no field name: use letters, digits and hyphens`)
    if (taken.test(name) || name.toLowerCase() === ID_HEADER.toLowerCase())
      throw new UsageError(`headers: ${shown} is set by mailbench itself: leave it out`)
    if (!/^[\x20-\x7e]*$/.test(value))
      throw new UsageError(`headers: the value of ${shown} may hold printable ASCII only, and no line break`)
    if (name.length + 2 + value.length > MAX_LINE_BYTES)
      throw new UsageError(`headers: ${shown} is too long: a line holds at most ${MAX_LINE_BYTES} bytes`)
  }
}

import { ID_HEADER } from '../message/identity.ts'

/** A header section longer than this is none of ours. */
const HEAD_BYTES_MAX = 64 * 1024
/** Names of fields are case-insensitive (RFC 5322 §1.2.2). */
const idField = new RegExp(`^${ID_HEADER}:[ \\t]*(\\S+)`, 'im')

/** The identity in the header section of a message's bytes (RFC 5322 §2.1). */
export function idOfMime(bytes: Buffer): string | undefined {
  const head = bytes.toString('latin1', 0, HEAD_BYTES_MAX)
  const end = head.indexOf('\r\n\r\n')
  return idField.exec(end < 0 ? head : head.slice(0, end))?.[1]
}

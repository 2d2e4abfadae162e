import { ID_HEADER } from '../message/identity.ts'
import { parseMailboxes } from './mailbox.ts'

/** A header section longer than this is none of ours; no more need be decoded to find one. */
export const HEAD_BYTES_MAX = 64 * 1024
/** Names of fields are case-insensitive (RFC 5322 §1.2.2). */
const idField = new RegExp(`^${ID_HEADER}:[ \\t]*(\\S+)`, 'im')
const toField = /^To:(.*(?:\r\n[ \t].*)*)/im

/** The header section of a message's bytes (RFC 5322 §2.1). */
function headOf(bytes: Buffer, encoding: 'latin1' | 'utf8'): string {
  const head = bytes.toString(encoding, 0, HEAD_BYTES_MAX)
  const end = head.indexOf('\r\n\r\n')
  return end < 0 ? head : head.slice(0, end)
}

/** The identity in the header section. */
export const idOfMime = (bytes: Buffer): string | undefined => idField.exec(headOf(bytes, 'latin1'))?.[1]

/** Whom it is for, for an API that is not told otherwise; in UTF-8, as RFC 6532 has it. */
export function recipientsOfMime(bytes: Buffer): string[] {
  const value = toField.exec(headOf(bytes, 'utf8'))?.[1] ?? ''
  return parseMailboxes(value.replace(/\r\n/g, '').trim()).map(({ address }) => address)
}

import { ID_HEADER } from '../message/identity.ts'

/** A header section that is longer is not searched: it is none of ours. */
const MAX_HEADER_BYTES = 64 * 1024
export const END_OF_HEADER = Buffer.from('\r\n\r\n')
/** Names of fields are case-insensitive (RFC 5322 §1.2.2). */
const idLine = new RegExp(`^${ID_HEADER}:[ \\t]*(\\S+)`, 'im')

/** The identity that a header section names. */
export const identityIn = (header: string): string | undefined => idLine.exec(header)?.[1]

export interface HeaderScanner {
  feed(chunk: Buffer): void
  /** The identity, once the message is over; undefined when its header has none. */
  id(): string | undefined
}

/** Finds X-Mailbench-Id in the header section of a message that arrives in pieces; the body passes by unread. */
export function createHeaderScanner(): HeaderScanner {
  let head: Buffer = Buffer.alloc(0)
  let complete = false
  return {
    feed(chunk) {
      if (complete) return
      // The empty line may be split between two pieces.
      const searchFrom = Math.max(0, head.length - END_OF_HEADER.length + 1)
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      const end = head.indexOf(END_OF_HEADER, searchFrom)
      complete = end >= 0 || head.length > MAX_HEADER_BYTES
      if (complete) head = head.subarray(0, end >= 0 ? end : MAX_HEADER_BYTES)
    },
    id: () => identityIn(head.toString('latin1')),
  }
}

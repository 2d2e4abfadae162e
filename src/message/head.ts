import type { Field } from './header.ts'
import { formatIndex, INDEX_LENGTH } from './identity.ts'
import type { Stamp } from './stamp.ts'

/** A message's header, encoded once, up to and including the empty line. */
export interface Head {
  /** That of message 0. */
  readonly bytes: Buffer
  /** Where the digits of the index stand. */
  readonly indexOffsets: readonly number[]
}

// Holds the index's place while the header is put together: no field may contain NUL (RFC 5322 §2.2).
const SLOT = '\0'

function stamped(fields: readonly Field[], stamp: Stamp): Field[] {
  const own = new Map(stamp.fields(stamp.idPrefix + SLOT))
  const replaced = fields.map(([name, value]): Field => {
    const field: Field = [name, own.get(name) ?? value]
    own.delete(name)
    return field
  })
  // Added fields come first: the last one describes the body, as mail libraries have it.
  return [...own, ...replaced]
}

/** Replaces fields by the stamp's and encodes them. */
export function encodeHead(fields: readonly Field[], stamp: Stamp): Head {
  const lines = stamped(fields, stamp).map(([name, value]) => `${name}: ${value}\r\n`)
  const parts = `${lines.join('')}\r\n`.split(SLOT)
  const indexOffsets: number[] = []
  let offset = 0
  for (const part of parts.slice(0, -1)) {
    offset += Buffer.byteLength(part)
    indexOffsets.push(offset)
    offset += INDEX_LENGTH
  }
  // UTF-8 is for addresses that need SMTPUTF8 (RFC 6532 §3.2); all else in a header is ASCII.
  return { bytes: Buffer.from(parts.join(formatIndex(0)), 'utf8'), indexOffsets }
}

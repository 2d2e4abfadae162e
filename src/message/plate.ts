import { INDEX_LENGTH } from './identity.ts'

/**
 * A template's bytes in one of their forms, encoded once, of which any number of messages is printed. All in
 * which messages differ, the index, stands in their beginning; what follows is one buffer for all of them.
 */
export interface Plate {
  /** Length of a message in this form. */
  readonly sizeBytes: number
  /** Length of the beginning, which `print` writes. */
  readonly ownBytes: number
  /** What follows the beginning. Not to be written to. */
  readonly shared: Buffer
  /** Writes the beginning of message `index` to `target` at `offset`. */
  print(index: number, target: Buffer, offset: number): void
}

/** Bytes of message 0, and where the digits of the index stand in them, in ascending order. */
export interface Pattern {
  readonly bytes: Buffer
  readonly indexOffsets: readonly number[]
}

const hexDigits = Buffer.from('0123456789abcdef', 'latin1')

/** As formatIndex does, without making a text of it. */
function writeIndex(index: number, target: Buffer, offset: number): void {
  let rest = index
  for (let i = offset + INDEX_LENGTH - 1; i >= offset; i--) {
    target[i] = hexDigits[rest & 0xf] as number
    rest >>>= 4
  }
}

export function createPlate({ bytes, indexOffsets }: Pattern): Plate {
  const ownBytes = (indexOffsets.at(-1) ?? -INDEX_LENGTH) + INDEX_LENGTH
  return {
    sizeBytes: bytes.length,
    ownBytes,
    shared: bytes.subarray(ownBytes),
    print(index, target, offset) {
      bytes.copy(target, offset, 0, ownBytes)
      for (const place of indexOffsets) writeIndex(index, target, offset + place)
    },
  }
}

import { formatIndex, INDEX_LENGTH } from '../../message/identity.ts'

/** A request as it goes out, encoded once for all messages of a template, or for one message alone. */
export interface RequestForm {
  /** Request line, header and body. */
  readonly bytes: Buffer
  /** Length of what comes before the body. */
  readonly headBytes: number
  /** Where the digits of the message's index stand; nowhere when `bytes` are one message's alone. */
  readonly indexOffsets: readonly number[]
}

/** What a load was made by. */
export interface Template<Load> {
  message(index: number): Load
}

const FIRST_INDEX = 0
/** No digit of it is one of the first's, so that all places in which an index stands differ. */
const LAST_INDEX = 0xffffffff
/** Every digit is among them. */
const OTHER_INDEXES = [0x01234567, 0x89abcdef, 0xfedcba98, 0x76543210, 1]

/** Where `a` and `b` differ, if all of it is the digits of their indexes. */
function placesOf(a: Buffer, b: Buffer): number[] | undefined {
  const [first, last] = [Buffer.from(formatIndex(FIRST_INDEX)), Buffer.from(formatIndex(LAST_INDEX))]
  const places: number[] = []
  for (let at = 0; at < a.length; at++) {
    if (a[at] === b[at]) continue
    const end = at + INDEX_LENGTH
    if (!a.subarray(at, end).equals(first) || !b.subarray(at, end).equals(last)) return undefined
    places.push(at)
    at = end - 1
  }
  return places
}

/**
 * Learns by difference where the index stands in a template's requests, and tries what it has learned on other
 * indexes. A dialect asks no clock and no chance, so that what it makes of a message depends on nothing else.
 * @returns undefined where a message cannot be made of another's by its digits: they are in base64, or signed
 */
export function learnForm<Load>(
  template: Template<Load>,
  encode: (load: Load) => RequestForm,
): RequestForm | undefined {
  const { bytes, headBytes } = encode(template.message(FIRST_INDEX))
  const last = encode(template.message(LAST_INDEX))
  if (last.bytes.length !== bytes.length || last.headBytes !== headBytes) return undefined
  const indexOffsets = placesOf(bytes, last.bytes)
  if (!indexOffsets || indexOffsets.length === 0) return undefined
  const form = { bytes, headBytes, indexOffsets }
  const copy = Buffer.from(bytes)
  for (const index of OTHER_INDEXES) {
    writeIndex(copy, 0, form, index)
    if (!copy.equals(encode(template.message(index)).bytes)) return undefined
  }
  return form
}

const HEX = Buffer.from('0123456789abcdef')

/** Puts the digits of `index` into a copy of the form that begins at `at`. */
export function writeIndex(
  bytes: Uint8Array,
  at: number,
  { indexOffsets }: RequestForm,
  index: number,
): void {
  for (const offset of indexOffsets) {
    let rest = index
    for (let place = at + offset + INDEX_LENGTH - 1; place >= at + offset; place--) {
      bytes[place] = HEX[rest & 15] as number
      rest >>>= 4
    }
  }
}

/** One message's request by itself. */
export function patchedCopy(form: RequestForm, index: number): Buffer {
  const copy = Buffer.allocUnsafe(form.bytes.length)
  form.bytes.copy(copy)
  writeIndex(copy, 0, form, index)
  return copy
}

import { CR, HTAB, hexDigitOf, isText, LF, SEMICOLON, SP } from './octets.ts'

/** What is expected next of a chunked body (RFC 9112 §7.1). */
type Expected = 'size' | 'extension' | 'size LF' | 'data' | 'data CR' | 'data LF' | 'trailer' | 'trailer LF'

/** Enough for any body that is read; leading zeros count. */
const SIZE_DIGITS_MAX = 8
/** Of all extensions and of the trailer fields, which nobody needs. */
const ASIDE_BYTES_MAX = 64 * 1024

/** Reads a body in chunks, split anywhere; extensions and trailer fields are passed over. */
export class ChunkedBody {
  fault: string | undefined
  ended = false
  /** Where in what was last read data lie; nowhere when both are equal. */
  dataFrom = 0
  dataTo = 0
  #expected: Expected = 'size'
  #sizeBytes = 0
  #digits = 0
  #asideBytes = 0
  #lineBytes = 0

  reset(): void {
    this.fault = undefined
    this.ended = false
    this.#expected = 'size'
    this.#sizeBytes = 0
    this.#digits = 0
    this.#asideBytes = 0
    this.#lineBytes = 0
  }

  /** Reads up to the end of the body, or up to that of a run of data. @returns how far */
  read(bytes: Uint8Array, from: number, to: number): number {
    this.dataFrom = from
    this.dataTo = from
    for (let at = from; at < to; at++) {
      if (this.#expected === 'data') return this.#readData(at, to)
      this.#readOctet(bytes[at] as number)
      if (this.fault !== undefined || this.ended) return at + 1
    }
    return to
  }

  #readData(at: number, to: number): number {
    this.dataFrom = at
    this.dataTo = Math.min(to, at + this.#sizeBytes)
    this.#sizeBytes -= this.dataTo - at
    if (this.#sizeBytes === 0) this.#expected = 'data CR'
    return this.dataTo
  }

  #readOctet(octet: number): void {
    switch (this.#expected) {
      case 'size':
        return this.#readSize(octet)
      case 'extension':
        return this.#passOver(octet, 'size LF')
      case 'size LF':
        return this.#endSize(octet)
      case 'data CR':
        return this.#demand(octet === CR, 'data LF')
      case 'data LF':
        return this.#demand(octet === LF, 'size')
      case 'trailer':
        return this.#passOver(octet, 'trailer LF')
      case 'trailer LF':
        return this.#endTrailer(octet)
    }
  }

  #demand(holds: boolean, next: Expected): void {
    if (holds) this.#expected = next
    else this.fault = 'a chunk of its body is malformed'
  }

  #readSize(octet: number): void {
    const digit = hexDigitOf(octet)
    if (digit >= 0) {
      this.#sizeBytes = 16 * this.#sizeBytes + digit
      this.#digits += 1
      if (this.#digits > SIZE_DIGITS_MAX) this.fault = 'a chunk of its body is too large'
      return
    }
    if (this.#digits === 0) this.fault = 'a chunk of its body has no size'
    else if (octet === CR) this.#expected = 'size LF'
    // White space before an extension is bad, but not rare (RFC 9112 §7.1.1).
    else this.#demand(octet === SEMICOLON || octet === SP || octet === HTAB, 'extension')
  }

  #endSize(octet: number): void {
    this.#digits = 0
    this.#lineBytes = 0
    this.#demand(octet === LF, this.#sizeBytes > 0 ? 'data' : 'trailer')
  }

  #passOver(octet: number, next: Expected): void {
    this.#asideBytes += 1
    if (this.#asideBytes > ASIDE_BYTES_MAX) this.fault = 'its body has too much beside its data'
    else if (octet === CR) this.#expected = next
    else if (!isText(octet)) this.fault = 'a control character in its body'
    else this.#lineBytes += 1
  }

  /** An empty line ends the trailer section, and with it the body. */
  #endTrailer(octet: number): void {
    this.#demand(octet === LF, 'trailer')
    this.ended = octet === LF && this.#lineBytes === 0
    this.#lineBytes = 0
  }
}

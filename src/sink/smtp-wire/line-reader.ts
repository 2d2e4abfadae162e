const LF = 0x0a
const CR = 0x0d

/**
 * No line may be longer, its CRLF included: the limit of AUTH (RFC 4954 §4), the longest of all. What
 * is too long for its command is the command's to say.
 */
export const MAX_LINE_BYTES = 12_288

/** Takes lines out of a stream that arrives in pieces. Only CRLF ends a line (RFC 5321 §2.3.8). */
export class LineReader {
  /** Of the line that was read last, without its CRLF; one octet a character. */
  text = ''
  /** It was ended by a bare LF, or holds a bare CR: no line at all. */
  isBare = false
  /** It was longer than any may be; its text is gone. */
  isTooLong = false
  /** Where the stream goes on. */
  next = 0
  #partial: Buffer | undefined
  #isOverfull = false

  /** @returns false when the line does not end in `chunk`: what is there of it is kept, or counted as too long */
  read(chunk: Buffer, from: number): boolean {
    const end = chunk.indexOf(LF, from)
    if (end < 0) {
      this.next = chunk.length
      this.#keep(chunk, from)
      return false
    }
    this.next = end + 1
    if (this.#partial === undefined) return this.#take(chunk, from, end)
    this.#keep(chunk.subarray(0, end + 1), from)
    const line = this.#partial
    this.#partial = undefined
    return this.#take(line, 0, line.length - 1)
  }

  #keep(chunk: Buffer, from: number): void {
    const piece = chunk.subarray(from)
    const kept = this.#partial
    const length = (kept?.length ?? 0) + piece.length
    if (length > MAX_LINE_BYTES) this.#isOverfull = true
    // A copy: the chunk may be 64 KB, and a line that goes on is a few bytes of it.
    if (this.#isOverfull) this.#partial = Buffer.from(chunk.subarray(chunk.length - 1))
    else this.#partial = kept ? Buffer.concat([kept, piece]) : Buffer.from(piece)
  }

  #take(bytes: Buffer, from: number, end: number): true {
    const hasCr = end > from && bytes[end - 1] === CR
    this.text = bytes.toString('latin1', from, hasCr ? end - 1 : end)
    this.isTooLong = this.#isOverfull || end + 1 - from > MAX_LINE_BYTES
    this.isBare = !this.isTooLong && (!hasCr || this.text.includes('\r'))
    this.#isOverfull = false
    return true
  }
}

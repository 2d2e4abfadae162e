const CR = 0x0d
const LF = 0x0a
const DOT = 0x2e
/** What precedes both a line of one dot and a dot that was stuffed. */
const LINE_DOT = Buffer.from('\r\n.')
/** The CRLF of the DATA command counts as the one before the first line (RFC 5321 §4.1.1.4). */
const AT_LINE_START = 2
/** Bytes of `CRLF . CRLF` that do not belong to the message: its last line keeps its CRLF. */
export const END_BYTES = 3

/**
 * Finds CRLF.CRLF in content that arrives in pieces, cut anywhere, and nothing else ends it: a bare LF on
 * either side of the dot is content (what smuggles a second message past a laxer server). Dots that were
 * stuffed (RFC 5321 §4.5.2) are counted, not taken out: the sink keeps nothing.
 */
export class EndOfData {
  /** Stuffed dots so far. */
  dots = 0
  /** Bytes of the end that the last piece closed with: an index into CR LF . CR LF. */
  #matched = AT_LINE_START

  begin(): void {
    this.dots = 0
    this.#matched = AT_LINE_START
  }

  /** @returns the offset behind the end, or -1 when the content goes on */
  find(chunk: Buffer, from: number): number {
    let at = from
    // Byte by byte only until what the last piece began is settled.
    while (this.#matched > 0) {
      if (at === chunk.length) return -1
      if (this.#step(chunk[at++] as number)) return at
    }
    for (;;) {
      const found = chunk.indexOf(LINE_DOT, at)
      if (found < 0) {
        this.#matched = trailing(chunk, at)
        return -1
      }
      at = found + LINE_DOT.length
      if (chunk[at] === CR && chunk[at + 1] === LF) return at + 2
      this.#matched = LINE_DOT.length
      if (at === chunk.length) return -1
      if (at + 1 === chunk.length) {
        this.#step(chunk[at] as number)
        return -1
      }
      this.#matched = 0
      this.dots++
    }
  }

  /** @returns true at the end */
  #step(byte: number): boolean {
    switch (this.#matched) {
      case 1:
        this.#matched = byte === LF ? 2 : startOf(byte)
        return false
      case 2:
        this.#matched = byte === DOT ? 3 : startOf(byte)
        return false
      case 3:
        if (byte !== CR) this.dots++
        this.#matched = byte === CR ? 4 : 0
        return false
      default:
        if (byte === LF) return true
        this.dots++
        this.#matched = startOf(byte)
        return false
    }
  }
}

const startOf = (byte: number) => (byte === CR ? 1 : 0)

/** How much of CRLF the bytes from `from` close with. */
function trailing(chunk: Buffer, from: number): number {
  const last = chunk.length - 1
  if (last < from) return 0
  if (chunk[last] === CR) return 1
  return last > from && chunk[last] === LF && chunk[last - 1] === CR ? 2 : 0
}

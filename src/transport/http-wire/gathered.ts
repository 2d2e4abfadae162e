const EMPTY = Buffer.alloc(0)
const FIRST_BYTES = 1024

/** Octets that came in pieces, put together: memory is as large as they are, however small the pieces. */
export class Gathered {
  sizeBytes = 0
  #bytes: Buffer = EMPTY

  /** They end at `sizeBytes`; the next append may move them. */
  get bytes(): Buffer {
    return this.#bytes
  }

  append(bytes: Buffer, from: number, to: number): void {
    const sizeBytes = this.sizeBytes + to - from
    if (sizeBytes > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(FIRST_BYTES, 2 * sizeBytes))
      this.#bytes.copy(grown, 0, 0, this.sizeBytes)
      this.#bytes = grown
    }
    bytes.copy(this.#bytes, this.sizeBytes, from, to)
    this.sizeBytes = sizeBytes
  }

  /** Forgets them, and lets go of their memory. */
  clear(): void {
    if (this.sizeBytes === 0) return
    this.sizeBytes = 0
    this.#bytes = EMPTY
  }
}

/** Bytes a page: few, since a sink keeps pages of ten thousand trials; a power of two. */
const PAGE = 2 ** 12

/**
 * One byte for each submission, by its index, 0 until it is set. In pages, made when something first falls into
 * them: one array that doubles would hold up to three times as much while it grows, and one index from the network
 * that is far out would cost all below it.
 */
export class BytePages {
  readonly #pages: (Uint8Array | undefined)[] = []
  #length = 0
  #opened = 0

  /** The highest index that was set, and one. */
  get length(): number {
    return this.#length
  }

  /** What the pages take. */
  get sizeBytes(): number {
    return this.#opened * PAGE
  }

  get(index: number): number {
    return this.#pages[Math.floor(index / PAGE)]?.[index % PAGE] ?? 0
  }

  set(index: number, byte: number): void {
    const page = this.#pages[Math.floor(index / PAGE)] ?? this.#open(Math.floor(index / PAGE))
    page[index % PAGE] = byte
    if (index >= this.#length) this.#length = index + 1
  }

  #open(number: number): Uint8Array {
    const page = new Uint8Array(PAGE)
    while (this.#pages.length < number) this.#pages.push(undefined) // an array with holes is a slow one
    this.#pages[number] = page
    this.#opened += 1
    return page
  }

  /** A copy of all of them, as one. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.#length)
    for (const [i, page] of this.#pages.entries())
      if (page) bytes.set(page.subarray(0, this.#length - i * PAGE), i * PAGE)
    return bytes
  }
}

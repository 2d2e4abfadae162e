import { createHeaderScanner, END_OF_HEADER, type HeaderScanner, identityIn } from '../header.ts'
import { END_BYTES, EndOfData } from './end-of-data.ts'

/**
 * One message after the other as it passes by: its size and its identity are all that is kept. One object a
 * connection serves them all.
 */
export class Content {
  /** Of the message as the client meant it: without the stuffed dots and the end (RFC 1870 §3). */
  sizeBytes = 0
  #isDone = false
  #isNew = true
  #id: string | undefined
  #scanner: HeaderScanner | undefined
  readonly #end = new EndOfData()

  begin(): void {
    this.sizeBytes = 0
    this.#isDone = false
    this.#isNew = true
    this.#id = undefined
    this.#scanner = undefined
    this.#end.begin()
  }

  /** True once the line of one dot has come. */
  get isDone(): boolean {
    return this.#isDone
  }

  /** Reads content that ends with CRLF.CRLF. @returns the offset behind what belongs to it */
  readLines(chunk: Buffer, from: number): number {
    const end = this.#end.find(chunk, from)
    const to = end < 0 ? chunk.length : end
    this.readBytes(chunk, from, to)
    if (end >= 0) {
      this.#isDone = true
      this.sizeBytes -= this.#end.dots + END_BYTES
    }
    return to
  }

  /** Reads content whose size was announced (RFC 3030 §2). */
  readBytes(chunk: Buffer, from: number, to: number): void {
    this.sizeBytes += to - from
    if (this.#isNew) this.#readFirst(chunk, from, to)
    else this.#scanner?.feed(chunk.subarray(from, to))
  }

  /** The identity that its header carried, once it is over. */
  id(): string | undefined {
    return this.#scanner ? this.#scanner.id() : this.#id
  }

  /** Mostly the header is in the first piece, and needs no scanner. */
  #readFirst(chunk: Buffer, from: number, to: number): void {
    if (to === from) return
    this.#isNew = false
    const piece = from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to)
    const end = piece.indexOf(END_OF_HEADER)
    if (end >= 0) {
      this.#id = identityIn(piece.toString('latin1', 0, end))
    } else {
      this.#scanner = createHeaderScanner()
      this.#scanner.feed(piece)
    }
  }
}

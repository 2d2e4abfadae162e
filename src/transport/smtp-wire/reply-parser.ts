const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const HYPHEN = 0x2d
const ZERO = 0x30

/** No server has that much to say: RFC 5321 §4.5.3.1.5 has lines of 512 bytes. */
export const MAX_REPLY_BYTES = 64 * 1024

/** Told of each reply as it is complete; its words can be had from the parser until it returns. */
export type OnReply = (code: number) => void

/**
 * Reads replies (RFC 5321 §4.2) where they lie in the received bytes: of a reply that is not asked for its
 * words, nothing is made. Only what a read left incomplete is copied, to be continued by the next.
 */
export class ReplyParser {
  readonly #onReply: OnReply
  /** The beginning of a reply whose end has not been received. */
  #kept: Buffer = Buffer.alloc(0)
  #keptBytes = 0
  /** Code of the lines so far of the reply in progress; 0: this is its first. */
  #code = 0
  /** Where its present line begins, and how far that has been searched for its end; from the reply's first byte. */
  #lineAt = 0
  #searchedTo = 0
  #halted = false
  /** Where the reply that is being told of lies. */
  #bytes: Buffer = this.#kept
  #from = 0
  #to = 0

  constructor(onReply: OnReply) {
    this.#onReply = onReply
  }

  /** Words and all of the reply that is being told of; its lines end in `\n`, but for the last. */
  text(): string {
    return this.#bytes.toString('utf8', this.#from, this.#to).replaceAll('\r\n', '\n')
  }

  /** Bytes that were received and belong to no complete reply. */
  get unreadBytes(): number {
    return this.#keptBytes
  }

  /** To be called while told of a reply: it is the last, what follows is none. */
  halt(): void {
    this.#halted = true
  }

  /**
   * Takes the first `sizeBytes` of `chunk`, which is not looked at later.
   * @returns false when they are no reply, or part of one that is too long: then nothing more can be read
   */
  feed(chunk: Buffer, sizeBytes: number): boolean {
    if (this.#keptBytes === 0) {
      const restAt = this.#read(chunk, sizeBytes)
      if (restAt >= 0 && restAt < sizeBytes) this.#keep(chunk, restAt, sizeBytes)
      return restAt >= 0
    }
    this.#keep(chunk, 0, sizeBytes)
    const restAt = this.#read(this.#kept, this.#keptBytes)
    if (restAt > 0) this.#drop(restAt)
    return restAt >= 0
  }

  /** Tells of the replies that are complete. @returns where the rest begins, -1 when it is no part of a reply */
  #read(bytes: Buffer, end: number): number {
    let from = 0
    let lineAt = this.#lineAt
    let at = this.#searchedTo
    while (!this.#halted) {
      while (at < end && bytes[at] !== LF) at++
      if (at === end) break
      at += 1
      const lastAt = bytes[at - 2] === CR ? at - 2 : at - 1
      const code = codeOf(bytes, lineAt, lastAt)
      if (code === 0 || (this.#code !== 0 && code !== this.#code)) return -1
      if (lastAt > lineAt + 3 && bytes[lineAt + 3] === HYPHEN) {
        this.#code = code
      } else {
        this.#code = 0
        this.#tell(code, bytes, from, lastAt)
        from = at
      }
      lineAt = at
    }
    this.#lineAt = lineAt - from
    this.#searchedTo = at - from
    const isSound = end - from <= MAX_REPLY_BYTES && mayBecomeReply(bytes, lineAt, end)
    return this.#halted || isSound ? from : -1
  }

  #tell(code: number, bytes: Buffer, from: number, to: number): void {
    this.#bytes = bytes
    this.#from = from
    this.#to = to
    this.#onReply(code)
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    const sizeBytes = this.#keptBytes + to - from
    if (sizeBytes > this.#kept.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(256, 2 * sizeBytes))
      this.#kept.copy(larger, 0, 0, this.#keptBytes)
      this.#kept = larger
    }
    bytes.copy(this.#kept, this.#keptBytes, from, to)
    this.#keptBytes = sizeBytes
  }

  #drop(sizeBytes: number): void {
    this.#kept.copyWithin(0, sizeBytes, this.#keptBytes)
    this.#keptBytes -= sizeBytes
  }
}

/** The code that the line from `at` to `end` begins with; 0 when it is no line of a reply. */
function codeOf(bytes: Buffer, at: number, end: number): number {
  if (end < at + 3) return 0
  const first = digitAt(bytes, at)
  const second = digitAt(bytes, at + 1)
  const third = digitAt(bytes, at + 2)
  if (first < 2 || first > 5 || second < 0 || third < 0) return 0
  if (end > at + 3 && bytes[at + 3] !== SPACE && bytes[at + 3] !== HYPHEN) return 0
  return 100 * first + 10 * second + third
}

/** The digit at `at`, or a negative number. */
function digitAt(bytes: Buffer, at: number): number {
  const digit = (bytes[at] as number) - ZERO
  return digit <= 9 ? digit : -1
}

/** Whether what was received of a line can be the beginning of one: a peer that speaks otherwise may never end it. */
function mayBecomeReply(bytes: Buffer, at: number, end: number): boolean {
  const first = at < end ? digitAt(bytes, at) : 2
  if (first < 2 || first > 5) return false
  if (at + 1 < end && digitAt(bytes, at + 1) < 0) return false
  if (at + 2 < end && digitAt(bytes, at + 2) < 0) return false
  if (at + 3 >= end) return true
  const separator = bytes[at + 3]
  return separator === SPACE || separator === HYPHEN || separator === CR
}

import type { Plate } from '../../message/plate.ts'

/** Holds a small message and its commands. */
const INITIAL_BYTES = 4096

/** What is to be written next, put together in one buffer so that a flight is one write. */
export class Outgoing {
  readonly #isTaken: () => boolean
  #bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES)
  #sizeBytes = 0
  /** The socket may still read from the buffer. */
  #isLent = false

  /** @param isTaken whether whoever took the bytes is done with them */
  constructor(isTaken: () => boolean) {
    this.#isTaken = isTaken
  }

  get isEmpty(): boolean {
    return this.#sizeBytes === 0
  }

  /** Commands, as they are on the wire. Only addresses of messages that need SMTPUTF8 are outside ASCII. */
  commands(text: string, encoding: 'latin1' | 'utf8' = 'latin1'): void {
    this.#reserve(encoding === 'latin1' ? text.length : 3 * text.length)
    this.#sizeBytes += this.#bytes.write(text, this.#sizeBytes, encoding)
  }

  /** The beginning of message `index`. */
  print(plate: Plate, index: number): void {
    this.#reserve(plate.ownBytes)
    plate.print(index, this.#bytes, this.#sizeBytes)
    this.#sizeBytes += plate.ownBytes
  }

  copy(bytes: Buffer): void {
    this.#reserve(bytes.length)
    this.#sizeBytes += bytes.copy(this.#bytes, this.#sizeBytes)
  }

  /** Lends all that was put together; nothing is left. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#sizeBytes)
    this.#sizeBytes = 0
    this.#isLent = true
    return taken
  }

  #reserve(moreBytes: number): void {
    if (this.#isLent) {
      this.#isLent = false
      if (!this.#isTaken()) this.#bytes = Buffer.allocUnsafeSlow(Math.max(INITIAL_BYTES, moreBytes))
    }
    const neededBytes = this.#sizeBytes + moreBytes
    if (neededBytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(2 * neededBytes)
    this.#bytes.copy(larger, 0, 0, this.#sizeBytes)
    this.#bytes = larger
  }
}

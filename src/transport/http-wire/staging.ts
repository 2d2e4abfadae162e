import { type RequestForm, writeIndex } from './request-form.ts'
import type { WireAttempt } from './wire-attempt.ts'

/**
 * A connection's own copies of a request, one behind the other: to send a few messages their digits are written
 * and nothing is copied. The socket must have let go of what was staged before.
 */
export class Staging {
  #form: RequestForm | undefined
  #copies = Buffer.alloc(0)
  /** The first copy, the first two, and so on. */
  #runs: Buffer[] = []
  readonly #limitBytes: number

  /** @param limitBytes what is staged at a time is shorter: larger requests are copied each by itself */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** The requests of `attempts` as one run of octets; undefined when they have no form in common, or do not fit. */
  stage(attempts: readonly WireAttempt[]): Buffer | undefined {
    const form = attempts[0]?.form
    if (!form || form.indexOffsets.length === 0) return undefined
    const sizeBytes = form.bytes.length
    if (attempts.length * sizeBytes >= this.#limitBytes) return undefined
    for (const attempt of attempts) if (attempt.form !== form) return undefined
    if (form !== this.#form || attempts.length > this.#runs.length) this.#lay(form, attempts.length)
    for (let i = 0; i < attempts.length; i++)
      writeIndex(this.#copies, i * sizeBytes, form, (attempts[i] as WireAttempt).index)
    return this.#runs[attempts.length - 1]
  }

  #lay(form: RequestForm, count: number): void {
    const sizeBytes = form.bytes.length
    this.#form = form
    this.#copies = Buffer.concat(Array.from({ length: count }, () => form.bytes))
    this.#runs = Array.from({ length: count }, (_, i) => this.#copies.subarray(0, (i + 1) * sizeBytes))
  }
}

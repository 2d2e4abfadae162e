import type { WireAttempt } from './wire-attempt.ts'

/** So many places before the first are let go of at once. */
const SLACK = 1024

/** Attempts that wait for a connection, first come, first served; those that ended in their wait are left out. */
export class AttemptQueue {
  #attempts: WireAttempt[] = []
  #first = 0

  push(attempt: WireAttempt): void {
    this.#attempts.push(attempt)
  }

  /** Puts back what was taken, in its order. */
  unshift(attempts: readonly WireAttempt[]): void {
    this.#attempts = [...attempts, ...this.#attempts.slice(this.#first)]
    this.#first = 0
  }

  /** Takes the first that still waits. */
  shift(): WireAttempt | undefined {
    const attempt = this.peek()
    if (attempt) this.#first += 1
    return attempt
  }

  /** The first that still waits. */
  peek(): WireAttempt | undefined {
    while (this.#attempts[this.#first]?.settled) this.#first += 1
    if (this.#first >= SLACK || this.#first === this.#attempts.length) {
      if (this.#first > 0) this.#attempts = this.#attempts.slice(this.#first)
      this.#first = 0
    }
    return this.#attempts[this.#first]
  }
}

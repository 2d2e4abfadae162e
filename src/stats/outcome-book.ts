import { type Outcome, outcomes } from '../sample.ts'

const FIRST_CAPACITY = 1024

/** The byte that stands for an outcome; 0 is a submission that has not ended. */
export const outcomeCode = Object.fromEntries(
  outcomes.map((outcome, index) => [outcome, index + 1]),
) as Readonly<Record<Outcome, number>>

/** How every submission of a trial ended, warm-up included, by index: one byte each, for the ledger. */
export class OutcomeBook {
  #codes = new Uint8Array(FIRST_CAPACITY)
  #length = 0

  /** @throws Error when it has one already: each due submission has exactly one outcome. */
  note(index: number, outcome: Outcome): void {
    if (index >= this.#codes.length) this.#grow(index)
    if (this.#codes[index] !== 0) throw new Error(`submission ${index} ended twice, now as ${outcome}`)
    this.#codes[index] = outcomeCode[outcome]
    if (index >= this.#length) this.#length = index + 1
  }

  #grow(index: number): void {
    const grown = new Uint8Array(2 ** Math.ceil(Math.log2(index + 1)))
    grown.set(this.#codes)
    this.#codes = grown
  }

  /** A view, not a copy. */
  codes(): Uint8Array {
    return this.#codes.subarray(0, this.#length)
  }
}

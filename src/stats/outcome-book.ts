import { BytePages } from '../byte-pages.ts'
import { type Outcome, outcomes } from '../sample.ts'

/** The byte that stands for an outcome; 0 is a submission that has not ended. */
export const outcomeCode = Object.fromEntries(
  outcomes.map((outcome, index) => [outcome, index + 1]),
) as Readonly<Record<Outcome, number>>

/** How every submission of a trial ended, warm-up included, by index: one byte each, for the ledger. */
export class OutcomeBook {
  readonly #pages = new BytePages()

  /** What it takes. */
  get sizeBytes(): number {
    return this.#pages.sizeBytes
  }

  /** @throws Error when it has one already: each due submission has exactly one outcome. */
  note(index: number, outcome: Outcome): void {
    if (this.#pages.get(index) !== 0) throw new Error(`submission ${index} ended twice, now as ${outcome}`)
    this.#pages.set(index, outcomeCode[outcome])
  }

  /** All of them, as one. */
  codes(): Uint8Array {
    return this.#pages.bytes()
  }
}

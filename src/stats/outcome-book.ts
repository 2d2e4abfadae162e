import { type Outcome, outcomes } from '../sample.ts'

/** Submissions a page: a power of two. */
const PAGE = 2 ** 16

/** The byte that stands for an outcome; 0 is a submission that has not ended. */
export const outcomeCode = Object.fromEntries(
  outcomes.map((outcome, index) => [outcome, index + 1]),
) as Readonly<Record<Outcome, number>>

/**
 * How every submission of a trial ended, warm-up included, by index: one byte each, for the ledger. In pages:
 * one array that doubles would hold up to three times as much while it grows.
 */
export class OutcomeBook {
  readonly #pages: Uint8Array[] = []
  #length = 0

  /** @throws Error when it has one already: each due submission has exactly one outcome. */
  note(index: number, outcome: Outcome): void {
    const page = this.#pages[Math.floor(index / PAGE)] ?? this.#openPage(index)
    const place = index % PAGE
    if (page[place] !== 0) throw new Error(`submission ${index} ended twice, now as ${outcome}`)
    page[place] = outcomeCode[outcome]
    if (index >= this.#length) this.#length = index + 1
  }

  /** Opens the pages up to that of `index`. */
  #openPage(index: number): Uint8Array {
    while (this.#pages.length * PAGE <= index) this.#pages.push(new Uint8Array(PAGE))
    return this.#pages[this.#pages.length - 1] as Uint8Array
  }

  /** All of them, as one. */
  codes(): Uint8Array {
    const codes = new Uint8Array(this.#pages.length * PAGE)
    for (const [i, page] of this.#pages.entries()) codes.set(page, i * PAGE)
    return codes.subarray(0, this.#length)
  }
}

import { phases } from '../phase.ts'
import { causes, outcomes, type Reply } from '../sample.ts'
import type { SampleRow } from './schema.ts'

type Worded = Pick<SampleRow, 'outcome' | 'phase' | 'cause' | 'enhanced_code'>

/** A server that words every reply with a code of its own must not fill memory: the rest go without. */
const CODES_MAX = 10_000

const placesIn = <Word extends string>(words: readonly Word[]) =>
  new Map<Word, number>(words.map((word, i) => [word, i + 1]))
const outcomePlaces = placesIn(outcomes)
const phasePlaces = placesIn(phases)
const causePlaces = placesIn(causes)

/** What a reply says in words, as one number below 2^53: each word is its place in its list, 0 none. */
export class SampleWords {
  readonly #codes: string[] = []
  readonly #codePlaces = new Map<string, number>()

  pack(outcome: SampleRow['outcome'], { phase, cause, enhancedCode }: Partial<Reply> = {}): number {
    return (
      (outcomePlaces.get(outcome) ?? 0) +
      2 ** 8 * (phase === undefined ? 0 : (phasePlaces.get(phase) ?? 0)) +
      2 ** 16 * (cause === undefined ? 0 : (causePlaces.get(cause) ?? 0)) +
      2 ** 24 * (enhancedCode === undefined ? 0 : this.#placeOf(enhancedCode))
    )
  }

  unpack(packed: number): Worded {
    const byte = (n: number) => Math.floor(packed / 2 ** (8 * n)) % 2 ** 8
    return {
      outcome: outcomes[byte(0) - 1] as SampleRow['outcome'],
      phase: phases[byte(1) - 1] ?? null,
      cause: causes[byte(2) - 1] ?? null,
      enhanced_code: this.#codes[Math.floor(packed / 2 ** 24) - 1] ?? null,
    }
  }

  /** Codes are few: they are noted as they come. */
  #placeOf(code: string): number {
    const known = this.#codePlaces.get(code)
    if (known !== undefined) return known
    if (this.#codes.length === CODES_MAX) return 0
    const place = this.#codes.push(code)
    this.#codePlaces.set(code, place)
    return place
  }
}

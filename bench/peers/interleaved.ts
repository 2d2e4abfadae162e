import { median } from '../../src/stats/median.ts'

/** One side of a comparison: sends `messages`, and says how many a second from the first to the last reply. */
export interface Side {
  readonly name: string
  readonly ratePerS: (messages: number) => Promise<number>
}

export interface Comparison {
  readonly name: string
  readonly ours: Side
  readonly theirs: Side
  readonly messages: number
  /** The ratio that is to be reached. */
  readonly target: number
}

export interface Outcome {
  readonly name: string
  readonly ours_per_s: number
  readonly theirs_per_s: number
  readonly ratio: number
  readonly ratio_min: number
  readonly ratio_max: number
  readonly target: number
  readonly repetitions: number
}

/** Neither side pays for the other's garbage. */
function ratePerS(side: Side, messages: number): Promise<number> {
  globalThis.gc?.()
  return side.ratePerS(messages)
}

const at = (values: readonly number[]) => median([...values]) ?? Number.NaN
const rounded = (value: number, digits: number) => Number(value.toFixed(digits))

/** A B, B A, A B …: each pair gives one ratio, so that what drifts on the machine falls out. */
export async function compare(comparison: Comparison, repetitions: number): Promise<Outcome> {
  const { name, ours, theirs, messages, target } = comparison
  for (const side of [ours, theirs]) await ratePerS(side, messages)
  const pairs: { ours: number; theirs: number }[] = []
  for (let i = 0; i < repetitions; i++) {
    const first = i % 2 === 0 ? ours : theirs
    const a = await ratePerS(first, messages)
    const b = await ratePerS(first === ours ? theirs : ours, messages)
    pairs.push(first === ours ? { ours: a, theirs: b } : { ours: b, theirs: a })
  }
  const ratios = pairs.map(pair => pair.ours / pair.theirs)
  return {
    name,
    ours_per_s: Math.round(at(pairs.map(pair => pair.ours))),
    theirs_per_s: Math.round(at(pairs.map(pair => pair.theirs))),
    ratio: rounded(at(ratios), 3),
    ratio_min: rounded(Math.min(...ratios), 3),
    ratio_max: rounded(Math.max(...ratios), 3),
    target,
    repetitions,
  }
}

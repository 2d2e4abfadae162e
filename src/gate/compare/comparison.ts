import type { TrialRow } from '../../run-store/schema.ts'

export type Verdict = 'worse' | 'better' | 'equivalent' | 'inconclusive'

/** One metric of one label, on both sides. */
export interface Comparison {
  readonly label: string
  readonly metric: string
  readonly kind: 'timed' | 'counted'
  /** Median of the repetitions, or what was counted. */
  readonly base: number
  readonly next: number
  /** (next − base) / base; of failure rates and counts next − base. */
  readonly change: number
  readonly unit: 'share of base' | 'difference'
  /** 95 %; null of what is counted, and where there are too few repetitions. */
  readonly low: number | null
  readonly high: number | null
  /** Cliff's delta, −1 to 1. */
  readonly dominance: number | null
  /** After Holm's correction for as many as are compared. */
  readonly p: number | null
  /** A change within it is none. */
  readonly noise: number
  readonly repetitions: readonly [base: number, next: number]
  /** How many a side would settle it; null when it is settled. */
  readonly needed: number | null
  readonly verdict: Verdict
}

/** Repetitions of one label, in the order in which they ran. */
export interface Side {
  readonly label: string
  readonly rows: readonly TrialRow[]
}

/** What is compared: by default one label of two runs; or two labels of one run, whose repetitions are pairs. */
export interface Pair {
  readonly label: string
  readonly base: Side
  readonly next: Side
  readonly isPaired: boolean
}

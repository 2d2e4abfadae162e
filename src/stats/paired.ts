import { CONFIDENCE, type Interval } from './interval.ts'
import { type Shift, shiftOfPairs } from './shift.ts'

/** Of paired differences (shift.ts); undefined without a pair. */
export function pairedShift(differences: readonly number[], confidence = CONFIDENCE): Shift | undefined {
  return differences.length === 0 ? undefined : shiftOfPairs(differences, confidence)
}

/** A ratio of two sides, with its bounds. */
export interface Ratio {
  readonly value: number
  readonly interval: Interval | undefined
}

/** Of what multiplies rather than adds, as times do: the shift of the logarithms, told as a ratio. */
export function pairedRatio(ratios: readonly number[], confidence = CONFIDENCE): Ratio | undefined {
  const shift = pairedShift(
    ratios.map(ratio => Math.log(ratio)),
    confidence,
  )
  if (!shift) return undefined
  const { estimate, interval } = shift
  return {
    value: Math.exp(estimate),
    interval: interval && { low: Math.exp(interval.low), high: Math.exp(interval.high) },
  }
}

/** Two-sided bounds of an estimate. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** The confidence of every interval that this project prints. */
export const CONFIDENCE = 0.95

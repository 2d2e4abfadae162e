/** Two-sided bounds of an estimate. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** The confidence of every interval that this project prints. */
export const CONFIDENCE = 0.95

/** Whether a difference with this interval can be told from none. */
export const isOffZero = (interval: Interval | undefined): interval is Interval =>
  interval !== undefined && (interval.low > 0 || interval.high < 0)

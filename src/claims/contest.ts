import type { Comparison } from './comparison.ts'
import type { Parts } from './parts.ts'

/** One condition in which both transports were measured. */
export interface Contest {
  readonly comparison: Comparison
  /** What tells it from the others: `20 ms RTT, kept connection`. */
  readonly where: string
  readonly parts: Parts | null
  /** Whether the client process was fully busy: the ratio is then one of full load. */
  readonly atLimit: boolean
}

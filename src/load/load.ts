import type { Clock, Nanoseconds } from '../clock.ts'

/** Sends submission `index`, due at `dueNs`; resolves when it has ended. Never rejects. */
export type Submit = (index: number, dueNs: Nanoseconds) => Promise<void>

/** What ends a load, whichever comes first. Both are always set: no loop runs unbounded. */
export interface Bounds {
  readonly messages: number
  readonly durationNs: Nanoseconds
}

/**
 * Decides when submissions start. Knows nothing of mail. Resolves when all that it started have ended,
 * with the number it started; `firstIndex` numbers them on from an earlier load, such as a warm-up.
 */
export interface Load {
  readonly label: string
  run(submit: Submit, firstIndex: number, bounds: Bounds, clock: Clock, signal: AbortSignal): Promise<number>
}

import type { Clock, Nanoseconds } from '../clock.ts'

/** What a load drives. */
export interface Sender {
  /** Sends submission `index`, due at `dueNs`; resolves when it has ended. Never rejects. */
  submit(index: number, dueNs: Nanoseconds): Promise<void>
  /** It was due, but too many were in flight: it is never sent. */
  drop(index: number, dueNs: Nanoseconds): void
}

/** What ends a load, whichever comes first. Both are always set: no loop runs unbounded. */
export interface Bounds {
  readonly messages: number
  readonly durationNs: Nanoseconds
  /** Asked of open load before each start: true ends it, as soon as what is in flight has ended. */
  readonly isOver?: (() => boolean) | undefined
}

/**
 * Decides when submissions start. Knows nothing of mail. Resolves when all that it started have ended, with
 * the number that came due; `firstIndex` numbers them on from an earlier load, such as a warm-up.
 */
export interface Load {
  readonly label: string
  run(sender: Sender, firstIndex: number, bounds: Bounds, clock: Clock, signal: AbortSignal): Promise<number>
}

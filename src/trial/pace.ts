import type { Nanoseconds } from '../clock.ts'

/** When the measured part's submissions were due and when they started. Of closed load, nothing is planned. */
export interface Pace {
  readonly dues: number
  readonly starts: number
  readonly dueSpanNs: Nanoseconds
  readonly startSpanNs: Nanoseconds
  /** Planned gaps; at most the first GAPS_MAX. */
  readonly gapsNs: readonly Nanoseconds[]
}

/** Enough for any goodness of fit; keeps memory flat in long trials. */
const GAPS_MAX = 100_000

export function createPacer(planned: boolean) {
  const gapsNs: Nanoseconds[] = []
  let dues = 0
  let starts = 0
  let [firstDueNs, lastDueNs, firstStartNs, lastStartNs] = [0, 0, 0, 0]
  return {
    /** A submission came due, whether it is then started or dropped. */
    due(dueNs: Nanoseconds): void {
      if (dues === 0) firstDueNs = dueNs
      else if (planned && gapsNs.length < GAPS_MAX) gapsNs.push(dueNs - lastDueNs)
      lastDueNs = dueNs
      dues += 1
    },
    start(startNs: Nanoseconds): void {
      if (starts === 0) firstStartNs = startNs
      lastStartNs = startNs
      starts += 1
    },
    pace: (): Pace => ({
      dues,
      starts,
      dueSpanNs: lastDueNs - firstDueNs,
      startSpanNs: lastStartNs - firstStartNs,
      gapsNs,
    }),
  }
}

export type Pacer = ReturnType<typeof createPacer>

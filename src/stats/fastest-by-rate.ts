import type { LabelRow } from '../run-store/schema.ts'
import type { Ranking } from './ranking.ts'
import type { RateLimit } from './rate-limit.ts'

/** The fastest way for a range of rates: beyond `untilPerS`, what is faster takes no more. */
export interface RateStep {
  readonly row: LabelRow
  /** undefined: as far as it was asked, it took all. Of one that the client held back: what it was seen to take. */
  readonly untilPerS: number | undefined
}

const wayToTarget = ({ target, transport, client, mode, http_version }: LabelRow) =>
  JSON.stringify([target, transport, client, mode, http_version])

function untilOf({ perS, refusedAtPerS, reachedPerS, heldBack }: RateLimit): number | undefined {
  if (refusedAtPerS !== null) return perS ?? refusedAtPerS
  return heldBack ? reachedPerS : undefined
}

/**
 * Which way is the fastest at which rate: the first of the ranking up to its limit, then the next that takes more.
 * @param limitRows the labels of the ramps, which tell whose limit each is
 */
export function fastestByRate(
  { ranked }: Ranking,
  limits: readonly RateLimit[],
  limitRows: readonly LabelRow[],
): RateStep[] {
  const limitOf = (row: LabelRow) => {
    const ramp = limitRows.find(other => other.load === 'ramp' && wayToTarget(other) === wayToTarget(row))
    return limits.find(({ label }) => label === ramp?.label)
  }
  const steps: RateStep[] = []
  let reachedPerS = 0
  for (const { row } of ranked) {
    const limit = limitOf(row)
    if (!limit) continue
    const untilPerS = untilOf(limit)
    if (untilPerS !== undefined && untilPerS <= reachedPerS) continue
    steps.push({ row, untilPerS })
    if (untilPerS === undefined) break
    reachedPerS = untilPerS
  }
  return steps
}

import type { StoredRun } from '../run-store/stored-run.ts'
import { roundTripsClaim } from './c1-round-trips.ts'
import { speedClaim } from './c2-speed.ts'
import { relayClaim } from './c10-relay.ts'
import type { Claim, Judged } from './claim.ts'

/** Every claim that can be settled, in order. */
export const claims: readonly Claim[] = [roundTripsClaim, speedClaim, relayClaim]

const notMeasuredHere = ({ verdict }: Judged) => verdict === 'not measured here'

/**
 * Every claim by every run that measures it: two runs that disagree are both heard. Of a claim that none measures,
 * what the first one lacks. @param runs at least one
 */
export function judgeAll(runs: readonly StoredRun[]): Judged[] {
  return claims.flatMap(claim => {
    const { id, text, rule } = claim
    const judged = runs.map((run): Judged => ({ id, text, rule, runId: run.run_id, ...claim.judge(run) }))
    const settled = judged.filter(each => !notMeasuredHere(each))
    if (settled.length > 0) return settled
    return judged.slice(0, 1).map(each => ({ ...each, runId: null }))
  })
}

import type { DoctorRecord } from '../run-store/doctor-record.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { roundTripsClaim } from './c1-round-trips.ts'
import { speedClaim } from './c2-speed.ts'
import { failuresClaim } from './c3-failures.ts'
import { causesClaim } from './c4-causes.ts'
import { mergeClaim } from './c5-merge.ts'
import { credentialsClaim } from './c6-credentials.ts'
import { portsClaim } from './c7-ports.ts'
import { relayClaim } from './c10-relay.ts'
import type { Claim, Judged } from './claim.ts'
import { statisticsClaim, versionsClaim } from './unmeasured.ts'

/** Every claim, in order. */
export const claims: readonly Claim[] = [
  roundTripsClaim,
  speedClaim,
  failuresClaim,
  causesClaim,
  mergeClaim,
  credentialsClaim,
  portsClaim,
  statisticsClaim,
  versionsClaim,
  relayClaim,
]

/** The more a run has to say of a claim, the higher. */
const weight = ({ verdict }: Judged) =>
  verdict === 'not measured here' ? 0 : verdict === 'inconclusive' ? 1 : 2

/**
 * Every claim by every run that settles it, or by what doctor found: two that disagree are both heard. Of a claim that
 * none settles, what they lack. @param runs at least one
 */
export function judgeAll(runs: readonly StoredRun[], records: readonly DoctorRecord[] = []): Judged[] {
  return claims.flatMap(claim => {
    const { id, text, rule, judgeDoctor } = claim
    const byDoctor = judgeDoctor
      ? records.map(record => ({ runId: `doctor ${record.examined_at}`, ...judgeDoctor(record) }))
      : []
    const byRuns = runs.map(run => ({ runId: run.run_id, ...claim.judge(run) }))
    const judged = [...byDoctor, ...byRuns].map((one): Judged => ({ id, text, rule, ...one }))
    const most = Math.max(...judged.map(weight))
    const heard = judged.filter(each => weight(each) === most)
    return most > 0 ? heard : heard.slice(0, 1).map(each => ({ ...each, runId: null }))
  })
}

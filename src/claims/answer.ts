import type { StoredRun } from '../run-store/stored-run.ts'
import { changesOf } from './answer-changes.ts'
import { crossoversOf } from './answer-crossover.ts'
import { isAtLimit } from './answer-limit.ts'
import { settingOf, summaryOf } from './answer-summary.ts'
import { whereIn } from './answer-where.ts'
import { whyOf } from './answer-why.ts'
import { speedClaim } from './c2-speed.ts'
import type { ClaimVerdict } from './claim.ts'
import { comparisonsOf, decisive, undisturbed } from './comparison.ts'
import type { Contest } from './contest.ts'
import { partsOf } from './parts.ts'

/** SMTP or API, for this message and this network: what a reader is told first. All text is plain, and one line. */
export interface Answer {
  readonly runId: string
  /** How C2 comes out: never a winner where it depends. */
  readonly verdict: ClaimVerdict
  /** Which, and by how much. */
  readonly summary: string
  /** What was measured: message, load, server, clients. */
  readonly setting: string
  readonly contests: readonly Contest[]
  readonly why: readonly string[]
  readonly crossover: readonly string[]
  /** What to change first. */
  readonly changes: readonly string[]
}

/**
 * Answers from the first run that measured both transports in one condition, and what batches save from any; undefined
 * where none did.
 */
export function answerOf(runs: readonly StoredRun[]): Answer | undefined {
  for (const run of runs) {
    const comparisons = undisturbed(comparisonsOf(run))
    const deciding = decisive(comparisons)
    if (deciding.length === 0) continue
    const others = comparisons.filter(each => !deciding.includes(each))
    const whereOf = whereIn(deciding)
    const contests = deciding.map(comparison => ({
      comparison,
      where: whereOf(comparison),
      parts: partsOf(run, comparison),
      atLimit: isAtLimit(run, comparison),
    }))
    const { verdict } = speedClaim.judge(run)
    return {
      runId: run.run_id,
      verdict,
      summary: summaryOf(verdict, contests, others),
      setting: settingOf(deciding),
      contests,
      why: whyOf(run, contests),
      crossover: crossoversOf(run, deciding, others),
      changes: changesOf(run, contests, runs),
    }
  }
  return undefined
}

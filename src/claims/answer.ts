import type { StoredRun } from '../run-store/stored-run.ts'
import { changesOf } from './answer-changes.ts'
import { crossoversOf } from './answer-crossover.ts'
import { type JobAnswer, jobAnswerOf } from './answer-job.ts'
import { isAtLimit } from './answer-limit.ts'
import { settledIn, type Unanswered, unansweredBy } from './answer-none.ts'
import { nothingAcceptedIn } from './answer-nothing.ts'
import { settingOf, summaryOf } from './answer-summary.ts'
import { whereIn } from './answer-where.ts'
import { whyOf } from './answer-why.ts'
import { speedClaim } from './c2-speed.ts'
import { failuresClaim } from './c3-failures.ts'
import { causesClaim } from './c4-causes.ts'
import { credentialsClaim } from './c6-credentials.ts'
import type { ClaimVerdict } from './claim.ts'
import { type Comparison, comparisonsOf, decisive, delivered, undisturbed } from './comparison.ts'
import type { Contest } from './contest.ts'
import { partsOf } from './parts.ts'

/** SMTP or API, for this message and this network. All text is plain, and one line. */
export interface Answer {
  readonly kind: 'messages'
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
  /** What would settle it, where it is not settled. */
  readonly open: readonly string[]
}

/** What a reader is told first. */
export type FirstAnswer = Answer | JobAnswer | Unanswered

/** Of claims beside C2: what a run that does not settle it may have been made for. */
const others = [failuresClaim, causesClaim, credentialsClaim]

/** What would settle C2, and what the run settles instead. */
function openOf(run: StoredRun, verdict: ClaimVerdict, contests: readonly Contest[]): string[] {
  if (verdict !== 'inconclusive') return []
  const unsettled = contests.filter(({ comparison }) => comparison.sooner === 'unknown')
  const isFew = unsettled.some(({ comparison }) => comparison.ratio?.interval === undefined)
  const rounds = Math.max(...unsettled.map(({ comparison }) => comparison.rounds))
  const more = isFew
    ? 'The same with --repeat 10 has repetitions enough; mailbench run quick measures latency alone, in under 20 seconds.'
    : `More repetitions narrow the intervals: --repeat ${2 * rounds}.`
  return [more, ...settledIn([run], others)]
}

/** Of conditions that are left out, as nothing was accepted: which side's, and why. */
function leftOutOf(run: StoredRun, comparisons: readonly Comparison[]): string {
  const out = comparisons.filter(({ smtp, http }) => smtp.accepted === 0 || http.accepted === 0)
  if (out.length === 0) return ''
  const rows = [...new Set(comparisons.flatMap(({ smtp, http }) => [smtp, http]))]
  return ` Left out: ${nothingAcceptedIn(rows, [run]).join('; ')}.`
}

/**
 * Answers from the first run that measured both transports in one condition, and what batches save from any; undefined
 * where none did.
 */
export function answerOf(runs: readonly StoredRun[]): Answer | undefined {
  for (const run of runs) {
    const sent = undisturbed(comparisonsOf(run))
    const comparisons = delivered(sent)
    const deciding = decisive(comparisons)
    if (deciding.length === 0) continue
    const bare = comparisons.filter(each => !deciding.includes(each))
    const whereOf = whereIn(deciding)
    const contests = deciding.map(comparison => ({
      comparison,
      where: whereOf(comparison),
      parts: partsOf(run, comparison),
      atLimit: isAtLimit(run, comparison),
    }))
    const { verdict } = speedClaim.judge(run)
    return {
      kind: 'messages',
      runId: run.run_id,
      verdict,
      summary: summaryOf(verdict, contests, bare) + leftOutOf(run, sent),
      setting: settingOf(deciding),
      contests,
      why: whyOf(run, contests),
      crossover: crossoversOf(run, deciding, bare),
      changes: changesOf(run, contests, runs),
      open: openOf(run, verdict, contests),
    }
  }
  return undefined
}

/** Of single messages, where both transports sent some; else of whole jobs; else why there is none, and what would be. */
export const firstAnswerOf = (runs: readonly StoredRun[]): FirstAnswer =>
  answerOf(runs) ?? jobAnswerOf(runs) ?? unansweredBy(runs, others)

import type { DoctorRecord } from '../run-store/doctor-record.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import type { Interval } from '../stats/interval.ts'

/** How a claim comes out of a run: never a guess. */
export const claimVerdicts = [
  'holds',
  'does not hold',
  'depends',
  'inconclusive',
  'not measured here',
] as const
export type ClaimVerdict = (typeof claimVerdicts)[number]

/** The number on which a verdict turns. */
export interface Figure {
  /** What it is of, in words that stand by themselves. */
  readonly name: string
  readonly value: number
  /** `x` is a ratio, `%` a share of 100. */
  readonly unit: 'x' | 'ms' | '%' | 'round trips' | 'messages'
  /** null: of a count, which has none, or of too few repetitions. */
  readonly interval: Interval | null
  /** Of the interval: 0.95 where a difference is to be shown, 0.9 where equivalence is (two one-sided tests at 5 %). */
  readonly confidence: number | null
}

/** null: not applicable, or too few samples to say. */
export type Cell = string | number | null

/** What the verdict rests on, as a table. */
export interface Evidence {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** What a claim makes of a run. All of it is plain text, without line ends. */
export interface Judgement {
  readonly verdict: ClaimVerdict
  /** What was found, in a sentence or two. */
  readonly finding: string
  readonly figure: Figure | null
  /** What both sides had in common. */
  readonly equal: string
  /** What would have to be otherwise for another verdict. */
  readonly flips: string
  readonly evidence: Evidence
}

/** One piece of folklore, and how a run settles it. */
export interface Claim {
  readonly id: `C${number}`
  /** As people say it. */
  readonly text: string
  /** How the verdict follows from the figures. */
  readonly rule: string
  /** A pure function of the run: the same run gives the same judgement. */
  judge(run: StoredRun): Judgement
  /** The same of what `doctor` found, where that settles it and no run does. */
  readonly judgeDoctor?: (record: DoctorRecord) => Judgement
}

/** A claim as one run settles it. */
export interface Judged extends Judgement {
  readonly id: Claim['id']
  readonly text: string
  readonly rule: string
  /** Of the run that it was judged by, or `doctor` and when; null where nothing measures it. */
  readonly runId: string | null
}

/** The judgement where a run does not hold the trials of a claim. @param remedy what would measure it */
export function notMeasured(finding: string, remedy: string): Judgement {
  return {
    verdict: 'not measured here',
    finding,
    figure: null,
    equal: 'nothing was compared',
    flips: remedy,
    evidence: { columns: [], rows: [] },
  }
}

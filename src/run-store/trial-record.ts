import type { TrialHistogram } from './hlog.ts'
import type {
  FailureRow,
  InjectedRow,
  MergeRow,
  PhaseRow,
  SampleRow,
  TimelineRow,
  TrialRow,
} from './schema.ts'

/** All that one trial leaves behind. */
export interface TrialRecord {
  readonly row: TrialRow
  readonly phases: readonly PhaseRow[]
  readonly failures: readonly FailureRow[]
  readonly injected: readonly InjectedRow[]
  readonly timeline: readonly TimelineRow[]
  readonly histograms: readonly TrialHistogram[]
  /** Of a job, such as a mail merge. */
  readonly merge?: MergeRow | undefined
  /** Read once, in order, a thousand at a time: may be a generator. Kept only by a run with samples on. */
  readonly samples?: Iterable<SampleRow>
}

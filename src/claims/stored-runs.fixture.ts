import { readFileSync } from 'node:fs'
import type { LabelRow, MergeRow, TrialRow } from '../run-store/schema.ts'
import { type StoredRun, storedRun } from '../run-store/stored-run.ts'

const read = (name: string): StoredRun =>
  storedRun.parse(
    JSON.parse(
      readFileSync(new URL(`../../results/reference/${name}/run.json`, import.meta.url), 'utf8'),
    ) as unknown,
  )

/** Real runs, as they are stored: all that claims are settled by. */
export const storedRuns = { headline: read('headline'), failures: read('failures'), merge: read('merge') }

/** A change in memory of what was measured. */
export type Doctoring = (run: StoredRun) => StoredRun

/** What labels and trials have in common. */
export type Row = LabelRow | TrialRow
export type Which = (row: Row) => boolean

export const isSmtp: Which = ({ transport }) => transport === 'smtp'
export const isHttp: Which = ({ transport }) => transport === 'http'
export const isBare: Which = ({ client }) => client === 'wire'

export const all =
  (...doctorings: readonly Doctoring[]): Doctoring =>
  run =>
    doctorings.reduce((doctored, doctoring) => doctoring(doctored), run)

/** Other figures of these labels and their trials. */
export const change =
  (which: Which, changed: (row: Row) => Partial<LabelRow & TrialRow>): Doctoring =>
  run => ({
    ...run,
    labels: run.labels.map(row => (which(row) ? { ...row, ...changed(row) } : row)),
    trials: run.trials.map(row => (which(row) ? { ...row, ...changed(row) } : row)),
  })

export const without =
  (which: Which): Doctoring =>
  run => ({
    ...run,
    labels: run.labels.filter(row => !which(row)),
    trials: run.trials.filter(row => !which(row)),
  })

/** As if the run had ended after so many repetitions. */
export const rounds =
  (count: number): Doctoring =>
  run => ({ ...run, trials: run.trials.filter(({ repetition }) => repetition <= count) })

export const slower = (which: Which, times: number): Doctoring =>
  change(which, ({ latency_p50_ms: p50 }) => ({ latency_p50_ms: p50 === null ? null : p50 * times }))

/** This share of what was decided fails. */
export const failing = (which: Which, share: number): Doctoring =>
  change(which, ({ accepted, deferred, rejected, faulted }) => {
    const decided = accepted + deferred + rejected + faulted
    const failed = Math.round(share * decided)
    const rate = decided === 0 ? null : failed / decided
    return {
      accepted: decided - failed,
      deferred: 0,
      rejected: failed,
      faulted: 0,
      failure_rate: rate,
      failure_rate_low: rate,
      failure_rate_high: rate,
    }
  })

/** A hundredth, or so, of what was counted. */
export const fewer = (times: number): Doctoring =>
  change(
    () => true,
    row => {
      const less = (count: number) => Math.round(count / times)
      return {
        attempted: less(row.attempted),
        attempts: less(row.attempts),
        accepted: less(row.accepted),
        deferred: less(row.deferred),
        rejected: less(row.rejected),
        faulted: less(row.faulted),
      }
    },
  )

/** Other jobs of these labels. */
export const changeJobs =
  (which: Which, changed: (row: MergeRow) => Partial<MergeRow>): Doctoring =>
  run => {
    const labels = new Set(run.labels.filter(which).map(({ label }) => label))
    return {
      ...run,
      merges: run.merges.map(row => (labels.has(row.label) ? { ...row, ...changed(row) } : row)),
    }
  }

/** Clients that tell every cause as often as it happened, and others that tell none. */
export const telling =
  (which: Which, isRight: boolean): Doctoring =>
  run => {
    const labels = new Set(run.labels.filter(which).map(({ label }) => label))
    const [example] = run.failures
    if (!example) throw new Error('the run has no failures')
    const told = run.injected
      .filter(({ label, cause }) => labels.has(label) && cause !== null)
      .map(({ trial, label, cause, count }) => ({
        ...example,
        trial,
        label,
        cause: isRight ? cause : ('unknown' as const),
        count,
      }))
    return { ...run, failures: [...run.failures.filter(({ label }) => !labels.has(label)), ...told] }
  }

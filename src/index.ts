/**
 * The library: what a program needs to run a plan and to read what it measured. Everything else is internal.
 *
 * @example
 * ```ts
 * import { runPlan } from 'mailbench'
 *
 * const { directory, labels } = await runPlan({ client: 'undici', messages: 100, out: 'results' })
 * for (const { label, latency_p50_ms } of labels) console.log(label, latency_p50_ms)
 * ```
 */
export { type Answer, answerOf, type FirstAnswer, firstAnswerOf } from './claims/answer.ts'
export type { ClaimVerdict, Judged } from './claims/claim.ts'
export { judgeAll } from './claims/claims.ts'
export { type Clock, type Nanoseconds, systemClock } from './clock.ts'
export { UsageError } from './errors.ts'
export { evaluateThresholds, parseThreshold, type Threshold, type ThresholdResult } from './gate/threshold.ts'
export type { Phase } from './phase.ts'
export { phases } from './phase.ts'
export { readRun } from './run-store/reader.ts'
export type {
  FailureRow,
  InjectedRow,
  LabelRow,
  MergeRow,
  PhaseRow,
  TimelineRow,
  TrialRow,
} from './run-store/schema.ts'
export { type StoredRun, storedRunJsonSchema } from './run-store/stored-run.ts'
export { type Cause, causes, type Outcome, outcomes } from './sample.ts'
export { type Plan, planJsonSchema, planSchema } from './trial/plan.ts'
export { type RunPlanOptions, type RunResult, runPlan } from './trial/run-plan.ts'

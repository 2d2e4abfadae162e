import { z } from 'zod'
import { phases } from '../phase.ts'
import { causes, outcomes } from '../sample.ts'

/**
 * The stored run. A record is its row: the keys of each object below are the columns of a CSV file, in
 * order, declared here and nowhere else. null means not applicable, and is an empty cell.
 */
const count = z.int().nonnegative()
const span = z.number().nonnegative()
const share = z.number().min(0).max(1)
const name = z.string().min(1)

/** What a label names: trials that agree in all of these are repetitions of one condition. */
const condition = {
  transport: z.enum(['smtp', 'http']),
  client: name,
  mode: name.nullable(),
  http_version: name.nullable(),
  connection: name.nullable(),
  tls: name.nullable(),
  auth: name.nullable(),
  provider: name.nullable(),
  target: name.nullable(),
  link_rtt_ms: span.nullable(),
  fault: name.nullable(),
  load: name,
  users: count.nullable(),
  rate_per_s: span.nullable(),
  message_bytes: count,
  recipients: count,
  batch_size: count.nullable(),
}
export type ConditionColumn = keyof typeof condition
export const conditionColumns = Object.keys(condition) as readonly ConditionColumn[]

const counts = {
  scheduled: count,
  attempted: count,
  attempts: count,
  calls: count.nullable(),
  accepted: count,
  deferred: count,
  rejected: count,
  faulted: count,
  in_doubt: count,
  aborted: count,
  dropped: count,
  recipients_refused: count,
}
const failureRate = {
  failure_rate: share.nullable(),
  failure_rate_low: share.nullable(),
  failure_rate_high: share.nullable(),
}
const ledger = {
  idempotency: name.nullable(),
  lost: count.nullable(),
  duplicated: count.nullable(),
  in_doubt_taken: count.nullable(),
}
const wire = {
  connections: count.nullable(),
  round_trips_setup: span.nullable(),
  round_trips_per_message: span.nullable(),
  bytes_up_per_message: span.nullable(),
  bytes_down_per_message: span.nullable(),
}
const rest = {
  service_p50_ms: span.nullable(),
  service_p99_ms: span.nullable(),
  start_lag_p99_ms: span.nullable(),
  client_cpu_us_per_message: span.nullable(),
  valid: z.boolean(),
  invalid_because: z.string().nullable(),
}

/** summary.csv: one row per trial. */
export const trialRow = z.strictObject({
  run_id: name,
  trial: count,
  started_at: z.iso.datetime(),
  label: name,
  purpose: z.enum(['measure', 'anatomy', 'floor']),
  ...condition,
  repetition: count,
  ...counts,
  ...failureRate,
  ...ledger,
  throughput_per_s: span.nullable(),
  ...wire,
  latency_min_ms: span.nullable(),
  latency_mean_ms: span.nullable(),
  latency_p50_ms: span.nullable(),
  latency_p75_ms: span.nullable(),
  latency_p90_ms: span.nullable(),
  latency_p95_ms: span.nullable(),
  latency_p99_ms: span.nullable(),
  latency_p999_ms: span.nullable(),
  latency_max_ms: span.nullable(),
  ...rest,
})
export type TrialRow = z.infer<typeof trialRow>

/** labels.csv: one row per label, its valid repetitions pooled; `n` counts the latencies behind it. */
export const labelRow = z.strictObject({
  run_id: name,
  label: name,
  ...condition,
  repetitions: count,
  n: count,
  ...counts,
  ...failureRate,
  ...ledger,
  throughput_per_s: span.nullable(),
  throughput_per_s_low: span.nullable(),
  throughput_per_s_high: span.nullable(),
  ...wire,
  latency_min_ms: span.nullable(),
  latency_mean_ms: span.nullable(),
  latency_p50_ms: span.nullable(),
  latency_p50_ms_low: span.nullable(),
  latency_p50_ms_high: span.nullable(),
  latency_p75_ms: span.nullable(),
  latency_p90_ms: span.nullable(),
  latency_p90_ms_low: span.nullable(),
  latency_p90_ms_high: span.nullable(),
  latency_p95_ms: span.nullable(),
  latency_p99_ms: span.nullable(),
  latency_p99_ms_low: span.nullable(),
  latency_p99_ms_high: span.nullable(),
  latency_p999_ms: span.nullable(),
  latency_max_ms: span.nullable(),
  ...rest,
})
export type LabelRow = z.infer<typeof labelRow>

const ofTrial = { run_id: name, trial: count, label: name }

/** phases.csv: one row per trial and phase, of accepted submissions. */
export const phaseRow = z.strictObject({
  ...ofTrial,
  phase: z.enum(phases),
  n: count,
  mean_ms: span.nullable(),
  p50_ms: span.nullable(),
  p90_ms: span.nullable(),
  p99_ms: span.nullable(),
  max_ms: span.nullable(),
  round_trips: span.nullable(),
})
export type PhaseRow = z.infer<typeof phaseRow>

/**
 * merge.csv: one row per trial of a job, a mail merge above all: what all of it took. Round trips are summed over
 * connections, which wait at the same time; `memory_bytes` is what the client's process came to hold beyond what
 * it held at the beginning.
 */
export const mergeRow = z.strictObject({
  ...ofTrial,
  batch_size: count,
  messages: count,
  accepted: count,
  total_ms: span,
  messages_per_s: span.nullable(),
  calls: count.nullable(),
  connections: count.nullable(),
  round_trips: count.nullable(),
  bytes_up: count.nullable(),
  bytes_down: count.nullable(),
  memory_bytes: count.nullable(),
})
export type MergeRow = z.infer<typeof mergeRow>

const ending = {
  outcome: z.enum(outcomes),
  phase: z.enum(phases).nullable(),
  cause: z.enum(causes).nullable(),
}
const replyCode = { code: z.int().nullable(), enhanced_code: z.string().nullable() }

/** failures.csv: one row per trial, outcome, phase, cause and code. `share` is of the scheduled. */
export const failureRow = z.strictObject({
  ...ofTrial,
  ...ending,
  ...replyCode,
  count,
  share,
  first_at_ms: z.number(),
  example: z.string().nullable(),
})
export type FailureRow = z.infer<typeof failureRow>

/**
 * injected.csv: one row per trial, step and fault that our sinks had happen in its measured part. `cause`: what a
 * client should call it; none where no submission fails of it, as of a stall.
 */
export const injectedRow = z.strictObject({
  ...ofTrial,
  step: name,
  fault: name,
  cause: z.enum(causes).nullable(),
  count,
})
export type InjectedRow = z.infer<typeof injectedRow>

/** timeline.csv: one row per trial and second of its measured part. */
export const timelineRow = z.strictObject({
  ...ofTrial,
  second: count,
  scheduled: count,
  accepted: count,
  failed: count,
  in_doubt: count,
  in_flight: count,
  p50_ms: span.nullable(),
  p99_ms: span.nullable(),
})
export type TimelineRow = z.infer<typeof timelineRow>

/**
 * samples.csv.gz: one row per submission; where one is attempted again, one per attempt, with its own start and end.
 */
export const sampleRow = z.strictObject({
  trial: count,
  index: count,
  message_id: name,
  due_ms: z.number(),
  start_ms: z.number().nullable(),
  end_ms: z.number().nullable(),
  ...ending,
  ...replyCode,
  connection_id: count.nullable(),
  attempt: count,
})
export type SampleRow = z.infer<typeof sampleRow>

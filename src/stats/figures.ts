import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import type { Phase } from '../phase.ts'
import type { PhaseRow, TrialRow } from '../run-store/schema.ts'
import type { Outcome } from '../sample.ts'
import { msOf } from '../units.ts'
import { digits } from './digits.ts'
import type { SpanHistogram } from './histogram.ts'
import { wilsonInterval } from './proportion.ts'

type FailureRateFigures = Pick<TrialRow, 'failure_rate' | 'failure_rate_low' | 'failure_rate_high'>

/** The columns of summary.csv that follow from the samples alone. */
export type TrialFigures = Pick<
  TrialRow,
  | Outcome
  | 'scheduled'
  | 'attempted'
  | 'attempts'
  | 'recipients_refused'
  | 'throughput_per_s'
  | 'service_p50_ms'
  | 'service_p99_ms'
  | 'start_lag_p99_ms'
  | Extract<keyof TrialRow, `latency_${string}_ms`>
> &
  FailureRateFigures

/** The columns of phases.csv that follow from the samples alone. */
export type PhaseFigures = Pick<
  PhaseRow,
  'phase' | 'n' | 'mean_ms' | 'p50_ms' | 'p90_ms' | 'p99_ms' | 'max_ms'
>

/** A span in milliseconds, or null when there is none. */
export function msOrNull(spanNs: Nanoseconds | undefined): number | null {
  return spanNs === undefined ? null : msOf(spanNs)
}

/**
 * (deferred + rejected + faulted) / (attempted − in doubt − aborted): of what has a decisive end, the share
 * that was not taken. Null when nothing has.
 * @param alike how often the same was drawn, and counted: for the bounds what it came to once
 */
export function failureRate(outcomes: Readonly<Record<Outcome, number>>, alike = 1): FailureRateFigures {
  const failed = outcomes.deferred + outcomes.rejected + outcomes.faulted
  const decided = outcomes.accepted + failed
  const once = (count: number) => Math.round(count / alike)
  const bounds = wilsonInterval(once(failed), once(decided))
  return {
    failure_rate: bounds ? digits(failed / decided) : null,
    failure_rate_low: bounds ? digits(bounds.low) : null,
    failure_rate_high: bounds ? digits(bounds.high) : null,
  }
}

/** What a trial's recorder has counted. */
export interface Counted {
  readonly scheduled: number
  readonly attempts: number
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly recipientsRefused: number
  /** From the first start to the last end; not above 0 when nothing was sent. */
  readonly spanNs: Nanoseconds
  readonly latency: SpanHistogram
  readonly service: SpanHistogram
  readonly startLag: SpanHistogram
}

export function trialFigures(counted: Counted): TrialFigures {
  const { scheduled, attempts, outcomes, recipientsRefused, spanNs, latency, service, startLag } = counted
  const ended = Object.values(outcomes).reduce((sum, count) => sum + count, 0)
  return {
    scheduled,
    attempted: ended - outcomes.dropped,
    attempts,
    ...outcomes,
    recipients_refused: recipientsRefused,
    ...failureRate(outcomes),
    throughput_per_s: spanNs > 0 ? digits((outcomes.accepted * NS_PER_S) / spanNs) : null,
    latency_min_ms: msOrNull(latency.minNs),
    latency_mean_ms: msOrNull(latency.meanNs),
    latency_p50_ms: msOrNull(latency.percentileNs(0.5)),
    latency_p75_ms: msOrNull(latency.percentileNs(0.75)),
    latency_p90_ms: msOrNull(latency.percentileNs(0.9)),
    latency_p95_ms: msOrNull(latency.percentileNs(0.95)),
    latency_p99_ms: msOrNull(latency.percentileNs(0.99)),
    latency_p999_ms: msOrNull(latency.percentileNs(0.999)),
    latency_max_ms: msOrNull(latency.maxNs),
    service_p50_ms: msOrNull(service.percentileNs(0.5)),
    service_p99_ms: msOrNull(service.percentileNs(0.99)),
    start_lag_p99_ms: msOrNull(startLag.percentileNs(0.99)),
  }
}

export function phaseFigures(phase: Phase, histogram: SpanHistogram): PhaseFigures {
  return {
    phase,
    n: histogram.count,
    mean_ms: msOrNull(histogram.meanNs),
    p50_ms: msOrNull(histogram.percentileNs(0.5)),
    p90_ms: msOrNull(histogram.percentileNs(0.9)),
    p99_ms: msOrNull(histogram.percentileNs(0.99)),
    max_ms: msOrNull(histogram.maxNs),
  }
}

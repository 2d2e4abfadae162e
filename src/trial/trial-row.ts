import type { TrialRow } from '../run-store/schema.ts'
import type { Check } from '../run-store/stored-run.ts'
import type { Receipts } from '../sink/sink.ts'
import { balance, compareLedger } from '../stats/ledger.ts'
import type { Condition } from './condition.ts'
import type { Target } from './target.ts'
import type { Measured } from './trial.ts'

export interface RowContext {
  readonly runId: string
  readonly trial: number
  readonly startedAt: string
  readonly repetition: number
  readonly condition: Condition
  readonly target: Target
  readonly provider: string
  readonly messageBytes: number
  readonly measured: Measured
  /** What the sink took; undefined when the server is not ours, or its process is gone. */
  readonly receipts: Receipts | undefined
}

/** Whether a target takes credentials, in the column's words. */
function authOf(target: Target): string | null {
  if (target.protocol === 'http') return target.key === undefined ? null : 'key'
  return target.credentials === undefined ? null : 'password'
}

function tlsOf(target: Target): string {
  if (target.protocol === 'http') return target.encrypted ? 'implicit' : 'none'
  return target.tls === 'required' ? 'starttls' : target.tls
}

/** The trial's self-checks; the first that fails makes it invalid. */
export function checksOf({ measured, receipts }: RowContext): Check[] {
  const { recording } = measured
  const books = balance(recording.outcomes, recording.scheduledWithWarmUp)
  const ledger = receipts && compareLedger(recording.outcomes, receipts.counts)
  const local = recording.failures
    .filter(({ cause }) => cause === 'local')
    .reduce((sum, { count }) => sum + count, 0)
  const { accepted } = recording.figures
  return [
    {
      check: 'balance',
      ok: books.holds,
      detail: `${books.scheduled} submissions were due, ${books.ended} have an outcome`,
    },
    {
      check: 'histogram',
      ok: recording.latencyCount === accepted && recording.overflowed === 0,
      detail: `${recording.latencyCount} latencies of ${accepted} accepted, ${recording.overflowed} beyond an hour`,
    },
    {
      check: 'resources',
      ok: local === 0,
      detail: `${local} submissions failed for want of our own resources`,
    },
    ...(ledger
      ? [
          {
            check: 'ledger',
            ok: ledger.takenUnaccounted === 0,
            detail: `the sink took ${ledger.takenUnaccounted} messages that the client calls certainly not taken`,
          },
        ]
      : []),
  ]
}

/** One row of summary.csv. */
export function trialRowOf(context: RowContext, checks: readonly Check[]): TrialRow {
  const { condition, target, measured, receipts } = context
  const { figures } = measured.recording
  const ledger = receipts && compareLedger(measured.recording.outcomes, receipts.counts)
  const failed = checks.find(({ ok }) => !ok)
  const because = failed ? `${failed.check}: ${failed.detail}` : measured.interrupted ? 'interrupted' : null
  return {
    run_id: context.runId,
    trial: context.trial,
    started_at: context.startedAt,
    label: condition.label,
    purpose: 'measure',
    transport: condition.protocol,
    client: condition.client,
    mode: null,
    http_version: condition.httpVersion ?? null,
    connection: condition.connection,
    tls: tlsOf(target),
    auth: authOf(target),
    provider: condition.protocol === 'http' ? context.provider : null,
    target: target.display,
    link_rtt_ms: 0,
    fault: null,
    load: 'closed',
    users: condition.users,
    rate_per_s: null,
    message_bytes: context.messageBytes,
    recipients: condition.recipients,
    batch_size: null,
    repetition: context.repetition,
    ...figures,
    calls: figures.attempts,
    idempotency: null,
    lost: ledger?.lost ?? null,
    duplicated: ledger?.duplicated ?? null,
    in_doubt_taken: ledger?.inDoubtTaken ?? null,
    connections: measured.connections,
    round_trips_setup: null,
    round_trips_per_message: null,
    bytes_up_per_message: null,
    bytes_down_per_message: null,
    client_cpu_us_per_message: measured.cpuUsPerMessage,
    valid: because === null,
    invalid_because: because,
  }
}

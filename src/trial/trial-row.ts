import { linkRttNs } from '../link/link.ts'
import type { Provider } from '../provider/provider.ts'
import type { TrialRow } from '../run-store/schema.ts'
import type { Check } from '../run-store/stored-run.ts'
import type { Receipts } from '../sink/sink.ts'
import { compareLedger } from '../stats/ledger.ts'
import type { RoundTripFigures } from '../stats/round-trips.ts'
import { msOf } from '../units.ts'
import { type Condition, isAdmitted } from './condition.ts'
import { faultOf } from './condition-label.ts'
import { loadColumns } from './load-choice.ts'
import type { Target } from './target.ts'
import type { Measured } from './trial.ts'

export interface RowContext {
  readonly runId: string
  readonly trial: number
  readonly startedAt: string
  readonly repetition: number
  readonly purpose: TrialRow['purpose']
  readonly condition: Condition
  readonly target: Target
  readonly provider: Provider
  readonly messageBytes: number
  readonly measured: Measured
  /** What the sink took; undefined when the server is not ours, or its process is gone. */
  readonly receipts: Receipts | undefined
  /** Of this kind of condition; undefined before its anatomy, and where it has none. */
  readonly trips: RoundTripFigures | undefined
}

const noTrips: RoundTripFigures['trial'] = {
  round_trips_setup: null,
  round_trips_per_message: null,
  bytes_up_per_message: null,
  bytes_down_per_message: null,
}

/** Whether a target takes credentials, in the column's words. */
function authOf(condition: Condition, target: Target): string | null {
  if (!isAdmitted(condition)) return 'wrong'
  if (target.protocol === 'http') return target.key === undefined ? null : 'key'
  return target.credentials === undefined ? null : 'password'
}

const isNamed = ({ targetName }: Condition) => targetName !== undefined

/** A target that is named is called so; where a sink stands in for it, that shows. */
const targetColumn = ({ targetName, target: { kind } }: Condition, { display }: Target) =>
  targetName !== undefined && kind === 'url' ? targetName : display

function tlsOf(target: Target): string {
  if (target.protocol === 'http') return target.encrypted ? 'implicit' : 'none'
  return target.tls === 'required' ? 'starttls' : target.tls
}

/** Whether requests carry a key by which a repetition is known; null where there are no such keys, as in SMTP. */
function idempotencyOf({ protocol, idempotency }: Condition, provider: Provider): string | null {
  if (protocol === 'smtp' || !provider.idempotency) return null
  return idempotency ? 'key' : 'none'
}

/** One row of summary.csv. */
export function trialRowOf(context: RowContext, checks: readonly Check[]): TrialRow {
  const { condition, target, measured, receipts, trips } = context
  const { figures } = measured.recording
  const ledger = receipts && compareLedger(measured.recording.outcomes, receipts.counts)
  const failed = checks.find(({ ok, invalidates }) => !ok && invalidates)
  const because = failed ? `${failed.check}: ${failed.detail}` : measured.interrupted ? 'interrupted' : null
  return {
    run_id: context.runId,
    trial: context.trial,
    started_at: context.startedAt,
    label: condition.label,
    purpose: context.purpose,
    transport: condition.protocol,
    client: condition.client,
    mode: condition.mode ?? null,
    http_version: condition.httpVersion ?? null,
    connection: condition.connection,
    tls: tlsOf(target),
    auth: authOf(condition, target),
    provider: condition.protocol === 'http' || isNamed(condition) ? context.provider.name : null,
    target: targetColumn(condition, target),
    link_rtt_ms: msOf(linkRttNs(condition.link)),
    fault: faultOf(condition) || null,
    ...loadColumns(condition.load),
    message_bytes: context.messageBytes,
    recipients: condition.recipients,
    batch_size: condition.batch === undefined ? null : Math.min(condition.batch, condition.messages),
    repetition: context.repetition,
    ...figures,
    calls: measured.calls ?? figures.attempts,
    idempotency: idempotencyOf(condition, context.provider),
    lost: ledger?.lost ?? null,
    duplicated: ledger?.duplicated ?? null,
    in_doubt_taken: ledger?.inDoubtTaken ?? null,
    connections: measured.connections,
    ...(trips?.trial ?? noTrips),
    client_cpu_us_per_message: measured.cpuUsPerMessage,
    valid: because === null,
    invalid_because: because,
  }
}

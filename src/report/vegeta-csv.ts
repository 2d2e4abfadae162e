import { NS_PER_MS } from '../clock.ts'
import type { SampleRow, TrialRow } from '../run-store/schema.ts'
import { codeOf, failureOf, responseMs, type SampleExport } from './sample-export.ts'

/** Whole nanoseconds since the epoch are beyond what a double holds: they are put together as text. */
function dueAtNs({ due_ms }: SampleRow, { started_at }: TrialRow): string {
  const wholeMs = Math.floor(due_ms)
  const restNs = Math.min(NS_PER_MS - 1, Math.round((due_ms - wholeMs) * NS_PER_MS))
  return `${Date.parse(started_at) + wholeMs}${String(restNs).padStart(6, '0')}`
}

/**
 * The CSV of `vegeta encode --to csv`, which its `report` and `plot` read: time, code, latency, bytes out and in,
 * error, body, attack, sequence, method, URL, header. An SMTP reply code stands where HTTP's status does.
 */
export const vegetaCsv: SampleExport = {
  head: undefined,
  keepsWarmup: false,
  row: (sample, trial) => [
    dueAtNs(sample, trial),
    codeOf(sample, trial),
    Math.round(responseMs(sample) * NS_PER_MS),
    Math.round(trial.bytes_up_per_message ?? trial.message_bytes),
    Math.round(trial.bytes_down_per_message ?? 0),
    failureOf(sample),
    '',
    trial.label,
    sample.index,
    trial.transport === 'smtp' ? 'MAIL' : 'POST',
    trial.target ?? '',
    '',
  ],
}

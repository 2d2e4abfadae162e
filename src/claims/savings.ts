import type { LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import type { Comparison } from './comparison.ts'
import { circumstanceKey, circumstancesOf, keyOf } from './condition.ts'
import { shiftOf } from './library-cost.ts'

/** What a change takes off the median latency of a message. */
export interface Saving {
  readonly side: 'smtp' | 'http'
  /** Keep connections open; send commands without waiting for each reply (RFC 2920); send by the other transport. */
  readonly change: 'keep' | 'pipeline' | 'switch'
  readonly ms: number
}

/** Less than this share of the slower side is not worth a change. */
const WORTHWHILE = 0.05

const isWorthwhile = (beforeMs: number, afterMs: number) => beforeMs - afterMs > WORTHWHILE * beforeMs

/** The label of the same client, in the same circumstances but for the connection, and perhaps in another mode. */
function variantOf(
  { labels }: StoredRun,
  row: LabelRow,
  connection: 'reuse' | 'fresh',
  mode = row.mode,
): LabelRow | undefined {
  const key = keyOf({ ...circumstancesOf(row), connection })
  return labels.find(
    each =>
      each.repetitions > 0 &&
      each.transport === row.transport &&
      each.client === row.client &&
      each.mode === mode &&
      each.http_version === row.http_version &&
      each.batch_size === row.batch_size &&
      circumstanceKey(each) === key,
  )
}

/** How much sooner messages of the second label are, where that is more than chance and worth a change. */
function savedMs(
  run: StoredRun,
  before: LabelRow | undefined,
  after: LabelRow | undefined,
): number | undefined {
  const [slow, quick] = [before?.latency_p50_ms, after?.latency_p50_ms]
  if (!before || !after || typeof slow !== 'number' || typeof quick !== 'number') return undefined
  const interval = shiftOf(run, after, before, 'latency_p50_ms')
  return interval && interval.low > 0 && isWorthwhile(slow, quick) ? slow - quick : undefined
}

function keeping(run: StoredRun, row: LabelRow): Saving[] {
  const ms = savedMs(run, variantOf(run, row, 'fresh'), variantOf(run, row, 'reuse'))
  return ms === undefined ? [] : [{ side: row.transport, change: 'keep', ms }]
}

/** Libraries are as they are: nodemailer pipelines already, and cannot chunk. What modes save is told of bare clients. */
function pipelining(run: StoredRun, { smtp }: Comparison): Saving[] {
  if (smtp.client !== 'wire' || smtp.mode !== 'lockstep') return []
  const ms = savedMs(run, variantOf(run, smtp, 'reuse'), variantOf(run, smtp, 'reuse', 'pipelined'))
  return ms === undefined ? [] : [{ side: 'smtp', change: 'pipeline', ms }]
}

function changingSides({ smtp, http, sooner }: Comparison): Saving[] {
  const [ours, theirs] = [smtp.latency_p50_ms, http.latency_p50_ms]
  if (ours === null || theirs === null) return []
  if (sooner === 'http' && isWorthwhile(ours, theirs))
    return [{ side: 'smtp', change: 'switch', ms: ours - theirs }]
  if (sooner === 'smtp' && isWorthwhile(theirs, ours))
    return [{ side: 'http', change: 'switch', ms: theirs - ours }]
  return []
}

/**
 * What to change, the most rewarding first, in the circumstances of a comparison.
 * @param kept the same comparison where connections are kept
 */
export function savingsIn(run: StoredRun, comparison: Comparison, kept: Comparison): Saving[] {
  return [
    ...keeping(run, comparison.smtp),
    ...keeping(run, comparison.http),
    ...pipelining(run, comparison),
    ...changingSides(kept),
  ].sort((a, b) => b.ms - a.ms)
}

/** What messages that go in one flight (RFC 3030) save over those that pipeline, by bare clients. */
export function chunkingSavesMs(run: StoredRun, { circumstances }: Comparison): number | undefined {
  const key = keyOf({ ...circumstances, connection: 'reuse' })
  const pipelined = run.labels.find(
    row =>
      row.repetitions > 0 &&
      row.transport === 'smtp' &&
      row.client === 'wire' &&
      row.mode === 'pipelined' &&
      circumstanceKey(row) === key,
  )
  return pipelined && savedMs(run, pipelined, variantOf(run, pipelined, 'reuse', 'chunked'))
}

import { conditionColumns, type LabelRow, type TrialRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { CONFIDENCE, type Interval } from '../stats/interval.ts'
import { shiftBetween } from '../stats/shift.ts'
import { repetitionsOf } from './comparison.ts'

/** The mode in which the wire client says what a library says: nodemailer pipelines (RFC 2920), undici does not. */
const protocolMode = { smtp: 'pipelined', http: 'lockstep' } as const

/** How far a library's figure lies above the bare client's. */
export interface Excess {
  readonly value: number
  /** Library / protocol. */
  readonly ratio: number
  /** Of the difference; undefined where there are too few repetitions to say. */
  readonly interval: Interval | undefined
}

/** What a library client costs a message beyond what its protocol does: the wire client under the same condition. */
export interface LibraryCost {
  readonly label: string
  readonly latencyMs: Excess
  /** null where no CPU time is known. */
  readonly cpuUs: Excess | null
}

const varies: readonly string[] = ['client', 'mode']

const messagesATrial = ({ attempted, repetitions }: LabelRow) => attempted / repetitions

/**
 * All users begin at once, and open their first connections beside one another: where each message opens one, medians
 * of trials of different lengths hold different shares of that crowd.
 */
const sameCrowd = (a: LabelRow, b: LabelRow) =>
  a.connection !== 'fresh' || messagesATrial(a) === messagesATrial(b)

const sameCondition = (a: LabelRow, b: LabelRow) =>
  a.idempotency === b.idempotency &&
  conditionColumns.every(column => varies.includes(column) || a[column] === b[column]) &&
  sameCrowd(a, b)

type Figure = 'latency_p50_ms' | 'client_cpu_us_per_message'

/**
 * How one label's figure differs from another's. Labels of fewer repetitions sit out rounds, so that those of two
 * labels need not be of the same rounds: they are taken for independent samples.
 */
export function shiftOf(
  run: StoredRun,
  from: LabelRow,
  to: LabelRow,
  figure: Figure,
  confidence = CONFIDENCE,
): Interval | undefined {
  const [first, second] = [from, to].map(row =>
    [...repetitionsOf(run, row).values()].flatMap((trial: TrialRow) => trial[figure] ?? []),
  )
  if (!first?.length || !second?.length) return undefined
  return shiftBetween(first, second, confidence).interval
}

function excessOf(
  run: StoredRun,
  library: LabelRow,
  wire: LabelRow,
  figure: Figure,
  confidence: number,
): Excess | null {
  const [ours, bare] = [library[figure], wire[figure]]
  if (ours === null || !bare) return null
  return {
    value: ours - bare,
    ratio: ours / bare,
    interval: shiftOf(run, wire, library, figure, confidence),
  }
}

/** One for each label of a library client that has a twin of the wire client in the run. */
export function libraryCosts(run: StoredRun, confidence = CONFIDENCE): LibraryCost[] {
  const wires = run.labels.filter(
    ({ client, mode, transport }) => client === 'wire' && mode === protocolMode[transport],
  )
  return run.labels.flatMap(row => {
    // Where something goes wrong, how long a client waits to try again says nothing of what it costs.
    if (row.client === 'wire' || row.client === 'null' || row.fault !== null) return []
    const twin = wires.find(wire => sameCondition(row, wire))
    if (!twin) return []
    const latencyMs = excessOf(run, row, twin, 'latency_p50_ms', confidence)
    const cpuUs = excessOf(run, row, twin, 'client_cpu_us_per_message', confidence)
    return latencyMs ? [{ label: row.label, latencyMs, cpuUs }] : []
  })
}

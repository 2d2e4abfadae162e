import type { LabelRow } from '../run-store/schema.ts'

/** The target that a label is of, as the plan calls it; undefined where the plan names none. */
export function targetNameOf({ target }: Pick<LabelRow, 'target'>): string | undefined {
  const name = target?.replace(/^sink:/, '')
  // A URL has a colon, and a run without named targets goes to the sink.
  return name === undefined || name === 'sink' || name.includes(':') ? undefined : name
}

/** What must agree for two targets, or the two ways to one of them, to be ranked beside each other. */
export const conditionNames = [
  'connection',
  'link_rtt_ms',
  'fault',
  'load',
  'users',
  'rate_per_s',
  'message_bytes',
  'recipients',
  'batch_size',
] as const
const conditionOf = (row: LabelRow) => JSON.stringify(conditionNames.map(column => row[column]))

export interface Ranked {
  /** Equal where the intervals of the medians overlap that of the first of the rank. */
  readonly rank: number
  readonly row: LabelRow
}

/** The ways to all targets under one condition, the fastest first. */
export interface Ranking {
  readonly condition: Pick<LabelRow, (typeof conditionNames)[number]>
  readonly ranked: readonly Ranked[]
}

const medianOf = ({ latency_p50_ms: ms }: LabelRow) => ms ?? Number.POSITIVE_INFINITY

function overlaps(a: LabelRow, b: LabelRow): boolean {
  const [lowA, highA] = [a.latency_p50_ms_low, a.latency_p50_ms_high]
  const [lowB, highB] = [b.latency_p50_ms_low, b.latency_p50_ms_high]
  if (lowA === null || highA === null || lowB === null || highB === null) return medianOf(a) === medianOf(b)
  return lowA <= highB && lowB <= highA
}

function rank(rows: readonly LabelRow[]): Ranked[] {
  const ranked: Ranked[] = []
  let first: Ranked | undefined
  for (const row of rows.toSorted((a, b) => medianOf(a) - medianOf(b))) {
    const next =
      first && overlaps(first.row, row) ? { rank: first.rank, row } : { rank: ranked.length + 1, row }
    if (next.rank !== first?.rank) first = next
    ranked.push(next)
  }
  return ranked
}

/**
 * Ranks targets by the median latency of what they accepted, once for each condition that several ways were
 * measured under. A ramp's latency is that of a server pressed beyond its limit, and ranks nobody.
 */
export function rankingsOf(labels: readonly LabelRow[]): Ranking[] {
  const rows = labels.filter(
    row => targetNameOf(row) !== undefined && row.valid && row.load !== 'ramp' && row.latency_p50_ms !== null,
  )
  return [...Map.groupBy(rows, conditionOf).values()].flatMap(group => {
    const [condition] = group
    return condition && group.length > 1 ? [{ condition, ranked: rank(group) }] : []
  })
}

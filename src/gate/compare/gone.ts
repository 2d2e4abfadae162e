import { conditionColumns, type TrialRow } from '../../run-store/schema.ts'
import type { Pair, Side } from './comparison.ts'
import { countedMetrics } from './metrics.ts'

/** A label that a baseline has and a run has not; and the one that came in its place, where they differ in one thing. */
export interface Gone {
  readonly label: string
  /** Not the label is gone, but this figure of it. */
  readonly metric: string | null
  readonly successor: string | null
  /** As in `mode pipelined -> lockstep`. */
  readonly changed: string | null
}

const changesBetween = (old: TrialRow, now: TrialRow) =>
  conditionColumns
    .filter(column => old[column] !== now[column])
    .map(column => `${column} ${old[column] ?? 'none'} -> ${now[column] ?? 'none'}`)

function successorOf({ rows: [old] }: Side, candidates: readonly Side[]): [Side, string] | undefined {
  for (const candidate of candidates) {
    const [now] = candidate.rows
    const [changed, ...more] = old && now ? changesBetween(old, now) : []
    if (changed !== undefined && more.length === 0) return [candidate, changed]
  }
  return undefined
}

/**
 * What became of the labels that a baseline has alone: gone, or changed in one column of their condition. Of those that
 * changed there is a pair, so that what the change did can be said.
 */
export function goneOf(
  onlyBase: readonly Side[],
  onlyNext: readonly Side[],
): { readonly gone: readonly Gone[]; readonly pairs: readonly Pair[] } {
  const free = [...onlyNext]
  const gone: Gone[] = []
  const pairs: Pair[] = []
  for (const base of onlyBase) {
    const [next, changed] = successorOf(base, free) ?? []
    gone.push({ label: base.label, metric: null, successor: next?.label ?? null, changed: changed ?? null })
    if (!next) continue
    free.splice(free.indexOf(next), 1)
    pairs.push({ label: `${base.label} -> ${next.label}`, base, next, isPaired: false })
  }
  return { gone, pairs }
}

/** What was counted of a label once and is not any more: a figure that nobody looks at would pass every gate. */
export function uncounted(pairs: readonly Pair[]): Gone[] {
  return pairs.flatMap(({ label, base, next }) =>
    countedMetrics
      .filter(
        ({ name }) => base.rows.every(row => row[name] !== null) && next.rows.some(row => row[name] === null),
      )
      .map(({ name }) => ({ label, metric: name, successor: null, changed: null })),
  )
}

import { conditionColumns, type TrialRow } from '../../run-store/schema.ts'
import type { Pair, Side } from './comparison.ts'

/** A label that a baseline has and a run has not; and the one that came in its place, where they differ in one thing. */
export interface Gone {
  readonly label: string
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
    gone.push({ label: base.label, successor: next?.label ?? null, changed: changed ?? null })
    if (!next) continue
    free.splice(free.indexOf(next), 1)
    pairs.push({ label: `${base.label} -> ${next.label}`, base, next, isPaired: false })
  }
  return { gone, pairs }
}

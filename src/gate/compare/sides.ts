import { UsageError } from '../../errors.ts'
import type { TrialRow } from '../../run-store/schema.ts'
import type { StoredRun } from '../../run-store/stored-run.ts'
import type { Pair, Side } from './comparison.ts'

/** A run whose own checks say that it cannot be trusted: exit status 3. */
export class InvalidRunError extends Error {
  override readonly name = 'InvalidRunError'
}

const measured = ({ trials }: StoredRun) => trials.filter(({ purpose }) => purpose === 'measure')

/**
 * @param refusal what is not done with such a run, in words
 * @throws InvalidRunError naming the run, and why it is refused
 */
export function checkValid(run: StoredRun, refusal = 'compared with nothing'): void {
  const bad = measured(run).find(({ valid }) => !valid)
  if (bad)
    throw new InvalidRunError(
      `run ${run.run_id} is invalid and ${refusal}: trial ${bad.trial}, ${bad.label}: ${bad.invalid_because ?? 'no reason is stored'}`,
    )
  if (run.state !== 'complete')
    throw new InvalidRunError(
      `run ${run.run_id} ended before its plan did (${run.state}) and is ${refusal}: trials may be missing`,
    )
}

/** Repetitions by label, over all runs of a side, in the order of their labels' first trials. */
function sidesOf(runs: readonly StoredRun[]): Map<string, TrialRow[]> {
  return Map.groupBy(runs.flatMap(measured), ({ label }) => label)
}

/** Labels of the same name: the same condition, in runs of their own. */
export function pairsOfRuns(base: readonly StoredRun[], next: readonly StoredRun[]): Pair[] {
  const before = sidesOf(base)
  const after = sidesOf(next)
  return [...before].flatMap(([label, rows]) => {
    const others = after.get(label)
    return others ? [{ label, base: { label, rows }, next: { label, rows: others }, isPaired: false }] : []
  })
}

/** Labels that only the first of the sides has. */
export function onlyIn(runs: readonly StoredRun[], others: readonly StoredRun[]): Side[] {
  const there = sidesOf(others)
  return [...sidesOf(runs)].flatMap(([label, rows]) => (there.has(label) ? [] : [{ label, rows }]))
}

function sideOf(run: StoredRun, label: string): Side {
  const rows = measured(run).filter(row => row.label === label)
  if (rows.length > 0) return { label, rows }
  const known = [...new Set(measured(run).map(row => row.label))]
  throw new UsageError(`run ${run.run_id} has no label "${label}": it has ${known.join(', ')}`)
}

/**
 * Two labels of one run: repetitions of one round ran side by side, and are pairs.
 * @throws UsageError when one does not exist
 */
export function pairOfLabels(run: StoredRun, baseLabel: string, nextLabel: string): Pair {
  const base = sideOf(run, baseLabel)
  const next = sideOf(run, nextLabel)
  const label = `${baseLabel} -> ${nextLabel}`
  const byRepetition = new Map(next.rows.map(row => [row.repetition, row]))
  const rounds = base.rows.flatMap(row => {
    const other = byRepetition.get(row.repetition)
    return other ? [{ row, other }] : []
  })
  const isPaired = rounds.length === base.rows.length && rounds.length === next.rows.length
  if (!isPaired) return { label, base, next, isPaired }
  return {
    label,
    base: { label: baseLabel, rows: rounds.map(({ row }) => row) },
    next: { label: nextLabel, rows: rounds.map(({ other }) => other) },
    isPaired,
  }
}

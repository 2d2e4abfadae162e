import type { Judged } from '../claims/claim.ts'
import type { Material } from './material.ts'

/**
 * By what a claim was judged, to stand behind it: ` (headline)` is its run's plan, or where two runs are of plans of
 * one name, the run's own id. Nothing where there is one run, or where no run judged.
 */
export function judgeName({ runs }: Pick<Material, 'runs'>): (judged: Pick<Judged, 'runId'>) => string {
  const stored = runs.map(({ run }) => run)
  const byName = Map.groupBy(stored, ({ name }) => name)
  const names = new Map(
    stored.map(({ run_id, name }) => [run_id, byName.get(name)?.length === 1 ? name : run_id]),
  )
  return ({ runId }) => (runs.length === 1 || runId === null ? '' : ` (${names.get(runId) ?? runId})`)
}

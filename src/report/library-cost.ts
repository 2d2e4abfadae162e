import { type Excess, libraryCosts } from '../claims/library-cost.ts'
import { NONE, short, signed } from '../figure-text.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { isOffZero } from '../stats/interval.ts'
import { aligned } from './align.ts'
import { clip } from './fit.ts'

/** A difference that cannot be told from none is none to print. */
const cellsOf = (excess: Excess | null) =>
  excess && isOffZero(excess.interval) ? [signed(excess.value), `${short(excess.ratio)} x`] : [NONE, NONE]

/** The difference between library and protocol, a line a label; undefined where there is nothing to compare. */
export function renderLibraryCosts(run: StoredRun): string | undefined {
  const costs = libraryCosts(run)
  const told = costs.filter(
    ({ latencyMs, cpuUs }) => isOffZero(latencyMs.interval) || isOffZero(cpuUs?.interval),
  )
  if (told.length === 0) return undefined
  const untold = costs.length - told.length
  const rows = told.map(({ label, latencyMs, cpuUs }) => [
    clip(label),
    ...cellsOf(latencyMs),
    ...cellsOf(cpuUs),
  ])
  const { lines } = aligned([['library beyond protocol', 'p50 ms', '', 'CPU us', ''], ...rows])
  const more = untold === 0 ? [] : [`and ${untold} more that cannot be told from none`]
  return [...lines, ...more].join('\n')
}

import { UsageError } from '../errors.ts'
import type { Condition } from './condition.ts'
import type { LoadChoice } from './load-choice.ts'
import { submissionsPerS } from './rate.ts'
import { optionOf, type Way } from './ways.ts'

const peakOf = (load: Exclude<LoadChoice, { kind: 'closed' }>) =>
  load.kind === 'ramp' ? Math.max(load.fromPerS, load.toPerS) : load.ratePerS

/**
 * Keeps a condition within what its server takes. Users are held back; a rate that the plan names is not
 * changed behind its back.
 * @throws UsageError when it is higher
 */
export function paced(condition: Condition, way: Way): Condition {
  const { load, batch = 1, recipients } = condition
  const maxPerS = submissionsPerS(way.rates, batch, recipients)
  if (!Number.isFinite(maxPerS)) return condition
  if (load.kind === 'closed') return { ...condition, load: { ...load, maxPerS } }
  const peak = peakOf(load)
  if (peak <= maxPerS) return condition
  const shown = Number(maxPerS.toPrecision(3))
  throw new UsageError(
    `${optionOf(way, 'rate')}: ${peak}/s is more than its ${shown}/s: send less, or set max_rate on the target`,
  )
}

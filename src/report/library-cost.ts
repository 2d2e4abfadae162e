import { libraryCosts } from '../claims/library-cost.ts'
import { NONE, short, signed } from '../figure-text.ts'
import type { LabelRow } from '../run-store/schema.ts'
import { aligned } from './align.ts'
import { clip } from './table.ts'

const times = (ratio: number | null) => (ratio === null ? NONE : `${short(ratio)} x`)

/** The difference between library and protocol, a line a label; undefined where there is nothing to compare. */
export function renderLibraryCosts(labels: readonly LabelRow[]): string | undefined {
  const costs = libraryCosts(labels)
  if (costs.length === 0) return undefined
  return aligned([
    ['library beyond protocol', 'p50 ms', '', 'CPU us', ''],
    ...costs.map(({ label, latencyMs, latencyRatio, cpuUs, cpuRatio }) => [
      clip(label),
      signed(latencyMs),
      times(latencyRatio),
      signed(cpuUs),
      times(cpuRatio),
    ]),
  ]).lines.join('\n')
}

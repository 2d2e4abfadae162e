import { NS_PER_S } from '../clock.ts'
import type { Condition } from './condition.ts'
import { loadLabel } from './load-choice.ts'

/** Enough for a p99 of the start lag at any rate worth measuring. */
const MESSAGES = 20_000
const SPAN_NS = 2 * NS_PER_S

/**
 * The floor of each load: the same schedule, or the same users, on a transport that does nothing. Shows what
 * of a figure is the harness, and how late a bare loop starts on this machine in this run.
 */
export function floorsOf(conditions: readonly Condition[]): Condition[] {
  const byLoad = new Map<string, Condition>()
  for (const condition of conditions) {
    const label = loadLabel(condition.load)
    if (!byLoad.has(label)) byLoad.set(label, condition)
  }
  return [...byLoad].map(([label, condition]) => ({
    ...condition,
    label: `floor ${label}`,
    client: 'null',
    httpVersion: undefined,
    target: { kind: 'sink', tls: 'none', auth: false },
    load: condition.load.kind === 'closed' ? { ...condition.load, thinkNs: 0 } : condition.load,
    messages: MESSAGES,
    durationNs: Math.min(SPAN_NS, condition.durationNs),
    warmup: { messages: MESSAGES / 10, durationNs: SPAN_NS / 4 },
  }))
}

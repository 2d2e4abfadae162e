import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import { minimumSamples } from '../stats/quantile.ts'
import type { Condition } from './condition.ts'
import { type LoadChoice, loadLabel } from './load-choice.ts'

const MESSAGES = 20_000
const SPAN_NS = 2 * NS_PER_S
/** Slow schedules get longer, up to this, for a p99 of their start lag. */
const SPAN_NS_MAX = 5 * NS_PER_S
const P99_SAMPLES = minimumSamples(0.99)

/** A ramp's floor is a bare loop at its peak. */
function floorLoad(load: LoadChoice): LoadChoice {
  if (load.kind === 'closed') return { ...load, thinkNs: 0 }
  if (load.kind !== 'ramp') return load
  const { fromPerS, toPerS, maxInFlight } = load
  return { kind: 'constant', ratePerS: Math.max(fromPerS, toPerS), maxInFlight }
}

function spanOf(load: LoadChoice): Nanoseconds {
  if (load.kind === 'closed' || load.kind === 'ramp') return SPAN_NS
  return Math.min(SPAN_NS_MAX, Math.max(SPAN_NS, (P99_SAMPLES * NS_PER_S) / load.ratePerS))
}

export const floorLabel = ({ load }: Condition) => `floor ${loadLabel(load)}`

/**
 * The floor of each load: the same schedule, or the same users, on a transport that does nothing. Shows what
 * of a figure is the harness, and how late a bare loop starts on this machine in this run.
 */
export function floorsOf(conditions: readonly Condition[]): Condition[] {
  const byLoad = new Map<string, Condition>()
  for (const condition of conditions) {
    const label = floorLabel(condition)
    if (!byLoad.has(label)) byLoad.set(label, condition)
  }
  return [...byLoad].map(([label, condition]) => ({
    ...condition,
    label,
    client: 'null',
    mode: undefined,
    link: {},
    httpVersion: undefined,
    target: { kind: 'sink', tls: 'none', auth: false },
    load: floorLoad(condition.load),
    messages: MESSAGES,
    durationNs: spanOf(condition.load),
    warmup: { messages: MESSAGES / 10, durationNs: SPAN_NS / 4 },
  }))
}

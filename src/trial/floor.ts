import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import { minimumSamples } from '../stats/quantile.ts'
import type { Condition } from './condition.ts'
import { dueWithin, type LoadChoice, loadLabel } from './load-choice.ts'
import { modesOf, versionsOf } from './pairings.ts'

/** What bounds a floor: the null transport is quick, and a run must not be long for its floors' sake. */
const BOUNDS = {
  null: { messages: 20_000, spanNs: 2 * NS_PER_S },
  sink: { messages: 2000, spanNs: NS_PER_S },
} as const
/** Slow schedules get longer, up to this, for a p99 of their start lag. */
const SPAN_NS_MAX = 5 * NS_PER_S
const P99_SAMPLES = minimumSamples(0.99)

/** A ramp's floor is a bare loop at its peak. */
function floorLoad(load: LoadChoice): LoadChoice {
  if (load.kind === 'closed') return { kind: load.kind, users: load.users, thinkNs: 0 }
  if (load.kind !== 'ramp') return load
  const { fromPerS, toPerS, maxInFlight } = load
  return { kind: 'constant', ratePerS: Math.max(fromPerS, toPerS), maxInFlight }
}

function spanOf(load: LoadChoice, leastNs: Nanoseconds): Nanoseconds {
  if (load.kind === 'closed' || load.kind === 'ramp') return leastNs
  return Math.min(SPAN_NS_MAX, Math.max(leastNs, (P99_SAMPLES * NS_PER_S) / load.ratePerS))
}

/** The condition under which a floor is measured, but for the client and its server. */
function floorOf(condition: Condition, label: string, bounds: (typeof BOUNDS)['null' | 'sink']): Condition {
  const load = floorLoad(condition.load)
  const durationNs = spanOf(condition.load, bounds.spanNs)
  const messages = Math.min(bounds.messages, dueWithin(load, durationNs))
  return {
    ...condition,
    label,
    targetName: undefined,
    mode: undefined,
    httpVersion: undefined,
    batch: undefined,
    link: {},
    retry: undefined,
    load,
    messages,
    durationNs,
    warmup: { messages: Math.ceil(bounds.messages / 10), durationNs: bounds.spanNs / 4 },
  }
}

/** The first condition of each kind. */
function firsts(conditions: readonly Condition[], keyOf: (condition: Condition) => string) {
  const kinds = new Map<string, Condition>()
  for (const condition of conditions) {
    const key = keyOf(condition)
    if (!kinds.has(key)) kinds.set(key, condition)
  }
  return kinds
}

export const floorLabel = ({ load }: Condition) => `floor ${loadLabel(load)}`

/**
 * The floor of each load: the same schedule, or the same users, on a transport that does nothing. Shows what
 * of a figure is the harness, and how late a bare loop starts on this machine in this run.
 */
function nullFloors(conditions: readonly Condition[]): Condition[] {
  return [...firsts(conditions, floorLabel)].map(([label, condition]) => ({
    ...floorOf(condition, label, BOUNDS.null),
    client: 'null',
    target: { kind: 'sink', tls: 'none', auth: false },
  }))
}

const sinkLabel = ({ protocol, load }: Condition) => `floor ${protocol} ${loadLabel(load)}`

/**
 * The floor of each protocol and load: the cheapest client there is, on kept connections to a bare sink, that
 * is one without TLS, authentication, think time and faults. Shows what of a figure is sockets and system, and
 * what no client could do better here. A server that is somebody else's has none.
 */
export function sinkFloorsOf(conditions: readonly Condition[]): Condition[] {
  const local = conditions.filter(({ target, client }) => target.kind === 'sink' && client !== 'null')
  return [...firsts(local, sinkLabel)].map(([label, condition]) => {
    const { protocol } = condition
    return {
      ...floorOf(condition, label, BOUNDS.sink),
      client: 'wire',
      mode: modesOf('wire', protocol)[0],
      httpVersion: versionsOf('wire', protocol)[0],
      connection: 'reuse',
      target: { kind: 'sink', tls: 'none', auth: false, bare: true },
    }
  })
}

/** All floors of a run, which begins with them. */
export function floorsOf(conditions: readonly Condition[]): Condition[] {
  return [...nullFloors(conditions), ...sinkFloorsOf(conditions)]
}

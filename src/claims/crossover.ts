import type { LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import type { Interval } from '../stats/interval.ts'
import { median, medianInterval } from '../stats/median.ts'
import { type Comparison, repetitionsOf } from './comparison.ts'
import { type Circumstances, circumstanceNames } from './condition.ts'

/** Latency over the network's round-trip time: what a client and its server take themselves, and round trips. */
export interface Line {
  readonly atZeroMs: number
  /** Milliseconds a millisecond: the round trips that a message waits for, set-up included where it needs one. */
  readonly roundTrips: number
}

/** Least squares; undefined for fewer than two distinct RTTs. */
export function lineThrough(points: readonly { rttMs: number; ms: number }[]): Line | undefined {
  const n = points.length
  const meanX = points.reduce((sum, { rttMs }) => sum + rttMs, 0) / n
  const meanY = points.reduce((sum, { ms }) => sum + ms, 0) / n
  const spread = points.reduce((sum, { rttMs }) => sum + (rttMs - meanX) ** 2, 0)
  if (!(spread > 0)) return undefined
  const roundTrips = points.reduce((sum, { rttMs, ms }) => sum + (rttMs - meanX) * (ms - meanY), 0) / spread
  return { atZeroMs: meanY - roundTrips * meanX, roundTrips }
}

/** Where one transport overtakes the other as the network gets longer. */
export type Crossover =
  /** `below` is sooner on shorter networks, the other on longer ones. */
  | {
      readonly kind: 'at'
      readonly rttMs: number
      readonly interval: Interval | undefined
      readonly below: 'smtp' | 'http'
      /** Longer or shorter than any network that was measured: the lines say so, no measurement. */
      readonly extrapolated: boolean
    }
  /** The lines cross at no distance: the one that needs fewer round trips is sooner at 0 ms, too. */
  | { readonly kind: 'none'; readonly sooner: 'smtp' | 'http' }
  /** Both wait for as many round trips: the network decides nothing between them. */
  | { readonly kind: 'parallel' }

/** The comparisons of two kinds of client at several RTTs, all else equal, and what follows from them. */
export interface Series {
  readonly comparisons: readonly Comparison[]
  readonly smtp: Line
  readonly http: Line
  readonly crossover: Crossover
}

/** Slopes that differ by less are as many round trips; a tenth of one is beyond what medians blur. */
const SAME_TRIPS = 0.1

const clientOf = ({ client, mode, http_version }: LabelRow) => [client, mode, http_version]

function seriesKey({ smtp, http, circumstances }: Comparison): string {
  const others = circumstanceNames.filter(name => name !== 'rttMs')
  return JSON.stringify([
    clientOf(smtp),
    clientOf(http),
    others.map((name: keyof Circumstances) => circumstances[name]),
  ])
}

/** The line of each round in which a side was measured at two RTTs or more. */
function linesOf(run: StoredRun, rows: readonly LabelRow[]): ReadonlyMap<number, Line> {
  const rounds = new Map<number, { rttMs: number; ms: number }[]>()
  for (const row of rows) {
    for (const [round, { link_rtt_ms: rtt, latency_p50_ms: ms }] of repetitionsOf(run, row)) {
      if (ms !== null) rounds.set(round, [...(rounds.get(round) ?? []), { rttMs: rtt ?? 0, ms }])
    }
  }
  const lines = new Map<number, Line>()
  for (const [round, points] of rounds) {
    const line = points.length === rows.length ? lineThrough(points) : undefined
    if (line) lines.set(round, line)
  }
  return lines
}

function middle(lines: readonly Line[]): Line | undefined {
  const [atZeroMs, roundTrips] = [
    median(lines.map(line => line.atZeroMs)),
    median(lines.map(line => line.roundTrips)),
  ]
  return atZeroMs === undefined || roundTrips === undefined ? undefined : { atZeroMs, roundTrips }
}

const crossing = (smtp: Line, http: Line) =>
  (http.atZeroMs - smtp.atZeroMs) / (smtp.roundTrips - http.roundTrips)

/** @param rttsMs of the networks that were measured */
function crossoverOf(
  [smtp, http]: readonly [Line, Line],
  rounds: readonly (readonly [Line, Line])[],
  rttsMs: readonly number[],
): Crossover {
  const difference = smtp.roundTrips - http.roundTrips
  if (Math.abs(difference) < SAME_TRIPS) return { kind: 'parallel' }
  const leaner = difference > 0 ? 'http' : 'smtp'
  const crossings = rounds.map(([a, b]) => crossing(a, b))
  const centreMs = median(crossings)
  const interval = medianInterval(crossings)
  // Lines that cross before 0 do not cross on any network; they may, where rounds do not agree that they do not.
  if (centreMs === undefined || (centreMs <= 0 && (interval?.high ?? 0) <= 0))
    return { kind: 'none', sooner: leaner }
  const rttMs = Math.max(0, centreMs)
  return {
    kind: 'at',
    rttMs,
    interval: interval && { low: Math.max(0, interval.low), high: interval.high },
    below: leaner === 'http' ? 'smtp' : 'http',
    extrapolated: rttMs < Math.min(...rttsMs) || rttMs > Math.max(...rttsMs),
  }
}

function seriesOf(run: StoredRun, comparisons: readonly Comparison[]): Series[] {
  const [smtp, http] = [
    linesOf(
      run,
      comparisons.map(each => each.smtp),
    ),
    linesOf(
      run,
      comparisons.map(each => each.http),
    ),
  ]
  const rounds = [...smtp].flatMap(([round, line]): [Line, Line][] => {
    const other = http.get(round)
    return other ? [[line, other]] : []
  })
  const lines = [middle(rounds.map(([line]) => line)), middle(rounds.map(([, line]) => line))]
  const [ours, theirs] = lines
  if (!ours || !theirs) return []
  const rttsMs = comparisons.map(({ circumstances }) => circumstances.rttMs)
  return [{ comparisons, smtp: ours, http: theirs, crossover: crossoverOf([ours, theirs], rounds, rttsMs) }]
}

/** Every pair of clients that was compared at two RTTs or more: line, slope and crossing of each round, then medians. */
export function seriesIn(run: StoredRun, comparisons: readonly Comparison[]): Series[] {
  const groups = new Map<string, Comparison[]>()
  for (const each of comparisons) {
    const key = seriesKey(each)
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  return [...groups.values()].flatMap(group => seriesOf(run, group))
}

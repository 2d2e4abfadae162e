import type { LabelRow } from '../run-store/schema.ts'
import { conditionNames, targetNameOf } from './ranking.ts'

type Transport = LabelRow['transport']

/** Where the ways to one target are equally fast, as far as round-trip time decides. */
export interface RttCrossover {
  readonly target: string
  readonly smtp: LabelRow
  readonly http: LabelRow
  /** The round-trip times at which both were measured, ascending: all else is a line fitted to these. */
  readonly measuredMs: readonly number[]
  /** The faster one where the server is near; beyond the crossover, the slower one. */
  readonly near: Transport
  /** Of the emulated network, by the fitted lines; undefined when these do not cross. */
  readonly rttMs: number | undefined
  /** It lies outside of what was measured. */
  readonly extrapolated: boolean
  /** Both wait for as many round trips, as far as can be told: the lines say nothing of other distances. */
  readonly isParallel: boolean
  /** Where `near` was measured, and is not shown to be the faster one: the intervals of the medians overlap. */
  readonly unshownMs: readonly number[]
}

interface Line {
  readonly atZeroMs: number
  /** Round trips: milliseconds of latency for each of round-trip time. */
  readonly slope: number
}

/** Least squares; needs two different round-trip times. */
function lineThrough(rows: readonly LabelRow[]): Line | undefined {
  const points = rows.flatMap(({ link_rtt_ms: x, latency_p50_ms: y }) =>
    x === null || y === null ? [] : [{ x, y }],
  )
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length
  const spread = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0)
  if (!(spread > 0)) return undefined
  const slope = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread
  return { atZeroMs: meanY - slope * meanX, slope }
}

/** What differs by less than this is no round trip: it is noise. */
const SLOPE_MIN = 0.3

const isParallel = (smtp: Line, http: Line) => Math.abs(smtp.slope - http.slope) < SLOPE_MIN

function crossing(smtp: Line, http: Line): number | undefined {
  if (isParallel(smtp, http)) return undefined
  const rttMs = (http.atZeroMs - smtp.atZeroMs) / (smtp.slope - http.slope)
  return rttMs > 0 ? rttMs : undefined
}

const rttOf = ({ link_rtt_ms: ms }: LabelRow) => ms ?? 0

const isShownFaster = (a: LabelRow | undefined, b: LabelRow | undefined) =>
  typeof a?.latency_p50_ms_high === 'number' &&
  typeof b?.latency_p50_ms_low === 'number' &&
  a.latency_p50_ms_high < b.latency_p50_ms_low

function crossoverOf(
  target: string,
  allSmtp: readonly LabelRow[],
  allHttp: readonly LabelRow[],
): RttCrossover[] {
  const there = (row: LabelRow, others: readonly LabelRow[]) =>
    others.some(other => rttOf(other) === rttOf(row))
  const smtp = allSmtp.filter(row => there(row, allHttp))
  const http = allHttp.filter(row => there(row, allSmtp))
  const [ours, theirs] = [smtp[0], http[0]]
  const [smtpLine, httpLine] = [lineThrough(smtp), lineThrough(http)]
  if (!ours || !theirs || !smtpLine || !httpLine) return []
  const rttMs = crossing(smtpLine, httpLine)
  const measuredMs = [...new Set(smtp.map(rttOf))].sort((a, b) => a - b)
  const [shortest, longest] = [measuredMs[0] ?? 0, measuredMs.at(-1) ?? 0]
  // Where they cross, the steeper one is the faster before.
  const near =
    rttMs === undefined
      ? fasterMidway(smtpLine, httpLine, longest)
      : smtpLine.slope > httpLine.slope
        ? 'smtp'
        : 'http'
  const [faster, slower] = near === 'smtp' ? [smtp, http] : [http, smtp]
  const at = (rows: readonly LabelRow[], ms: number) => rows.find(row => rttOf(row) === ms)
  return [
    {
      target,
      smtp: ours,
      http: theirs,
      measuredMs,
      near,
      rttMs,
      extrapolated: rttMs !== undefined && (rttMs < shortest || rttMs > longest),
      isParallel: isParallel(smtpLine, httpLine),
      unshownMs: measuredMs.filter(ms => !isShownFaster(at(faster, ms), at(slower, ms))),
    },
  ]
}

/** The faster one in the middle of what was measured. */
function fasterMidway(smtp: Line, http: Line, longestMs: number): Transport {
  const at = ({ atZeroMs, slope }: Line) => atZeroMs + (slope * longestMs) / 2
  return at(smtp) <= at(http) ? 'smtp' : 'http'
}

/** What one line has in common but for the client: all but the distance. */
const loadOf = (row: LabelRow) =>
  JSON.stringify(conditionNames.map(name => (name === 'link_rtt_ms' ? null : row[name])))

const wayOf = ({ transport, client, mode, http_version }: LabelRow) =>
  JSON.stringify([transport, client, mode, http_version])

/**
 * For each target that was measured by SMTP and by its API over several round-trip times: the one at which they
 * change places. Latency is a line over it, whose slope is the number of round trips (docs/measurement.md).
 */
export function rttCrossovers(labels: readonly LabelRow[]): RttCrossover[] {
  const rows = labels.filter(row => row.valid && row.load !== 'ramp' && targetNameOf(row) !== undefined)
  return [...Map.groupBy(rows, row => targetNameOf(row) ?? '')].flatMap(([target, own]) => {
    const ways = [...Map.groupBy(own, row => wayOf(row) + loadOf(row)).values()]
    const by = (transport: Transport) => ways.filter(([first]) => first?.transport === transport)
    return by('smtp').flatMap(smtp =>
      by('http')
        .filter(([first]) => first && smtp[0] && loadOf(first) === loadOf(smtp[0]))
        .flatMap(http => crossoverOf(target, smtp, http)),
    )
  })
}

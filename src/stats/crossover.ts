import type { LabelRow } from '../run-store/schema.ts'
import { targetNameOf } from './ranking.ts'

type Transport = LabelRow['transport']

/** Where the ways to one target are equally fast, as far as round-trip time decides. */
export interface RttCrossover {
  readonly target: string
  readonly smtp: LabelRow
  readonly http: LabelRow
  /** The faster one where the server is near; beyond the crossover, the slower one. */
  readonly near: Transport
  /** Of the emulated network; undefined when the same one is faster at every round-trip time. */
  readonly rttMs: number | undefined
  /** It lies outside of what was measured. */
  readonly extrapolated: boolean
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

function crossing(smtp: Line, http: Line): number | undefined {
  const steeper = smtp.slope - http.slope
  if (Math.abs(steeper) < SLOPE_MIN) return undefined
  const rttMs = (http.atZeroMs - smtp.atZeroMs) / steeper
  return rttMs > 0 ? rttMs : undefined
}

function crossoverOf(target: string, smtp: readonly LabelRow[], http: readonly LabelRow[]): RttCrossover[] {
  const [ours, theirs] = [smtp[0], http[0]]
  const [smtpLine, httpLine] = [lineThrough(smtp), lineThrough(http)]
  if (!ours || !theirs || !smtpLine || !httpLine) return []
  const rttMs = crossing(smtpLine, httpLine)
  const longest = Math.max(...[...smtp, ...http].map(({ link_rtt_ms: ms }) => ms ?? 0))
  // Where they cross, the steeper one is the faster before.
  const near =
    rttMs === undefined
      ? fasterMidway(smtpLine, httpLine, longest)
      : smtpLine.slope > httpLine.slope
        ? 'smtp'
        : 'http'
  return [{ target, smtp: ours, http: theirs, near, rttMs, extrapolated: (rttMs ?? 0) > longest }]
}

/** The faster one in the middle of what was measured. */
function fasterMidway(smtp: Line, http: Line, longestMs: number): Transport {
  const at = ({ atZeroMs, slope }: Line) => atZeroMs + (slope * longestMs) / 2
  return at(smtp) <= at(http) ? 'smtp' : 'http'
}

const wayOf = ({ client, mode, http_version, connection, load, users, rate_per_s, fault }: LabelRow) =>
  JSON.stringify([client, mode, http_version, connection, load, users, rate_per_s, fault])

/**
 * For each target that was measured by SMTP and by its API over several round-trip times: the one at which they
 * change places. Latency is a line over it, whose slope is the number of round trips (docs/measurement.md).
 */
export function rttCrossovers(labels: readonly LabelRow[]): RttCrossover[] {
  const rows = labels.filter(row => row.valid && row.load !== 'ramp' && targetNameOf(row) !== undefined)
  return [...Map.groupBy(rows, row => targetNameOf(row) ?? '')].flatMap(([target, own]) => {
    const ways = [...Map.groupBy(own, row => `${row.transport} ${wayOf(row)}`).values()]
    const by = (transport: Transport) => ways.filter(([first]) => first?.transport === transport)
    return by('smtp').flatMap(smtp =>
      by('http')
        .filter(http => isSameLoad(smtp[0], http[0]))
        .flatMap(http => crossoverOf(target, smtp, http)),
    )
  })
}

const isSameLoad = (a: LabelRow | undefined, b: LabelRow | undefined) =>
  a?.connection === b?.connection &&
  a?.load === b?.load &&
  a?.users === b?.users &&
  a?.rate_per_s === b?.rate_per_s

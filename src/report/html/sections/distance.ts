import { circumstancesOf } from '../../../claims/condition.ts'
import { type Line, lineThrough } from '../../../claims/crossover.ts'
import { short } from '../../../figure-text.ts'
import type { LabelRow } from '../../../run-store/schema.ts'
import type { Series } from '../chart/chart.ts'
import type { Look } from '../chart/look.ts'
import { linearScale } from '../chart/scale.ts'
import { type Figure, panels } from '../figure.ts'
import { type Group, groupsOf, measuredLabels, samplesIn } from '../groups.ts'
import type { Section } from '../section.ts'

/** Each is drawn thrice: measured, fitted and counted. */
const LINES_MAX = 4

/** One kind of client at several distances. */
interface Walk {
  readonly name: string
  readonly look: Look
  readonly rows: readonly LabelRow[]
  readonly line: Line
  /** Round trips that a message waits for, as they were counted at the network. */
  readonly counted: number | null
}

const distance = ({ link_rtt_ms: rtt }: LabelRow) => rtt ?? 0

function countedIn({
  connection,
  round_trips_setup: setup,
  round_trips_per_message: message,
}: LabelRow): number | null {
  if (message === null || connection !== 'fresh') return message
  return setup === null ? null : setup + message
}

/** More messages in flight than connections share their round trips; HTTP/2 has a stream for each. */
const sharesRoundTrips = ({ users, connections, repetitions, connection, http_version: version }: LabelRow) =>
  connection === 'reuse' &&
  version !== '2' &&
  users !== null &&
  connections !== null &&
  users * repetitions > connections

/** Of single messages, each of which waits for all of its round trips: those of a whole job overlap (C5). */
const isSingle = (row: LabelRow) => row.batch_size === null && !sharesRoundTrips(row)

const kindKey = (row: LabelRow) => {
  const { transport, client, mode, http_version } = row
  return JSON.stringify([transport, client, mode, http_version, { ...circumstancesOf(row), rttMs: 0 }])
}

function walksOf({ members }: Group, all: readonly LabelRow[]): Walk[] {
  return members.flatMap(({ row, name, look }) => {
    const rows = all
      .filter(each => kindKey(each) === kindKey(row) && each.latency_p50_ms !== null)
      .toSorted((a, b) => distance(a) - distance(b))
    const line = lineThrough(rows.map(each => ({ rttMs: distance(each), ms: each.latency_p50_ms ?? 0 })))
    return line ? [{ name, look, rows, line, counted: countedIn(row) }] : []
  })
}

const at = ({ atZeroMs, roundTrips }: Line, rttMs: number) => atZeroMs + roundTrips * rttMs

function seriesOf({ name, look, rows, line, counted }: Walk, longest: number): Series[] {
  const ends = (through: Line) => [0, longest].map(x => ({ x, y: Math.max(0, at(through, x)), tip: name }))
  const measured: Series = {
    name: `${name}: counted ${counted ?? 'not'}, fitted ${line.roundTrips.toFixed(2)}`,
    kind: 'points',
    look,
    points: rows.map(row => ({
      x: distance(row),
      y: row.latency_p50_ms ?? 0,
      low: row.latency_p50_ms_low,
      high: row.latency_p50_ms_high,
      tip: `${name}: ${short(row.latency_p50_ms)} ms at ${distance(row)} ms RTT (n ${row.n.toLocaleString('en-US')})`,
    })),
  }
  const fitted: Series = {
    name: `${name}, fitted`,
    kind: 'line',
    look: { ...look, dash: 'solid', marker: 'none' },
    isReference: true,
    points: ends(line),
  }
  if (counted === null) return [measured, fitted]
  const reference: Series = {
    name: `${name}, counted`,
    kind: 'line',
    look: { ...look, dash: 'dotted', marker: 'none' },
    isReference: true,
    points: ends({ atZeroMs: Math.max(0, line.atZeroMs), roundTrips: counted }),
  }
  return [measured, fitted, reference]
}

function figureOf(group: Group, all: readonly LabelRow[]): Figure[] {
  const walks = walksOf(group, all)
  if (walks.length === 0) return []
  const longest = Math.max(...walks.flatMap(({ rows }) => rows.map(distance)))
  const series = walks.flatMap(walk => seriesOf(walk, longest))
  const points = series.flatMap(each => each.points)
  return [
    {
      title: group.title,
      note: `Medians with their 95 % intervals, ${samplesIn(walks.flatMap(({ rows }) => rows.map(({ n }) => n)))} a mark. Solid: fitted by least squares; its slope is round trips. Dotted: the round trips that the relay counted.`,
      alternative: `Median latency over the network’s round-trip time: ${walks.map(({ name, line, counted }) => `${name} grows by ${line.roundTrips.toFixed(2)} round trips, ${counted ?? 'not'} counted`).join('; ')}.`,
      chart: {
        x: { title: 'round-trip time, ms', scale: linearScale([longest]) },
        y: {
          title: 'median latency, ms',
          scale: linearScale(points.flatMap(({ y, high }) => [y, high ?? y])),
        },
        series,
      },
      table: {
        caption: `Round trips, ${group.title}`,
        heads: ['client', 'counted', 'fitted', 'apart %', 'own time, ms', 'p50 ms at each RTT'],
        rows: walks.map(({ name, rows, line, counted }) => [
          name,
          counted,
          line.roundTrips.toFixed(2),
          counted ? short((Math.abs(line.roundTrips - counted) / counted) * 100) : null,
          short(Math.max(0, line.atZeroMs)),
          rows.map(row => `${short(row.latency_p50_ms)} at ${distance(row)}`).join(', '),
        ]),
      },
    },
  ]
}

/** Latency over emulated distance: its slope must be the round trips that were counted. */
export const distanceSection: Section = {
  id: 'distance',
  title: 'Latency over the network’s round-trip time',
  lead: 'Two independent counts: turns seen by the relay, and the slope of the median over the emulated round-trip time. They should agree.',
  lacking: 'a plan with several rtt values, such as headline, shows how latency grows with distance.',
  render({ run }, draw) {
    const rows = measuredLabels(run).filter(isSingle)
    // One row of each kind stands for it; the others are its further points.
    const kinds = [
      ...new Map(rows.toReversed().map(row => [kindKey(row), { ...row, link_rtt_ms: 0 }])).values(),
    ]
    const figures = groupsOf(kinds.toReversed(), { apart: true, most: LINES_MAX }).flatMap(group =>
      figureOf(group, rows),
    )
    return figures.length === 0 ? undefined : panels(figures, draw, 'labels.csv')
  },
}

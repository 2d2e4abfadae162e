import { short } from '../../../figure-text.ts'
import type { TimelineRow, TrialRow } from '../../../run-store/schema.ts'
import type { StoredRun } from '../../../run-store/stored-run.ts'
import type { Point, Series } from '../chart/chart.ts'
import { linearScale, logScale } from '../chart/scale.ts'
import type { DataTable } from '../data-table.ts'
import { type Figure, panels } from '../figure.ts'
import { type Group, groupsOf, type Member, measuredLabels, samplesIn } from '../groups.ts'
import type { Section } from '../section.ts'

/** Trials that last so long are shown second by second; shorter ones as a point each, over the run. */
const LONG_S = 5

/** What was seen at one time: a second of a trial, or a whole short trial. */
interface Moment {
  readonly atS: number
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly perS: number | null
  readonly failed: number
  readonly inFlight: number | null
}

const trialsOf = (run: StoredRun, { row }: Member): TrialRow[] =>
  run.trials.filter(({ label, purpose }) => label === row.label && purpose === 'measure')

/** The last second of a trial is seldom a whole one: its rate would be too low. */
function secondsOf(run: StoredRun, trial: TrialRow): Moment[] {
  const rows = run.timeline.filter(row => row.trial === trial.trial).toSorted((a, b) => a.second - b.second)
  const last = rows.at(-1)?.second
  return rows.map((row: TimelineRow) => ({
    atS: row.second,
    p50Ms: row.p50_ms,
    p99Ms: row.p99_ms,
    perS: row.second === last ? null : row.accepted,
    failed: row.failed + row.in_doubt,
    inFlight: row.in_flight,
  }))
}

const momentOf = (run: StoredRun, trial: TrialRow): Moment => ({
  atS: (Date.parse(trial.started_at) - Date.parse(run.started_at)) / 1000,
  p50Ms: trial.latency_p50_ms,
  p99Ms: trial.latency_p99_ms,
  perS: trial.throughput_per_s,
  failed: trial.deferred + trial.rejected + trial.faulted + trial.in_doubt,
  inFlight: null,
})

interface Course {
  readonly member: Member
  readonly moments: readonly Moment[]
}

/** More points are not told apart, and a trial may last a day. */
const MOMENTS_MAX = 240

const thinned = (moments: readonly Moment[]) => {
  const stride = Math.ceil(moments.length / MOMENTS_MAX)
  return moments.filter((_, i) => i % stride === 0)
}

/** Whether the trials of a label last: one that only waited for a reply that never came does not count. */
const isLong = (run: StoredRun) => (member: Member) => {
  const trials = new Set(trialsOf(run, member).map(({ trial }) => trial))
  const seconds = run.timeline.filter(({ trial, accepted }) => trials.has(trial) && accepted > 0)
  return seconds.length >= LONG_S * trials.size
}

/** A long trial speaks for its label: repetitions would lie on top of one another. */
function coursesOf(run: StoredRun, members: readonly Member[], bySecond: boolean): Course[] {
  return members.flatMap(member => {
    const trials = trialsOf(run, member)
    const [first] = trials.filter(({ valid }) => valid)
    const moments = bySecond
      ? first
        ? secondsOf(run, first)
        : []
      : trials.map(trial => momentOf(run, trial))
    return moments.length === 0
      ? []
      : [{ member, moments: thinned(moments.toSorted((a, b) => a.atS - b.atS)) }]
  })
}

function seriesOf(
  { member, moments }: Course,
  figureOf: (moment: Moment) => number | null,
  unit: string,
): Series {
  const points = moments.flatMap((moment): Point[] => {
    const y = figureOf(moment)
    const tip = `${member.name}: ${short(y)} ${unit} at ${Number(moment.atS.toFixed(1))} s`
    return y === null ? [] : [{ x: moment.atS, y, tip }]
  })
  return { name: member.name, kind: 'line', look: member.look, points }
}

function tableOf(title: string, courses: readonly Course[]): DataTable {
  return {
    caption: `Over time, ${title}`,
    heads: ['label', 's', 'p50 ms', 'p99 ms', 'accepted/s', 'failed or in doubt', 'in flight'],
    rows: courses.flatMap(({ member, moments }) =>
      moments.map(({ atS, p50Ms, p99Ms, perS, failed, inFlight }) => [
        member.name,
        Number(atS.toFixed(1)),
        p50Ms,
        p99Ms,
        perS,
        failed,
        inFlight,
      ]),
    ),
  }
}

function figuresOf(run: StoredRun, { title, members }: Group, bySecond: boolean): Figure[] {
  const courses = coursesOf(run, members, bySecond)
  const table = tableOf(title, courses)
  const when = bySecond ? 'second of the trial' : 'seconds since the run began'
  const note = bySecond
    ? `Seconds of the first valid trial of a label, ${MOMENTS_MAX} at the most; the last has no rate, since it is no whole one.`
    : 'One point a trial, in the order in which they ran: a drift of the machine shows as a slope.'
  const kinds = [
    {
      name: 'Median latency',
      unit: 'ms',
      figureOf: ({ p50Ms }: Moment) => p50Ms,
      axis: 'p50, ms (log)',
    },
    {
      name: 'Rate',
      unit: 'messages/s',
      figureOf: ({ perS }: Moment) => perS,
      axis: 'accepted/s (log)',
    },
  ] as const
  return kinds.flatMap(({ name, unit, figureOf, axis }): Figure[] => {
    const series = courses
      .map(course => seriesOf(course, figureOf, unit))
      .filter(({ points }) => points.length > 1)
    if (series.length === 0) return []
    const points = series.flatMap(each => each.points)
    const range = ({ name: label, points: own }: Series) => {
      const ys = own.map(({ y }) => y)
      return `${label} between ${short(Math.min(...ys))} and ${short(Math.max(...ys))} ${unit}`
    }
    return [
      {
        title: `${name} over time. ${title}`,
        note: `${note} ${samplesIn(courses.map(({ member }) => member.row.n))}.`,
        alternative: `${name} by ${when}: ${series.map(range).join('; ')}.`,
        chart: {
          x: { title: when, scale: linearScale(points.map(({ x }) => x)) },
          y: { title: axis, scale: logScale(points.map(({ y }) => y)) },
          series,
        },
        table,
      },
    ]
  })
}

/** Latency and rate, second by second or trial by trial. */
export const overTimeSection: Section = {
  id: 'time',
  title: 'Latency and rate over time',
  lead: 'Whether what was measured stayed as it was.',
  lacking:
    'any plan with repetitions, such as quick, or with trials of some seconds, such as load, shows a course.',
  render({ run }, draw) {
    const figures = groupsOf(measuredLabels(run)).flatMap(group =>
      figuresOf(run, group, group.members.every(isLong(run))),
    )
    return figures.length === 0 ? undefined : panels(figures, draw, 'summary.csv and timeline.csv')
  },
}

import { short } from '../../../figure-text.ts'
import type { StoredRun } from '../../../run-store/stored-run.ts'
import type { Series } from '../chart/chart.ts'
import { linearScale, logScale } from '../chart/scale.ts'
import { type Figure, panels } from '../figure.ts'
import { type Group, groupsOf, type Member, measuredLabels, samplesIn } from '../groups.ts'
import type { Section } from '../section.ts'

/** More points are not told apart. */
const STEPS_MAX = 240

/** One second of a ramp: what was asked for, what came of it. */
interface Step {
  readonly second: number
  readonly offered: number
  readonly accepted: number
  readonly p50Ms: number | null
  readonly p99Ms: number | null
}

/** The seconds of a label's first valid ramp, in order; the last is seldom a whole one. */
function stepsOf(run: StoredRun, { row }: Member): Step[] {
  const trial = run.trials.find(
    ({ label, purpose, valid }) => label === row.label && purpose === 'measure' && valid,
  )
  const rows = run.timeline.filter(each => each.trial === trial?.trial)
  return rows
    .toSorted((a, b) => a.second - b.second)
    .slice(0, -1)
    .filter((_, i, all) => i % Math.ceil(all.length / STEPS_MAX) === 0)
    .map(({ second, scheduled, accepted, p50_ms, p99_ms }) => ({
      second,
      offered: scheduled,
      accepted,
      p50Ms: p50_ms,
      p99Ms: p99_ms,
    }))
}

function figureOf(run: StoredRun, { title, members }: Group): Figure[] {
  const ramps = members
    .map(member => ({ member, steps: stepsOf(run, member) }))
    .filter(({ steps }) => steps.some(({ p50Ms }) => p50Ms !== null))
  if (ramps.length === 0) return []
  const series = ramps.map(
    ({ member: { name, look }, steps }): Series => ({
      name,
      kind: 'line',
      look,
      points: steps.flatMap(({ second, offered, accepted, p50Ms }) =>
        p50Ms === null
          ? []
          : [
              {
                x: accepted,
                y: p50Ms,
                tip: `${name}, second ${second}: offered ${offered}/s, accepted ${accepted}/s, p50 ${short(p50Ms)} ms`,
              },
            ],
      ),
    }),
  )
  const points = series.flatMap(each => each.points)
  const peaks = ramps.map(
    ({ member, steps }) =>
      `${member.name} reached ${Math.max(...steps.map(({ accepted }) => accepted))} a second`,
  )
  return [
    {
      title,
      note: `A point a second, joined in the order of time; ${samplesIn(ramps.map(({ member }) => member.row.n))} a label. Where the line turns upward, more load only makes messages wait.`,
      alternative: `Median latency over the rate that was accepted: ${peaks.join(', ')}.`,
      chart: {
        x: { title: 'accepted, messages/s', scale: linearScale(points.map(({ x }) => x)) },
        y: { title: 'p50, ms (log)', scale: logScale(points.map(({ y }) => y)) },
        series,
      },
      table: {
        caption: `The ramp, second by second, ${title}`,
        heads: ['label', 'second', 'offered/s', 'accepted/s', 'p50 ms', 'p99 ms'],
        rows: ramps.flatMap(({ member, steps }) =>
          steps.map(({ second, offered, accepted, p50Ms, p99Ms }) => [
            member.name,
            second,
            offered,
            accepted,
            p50Ms,
            p99Ms,
          ]),
        ),
      },
    },
  ]
}

/** Throughput against latency, of loads that ramp. */
export const capacitySection: Section = {
  id: 'capacity',
  title: 'Throughput against latency',
  lead: 'How much each side takes before messages begin to wait.',
  lacking: 'a plan that ramps, such as load, shows how much load each side bears.',
  render({ run }, draw) {
    const ramps = measuredLabels(run).filter(({ load }) => load === 'ramp')
    const figures = groupsOf(ramps).flatMap(group => figureOf(run, group))
    return figures.length === 0 ? undefined : panels(figures, draw, 'timeline.csv')
  },
}

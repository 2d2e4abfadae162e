import type { JobAnswer, PlacedJob } from '../../claims/answer-job.ts'
import { wayInWords } from '../../claims/job.ts'
import { short } from '../../figure-text.ts'
import { medianInterval } from '../../stats/median.ts'
import { jobCaption, jobTable } from '../job-table.ts'
import type { Series } from './chart/chart.ts'
import { logScale } from './chart/scale.ts'
import type { Figure } from './figure.ts'

/** More are in the table. */
const ROWS_MAX = 12
/** Names take the room of others. */
const TICKS_MOST = 4

const sides = {
  smtp: { name: 'SMTP', look: { colour: 'a', dash: 'solid', marker: 'circle' } },
  http: { name: 'API', look: { colour: 'b', dash: 'solid', marker: 'diamond' } },
} as const

function seriesOf(contests: readonly PlacedJob[], side: 'smtp' | 'http'): Series {
  const points = contests.map((contest, y) => {
    const way = contest[side]
    const { low = null, high = null } =
      medianInterval([...way.jobs.values()].map(({ total_ms: ms }) => ms)) ?? {}
    const tip = `${wayInWords(way)}, ${contest.where}: ${short(way.totalMs)} ms (${short(low)} to ${short(high)})`
    return { x: way.totalMs, y, low, high, tip }
  })
  return { ...sides[side], kind: 'points', points }
}

/** Whole jobs, each transport by its quickest way, as a chart with its table. */
export function jobFigure(answer: JobAnswer): Figure {
  const shown = answer.contests.slice(0, ROWS_MAX)
  const series = (['smtp', 'http'] as const).map(side => seriesOf(shown, side))
  const ends = series.flatMap(({ points }) => points.flatMap(({ x, low, high }) => [x, low ?? x, high ?? x]))
  const more = answer.contests.length - shown.length
  const { heads, rows } = jobTable(answer, where => where)
  return {
    title: 'Whole jobs, SMTP and API',
    note: `${jobCaption(answer)} Medians with 95 % intervals, where repetitions are enough.${more > 0 ? ` ${more} more conditions are in the table.` : ''}`,
    alternative: `Further left is quicker. ${shown.map(({ where, smtp, http }) => `${where}: SMTP ${short(smtp.totalMs)} ms, API ${short(http.totalMs)} ms`).join('; ')}.`,
    chart: {
      x: { title: 'total, ms (log)', scale: logScale(ends, TICKS_MOST) },
      y: { rows: shown.map(({ where }) => where) },
      series,
    },
    table: {
      caption: 'What the whole job took in ms, each transport by its quickest way',
      heads: heads.map((head, i) => (i === 0 ? 'where' : head)),
      rows,
    },
  }
}

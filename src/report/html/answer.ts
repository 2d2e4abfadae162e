import type { Answer, FirstAnswer } from '../../claims/answer.ts'
import type { Contest } from '../../claims/contest.ts'
import { short, signed } from '../../figure-text.ts'
import { answerSections } from '../answer-sections.ts'
import type { Series } from './chart/chart.ts'
import { logScale } from './chart/scale.ts'
import type { Draw, Figure } from './figure.ts'
import { samplesIn } from './groups.ts'
import { jobFigure } from './job-figure.ts'
import { html, type Markup } from './markup.ts'

/** More are in the table. */
const ROWS_MAX = 12
/** Names take the room of others. */
const TICKS_MOST = 4

const sooner = { smtp: 'SMTP', http: 'API', same: 'neither', unknown: 'not settled' } as const

const whereOf = ({ where }: Contest) => where || 'here'

function seriesOf(contests: readonly Contest[], side: 'smtp' | 'http'): Series {
  const points = contests.flatMap((contest, y) => {
    const row = contest.comparison[side]
    const { latency_p50_ms: x, latency_p50_ms_low: low, latency_p50_ms_high: high, n } = row
    const name = side === 'smtp' ? 'SMTP' : 'API'
    const tip = `${name}, ${whereOf(contest)}: ${short(x)} ms (${short(low)} to ${short(high)}, n ${n.toLocaleString('en-US')})`
    return x === null ? [] : [{ x, y, low, high, tip }]
  })
  return side === 'smtp'
    ? { name: 'SMTP', kind: 'points', look: { colour: 'a', dash: 'solid', marker: 'circle' }, points }
    : { name: 'API', kind: 'points', look: { colour: 'b', dash: 'solid', marker: 'diamond' }, points }
}

function ratioText({ comparison: { ratio } }: Contest): string {
  if (!ratio) return '-'
  const bounds = ratio.interval ? ` (${short(ratio.interval.low)} to ${short(ratio.interval.high)})` : ''
  return `${short(ratio.value)}${bounds}`
}

/** Both sides of each condition, as a chart with its table. */
export function answerFigure({ contests, setting }: Answer): Figure {
  const shown = contests.slice(0, ROWS_MAX)
  const series = (['smtp', 'http'] as const).map(side => seriesOf(shown, side))
  const ends = series.flatMap(({ points }) => points.flatMap(({ x, low, high }) => [x, low ?? x, high ?? x]))
  return {
    title: 'Median latency, SMTP and API',
    note: `${setting}. Medians with 95 % intervals, ${samplesIn(shown.flatMap(({ comparison: { smtp, http } }) => [smtp.n, http.n]))} a mark.${contests.length > shown.length ? ` ${contests.length - shown.length} more conditions are in the table.` : ''}`,
    alternative: `Further left is sooner. ${shown.map(contest => `${whereOf(contest)}: SMTP ${short(contest.comparison.smtp.latency_p50_ms)} ms, API ${short(contest.comparison.http.latency_p50_ms)} ms`).join('; ')}.`,
    chart: {
      x: { title: 'median latency, ms (log)', scale: logScale(ends, TICKS_MOST) },
      y: { rows: shown.map(whereOf) },
      series,
    },
    table: {
      caption: 'Median latency in ms, and what the difference is made of',
      heads: [
        'where',
        'SMTP',
        'API',
        'SMTP / API',
        'sooner',
        'set-up',
        'round trips',
        'rest',
        'of it library',
      ],
      rows: contests.map(contest => {
        const { comparison, parts } = contest
        return [
          whereOf(contest),
          comparison.smtp.latency_p50_ms,
          comparison.http.latency_p50_ms,
          ratioText(contest),
          sooner[comparison.sooner],
          ...[parts?.setupMs, parts?.messageMs, parts?.rest?.ms, parts?.library?.ms].map(ms =>
            signed(ms ?? null),
          ),
        ]
      }),
    },
  }
}

/** What a reader is told first. */
export function answerMarkup(answer: FirstAnswer, draw: Draw): Markup {
  const told = answerSections(answer).map(
    ({ longTitle, sentences }) =>
      html`<dt>${longTitle}</dt><dd>${sentences.map(each => html`<p>${each}</p>`)}</dd>`,
  )
  const opening = html`<p class="answer">${answer.summary}</p>
`
  if (answer.kind === 'none') return html`${opening}<dl>${told}</dl>`
  const figure = answer.kind === 'job' ? jobFigure(answer) : answerFigure(answer)
  return html`${opening}<p class="setting">Measured: ${answer.setting}.</p>
<div class="beside">
<dl>${told}</dl>
${draw.figure(figure)}</div>`
}

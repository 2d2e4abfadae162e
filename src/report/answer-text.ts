import type { Answer, FirstAnswer } from '../claims/answer.ts'
import type { JobAnswer } from '../claims/answer-job.ts'
import type { Contest } from '../claims/contest.ts'
import { short, signed } from '../figure-text.ts'
import { aligned } from './align.ts'
import { answerSections } from './answer-sections.ts'
import { clip, roomForNames } from './fit.ts'
import { jobCaption, jobTable } from './job-table.ts'
import { wrapped } from './wrap.ts'

function outcomeOf({ comparison: { sooner, ratio } }: Contest): readonly [who: string, times: string] {
  if (!ratio) return ['?', '-']
  if (sooner === 'same') return ['neither', '1 x']
  const isHttp = sooner === 'http' || (sooner === 'unknown' && ratio.value >= 1)
  const times = `${short(isHttp ? ratio.value : 1 / ratio.value)} x`
  return [`${isHttp ? 'API' : 'SMTP'}${sooner === 'unknown' ? '?' : ''}`, times]
}

/** Shorter names of conditions tell nobody much. */
const WHERE_MIN = 12
/** Of ways to send a whole job, beside many columns. */
const JOB_MAX = 28
const CONTESTS_MAX = 12

const shortWhere = (where: string) =>
  where
    .replace(/ RTT\b/, '')
    .replaceAll(/\b(kept|new) connection\b/g, '$1')
    .replaceAll(/\b(\d+) at a time\b/g, '$1u')
    .replace(/\bconstant (?=[\d.,]+\/s)/, '')
    .replace(/\bno authentication\b/, 'no auth')
    .replace(/\bauthenticated\b/, 'auth')

const headsOf = (hasLibrary: boolean) => [
  ...['', 'SMTP', 'API', 'sooner', '', 'set-up', 'trips', 'rest'],
  ...(hasLibrary ? ['library'] : []),
]

const layOut = (contests: readonly Contest[], hasLibrary: boolean, room?: number) =>
  aligned([
    headsOf(hasLibrary),
    ...contests.map(contest => {
      const { comparison, where, parts } = contest
      return [
        clip(shortWhere(where), room),
        short(comparison.smtp.latency_p50_ms),
        short(comparison.http.latency_p50_ms),
        ...outcomeOf(contest),
        signed(parts?.setupMs ?? null),
        signed(parts?.messageMs ?? null),
        signed(parts?.rest?.ms ?? null),
        ...(hasLibrary ? [signed(parts?.library?.ms ?? null)] : []),
      ]
    }),
  ])

function tableOf(contests: readonly Contest[], hasLibrary: boolean, width: number): string[] {
  const shown = contests.slice(0, CONTESTS_MAX)
  const names = shown.map(({ where }) => shortWhere(where))
  const excess = layOut(shown, hasLibrary).width - width
  const { lines } = layOut(shown, hasLibrary, roomForNames(names, excess, WHERE_MIN))
  const more = contests.length - shown.length
  return more > 0 ? [...lines, `and ${more} more conditions in labels.csv`] : lines
}

/** What the table's columns are; what cannot be told from 0 is not printed as if it were something. */
function captionOf(setting: string, contests: readonly Contest[], hasLibrary: boolean): string {
  const isLacking = contests.some(
    ({ parts }) => parts === null || parts.rest === null || (hasLibrary && parts.library === null),
  )
  const lacking = isLacking ? ' -: unknown, or not to be told from 0.' : ''
  const rest = hasLibrary
    ? 'the rest (libraries, server, encryption; library is their part of it)'
    : 'the rest (client library, server, encryption)'
  return `Median latency in ms; ${setting}. The difference, SMTP - API, is network round trips of set-up and of the message, and ${rest}.${lacking}`
}

/** Calls stand in the table of all ways as well, and in the reasons. */
const SPARE_HEAD = 'calls'

/** Names that tell rows apart in few columns. */
const shortJob = (where: string) =>
  clip(
    where
      .replace(/ RTT\b/, '')
      .replace(/\bbare clients\b/, 'bare')
      .replace(/\bone by one\b/, '1 by 1'),
    JOB_MAX,
  )

function jobLines(answer: JobAnswer, width: number): string[] {
  const { heads, rows } = jobTable(answer, shortJob)
  const cells = [heads, ...rows.slice(0, CONTESTS_MAX)]
  const spare = heads.indexOf(SPARE_HEAD)
  const wide = aligned(cells)
  const { lines } = wide.width > width ? aligned(cells.map(row => row.filter((_, i) => i !== spare))) : wide
  const more = rows.length - CONTESTS_MAX
  return [
    ...wrapped(jobCaption(answer), width, ''),
    ...lines,
    ...(more > 0 ? [`and ${more} more conditions in merge.csv`] : []),
  ]
}

function messageLines({ setting, contests }: Answer, width: number, tableWidth: number): string[] {
  const hasLibrary = contests.some(({ parts }) => parts?.library)
  return [
    ...wrapped(captionOf(setting, contests, hasLibrary), width, ''),
    ...tableOf(contests, hasLibrary, tableWidth),
  ]
}

/**
 * The answer in plain text: which, by how much, why, from what distance on, and what to change first.
 * @param width of sentences; @param tableWidth of the table, where more room for it gains names
 */
export function renderAnswer(answer: FirstAnswer, width: number, tableWidth = width): string {
  const table =
    answer.kind === 'none'
      ? []
      : [
          '',
          ...(answer.kind === 'job' ? jobLines(answer, width) : messageLines(answer, width, tableWidth)),
          '',
        ]
  return [
    ...wrapped(`SMTP or API? ${answer.summary}`, width, '  '),
    ...table,
    ...answerSections(answer).flatMap(({ title, sentences }) =>
      wrapped(`${title}: ${sentences.join(' ')}`, width, '  '),
    ),
  ].join('\n')
}

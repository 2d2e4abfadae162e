import type { Answer } from '../claims/answer.ts'
import type { Contest } from '../claims/contest.ts'
import { short, signed } from '../figure-text.ts'
import { aligned } from './align.ts'
import { clip } from './table.ts'
import { wrapped } from './wrap.ts'

function outcomeOf({ comparison: { sooner, ratio } }: Contest): readonly [who: string, times: string] {
  if (!ratio) return ['?', '-']
  if (sooner === 'same') return ['neither', '1 x']
  const isHttp = sooner === 'http' || (sooner === 'unknown' && ratio.value >= 1)
  const times = `${short(isHttp ? ratio.value : 1 / ratio.value)} x`
  return [`${isHttp ? 'API' : 'SMTP'}${sooner === 'unknown' ? '?' : ''}`, times]
}

/** Short enough for nine columns beside one another. */
const WHERE_MAX = 24
const CONTESTS_MAX = 12

const shortWhere = (where: string) =>
  clip(
    where
      .replace(/ RTT\b/, '')
      .replaceAll(/\b(kept|new) connection\b/g, '$1')
      .replaceAll(/\b(\d+) at a time\b/g, '$1u'),
    WHERE_MAX,
  )

function tableOf(contests: readonly Contest[]): string[] {
  const shown = contests.slice(0, CONTESTS_MAX)
  const { lines } = aligned([
    ['', 'SMTP', 'API', 'sooner', '', 'set-up', 'trips', 'library', 'rest'],
    ...shown.map(contest => {
      const { comparison, where, parts } = contest
      return [
        shortWhere(where),
        short(comparison.smtp.latency_p50_ms),
        short(comparison.http.latency_p50_ms),
        ...outcomeOf(contest),
        signed(parts?.setupMs ?? null),
        signed(parts?.messageMs ?? null),
        signed(parts?.libraryMs ?? null),
        signed(parts?.restMs ?? null),
      ]
    }),
  ])
  const more = contests.length - shown.length
  return more > 0 ? [...lines, `and ${more} more conditions in labels.csv`] : lines
}

const section = (title: string, sentences: readonly string[], width: number) =>
  sentences.length === 0 ? [] : wrapped(`${title}: ${sentences.join(' ')}`, width, '  ')

/** The answer in plain text: which, by how much, why, from what distance on, and what to change first. */
export function renderAnswer(answer: Answer | undefined, width: number): string {
  const question = 'SMTP or API?'
  if (!answer) {
    return wrapped(
      `${question} This run cannot say: it sent no single messages over both in the same condition.`,
      width,
      '  ',
    ).join('\n')
  }
  const { summary, setting, contests, why, crossover, changes } = answer
  const measured = `Median latency in ms (${setting}), and what the difference is made of: set-up and message round trips, client library, the rest (server, encryption):`
  return [
    ...wrapped(`${question} ${summary}`, width, '  '),
    '',
    ...wrapped(measured, width, ''),
    ...tableOf(contests),
    '',
    ...section('Why', why, width),
    ...section('Crossover', crossover, width),
    ...section('Change first', changes, width),
  ].join('\n')
}

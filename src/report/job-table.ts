import type { JobAnswer, PlacedJob } from '../claims/answer-job.ts'
import { middleOf, type Way } from '../claims/job.ts'
import { NONE, short } from '../figure-text.ts'
import type { MergeRow } from '../run-store/schema.ts'

/** Head and rows of a table of whole jobs, as texts. */
export interface JobTable {
  readonly heads: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** By how much the quicker one is, and the interval of that; of what is not settled, what it looks like. */
function outcomeOf({ quicker, ratio }: PlacedJob): readonly [who: string, times: string, interval: string] {
  if (!ratio) return ['?', NONE, NONE]
  const isHttp = quicker === 'http' || (quicker === 'unknown' && ratio.value >= 1)
  const turned = (value: number) => (isHttp ? value : 1 / value)
  const bounds = ratio.interval && [ratio.interval.low, ratio.interval.high].map(turned)
  return [
    `${isHttp ? 'API' : 'SMTP'}${quicker === 'unknown' ? '?' : ''}`,
    `${short(turned(ratio.value))} x`,
    bounds ? `${short(Math.min(...bounds))}-${short(Math.max(...bounds))}` : NONE,
  ]
}

const whole = (count: number | null) => (count === null ? NONE : Math.round(count).toLocaleString('en-US'))

const bothOf = ({ smtp, http }: PlacedJob, figureOf: (job: MergeRow) => number | null) =>
  [smtp, http].map((way: Way) => whole(middleOf(way, figureOf))).join(' / ')

/** One row for each contest; calls and round trips are SMTP's, then the API's. @param nameOf the first column */
export function jobTable({ contests }: JobAnswer, nameOf: (where: string) => string): JobTable {
  return {
    heads: ['total, ms', 'SMTP', 'API', 'quicker', 'times', '95% CI', 'calls', 'trips'],
    rows: contests.map(contest => [
      nameOf(contest.where),
      short(contest.smtp.totalMs),
      short(contest.http.totalMs),
      ...outcomeOf(contest),
      bothOf(contest, ({ calls }) => calls),
      bothOf(contest, ({ round_trips: trips }) => trips),
    ]),
  }
}

export const jobCaption = ({ setting }: JobAnswer): string =>
  `Total time in ms, each by its quickest way; ${setting}. Calls, and network round trips (trips): SMTP / API.`

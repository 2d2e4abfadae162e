import type { StoredRun } from '../run-store/stored-run.ts'
import { batchSentences } from './answer-batch.ts'
import { jobSummary } from './answer-job-summary.ts'
import { clientsInWords } from './answer-where.ts'
import { mergeClaim } from './c5-merge.ts'
import type { ClaimVerdict } from './claim.ts'
import { type Circumstances, circumstanceNames, circumstancesOf, divided, inWords } from './condition.ts'
import {
  apiIsQuicker,
  batchOf,
  type JobContest,
  jobContests,
  messagesOf,
  middleOf,
  type Way,
  wayInWords,
  waysIn,
} from './job.ts'
import { sentence } from './words.ts'

/** A contest of whole jobs, as the answer tells of it. */
export interface PlacedJob extends JobContest {
  /** What tells its condition from others, in words: `20 ms RTT`. */
  readonly place: string
  /** The same with the kind of client, and whether the API was denied its batch calls. */
  readonly where: string
  /** Each message in a call of its own, over either: what is left where a provider takes no batches. */
  readonly isSingly: boolean
  readonly quicker: 'smtp' | 'http' | 'unknown'
}

/** SMTP or API, where only whole jobs were sent over both. All text is plain, and one line. */
export interface JobAnswer {
  readonly kind: 'job'
  readonly runId: string
  /** How C5 comes out: never a winner where it depends. */
  readonly verdict: ClaimVerdict
  /** Which, and by how much. */
  readonly summary: string
  /** What was measured: messages, servers, clients. */
  readonly setting: string
  readonly contests: readonly PlacedJob[]
  readonly why: readonly string[]
  /** What would have to be otherwise for another answer. */
  readonly flips: readonly string[]
  /** What it does not say, and what measures that. */
  readonly open: readonly string[]
}

/** Those whose conditions are as alike as two transports' can be: each has ways of its own for the rest. */
const placing = ['server', 'rttMs', 'recipients', 'fault'] as const satisfies readonly (keyof Circumstances)[]

/** Networks that work, where there are any, as of single messages. */
const isSound = ({ row }: Way) => row.fault === null

const quickerOf = (contest: JobContest) =>
  (({ true: 'http', false: 'smtp', undefined: 'unknown' }) as const)[
    String(apiIsQuicker(contest)) as 'true' | 'false' | 'undefined'
  ]

/** The quickest ways beside each other, and beside that the same where the API's quickest is a batch, but one by one. */
function placedIn(run: StoredRun): PlacedJob[] {
  const all = waysIn(run)
  const ways = all.some(isSound) ? all.filter(isSound) : all
  const best = jobContests(ways)
  const batched = best.filter(({ http }) => batchOf(http) > 1)
  const singly = jobContests(ways.filter(way => batchOf(way) === 1)).filter(({ smtp }) =>
    batched.some(contest => contest.smtp === smtp),
  )
  const { differing } = divided(best.map(({ smtp }) => circumstancesOf(smtp.row)))
  const sizes = new Set(best.map(({ smtp }) => messagesOf(smtp)))
  const levels = new Set(best.map(({ level }) => level))
  const names = placing.filter(name => name === 'rttMs' || differing.includes(name))
  return [...best, ...singly].map(contest => {
    const messages = messagesOf(contest.smtp)
    const size = sizes.size > 1 ? [`${messages.toLocaleString('en-US')} messages`] : []
    const place = [inWords(circumstancesOf(contest.smtp.row), names), ...size].join(', ')
    const isSingly = singly.includes(contest)
    const kind = contest.level === 'library' ? 'libraries' : 'bare clients'
    const where = [...(levels.size > 1 ? [kind] : []), place, ...(isSingly ? ['one by one'] : [])]
    return { ...contest, place, where: where.join(', '), isSingly, quicker: quickerOf(contest) }
  })
}

const repetitionsIn = (contests: readonly JobContest[]) =>
  [...new Set(contests.flatMap(({ smtp, http }) => [smtp.jobs.size, http.jobs.size]))].sort((a, b) => a - b)

function settingOf(contests: readonly PlacedJob[]): string {
  const [smtp, http] = [contests.map(each => each.smtp.row), contests.map(each => each.http.row)]
  const [first] = smtp
  if (!first) return ''
  const all = [...smtp, ...http].map(circumstancesOf)
  const { shared } = divided(all)
  const circumstances = circumstancesOf(first)
  const told = circumstanceNames.filter(
    name =>
      shared.includes(name) &&
      ['recipients', 'load', 'fault', 'protection'].includes(name) &&
      circumstances[name] !== '',
  )
  const server = circumstances.server === 'sink' ? 'local sinks' : circumstances.server
  return [
    `${clientsInWords(smtp)} over SMTP, ${clientsInWords(http)} over HTTP`,
    ...(shared.includes('server') ? [`to ${server}`] : []),
    inWords(circumstances, told),
    `medians of ${repetitionsIn(contests).join(' or ')} repetitions`,
  ]
    .filter(Boolean)
    .join('; ')
}

const whole = (count: number | null) =>
  count === null ? undefined : Math.round(count).toLocaleString('en-US')

/** Calls and round trips of the whole job: of libraries before bare clients, on the longest network. */
function tripsOf(contests: readonly PlacedJob[]): string[] {
  const [farthest] = contests.toSorted(
    (a, b) =>
      Number(a.isSingly) - Number(b.isSingly) ||
      Number(a.level === 'protocol') - Number(b.level === 'protocol') ||
      (b.smtp.row.link_rtt_ms ?? 0) - (a.smtp.row.link_rtt_ms ?? 0),
  )
  if (!farthest) return []
  const told = [farthest.smtp, farthest.http].map(way => {
    const calls = whole(middleOf(way, job => job.calls))
    const trips = whole(middleOf(way, job => job.round_trips))
    return calls === undefined || trips === undefined
      ? undefined
      : `${wayInWords(way)} took ${calls} ${calls === '1' ? 'call' : 'calls'} and ${trips} network round trips`
  })
  return told.includes(undefined)
    ? []
    : [`At ${farthest.place} ${told.join(', ')}, all connections together.`]
}

function openOf(contests: readonly PlacedJob[]): string[] {
  const isLocal = contests.every(({ smtp, http }) =>
    [smtp, http].every(({ row }) => row.target?.startsWith('sink')),
  )
  return [
    'How soon a single message arrives: mailbench run quick measures that, in under 20 seconds.',
    ...(isLocal ? ['What a provider itself takes for a batch: local sinks answered.'] : []),
  ]
}

/** Answers from the first run that sent whole jobs over both transports; undefined where none did. */
export function jobAnswerOf(runs: readonly StoredRun[]): JobAnswer | undefined {
  for (const run of runs) {
    const contests = placedIn(run)
    if (contests.length === 0) continue
    const { verdict, flips } = mergeClaim.judge(run)
    return {
      kind: 'job',
      runId: run.run_id,
      verdict,
      summary: jobSummary(verdict, contests),
      setting: settingOf(contests),
      contests,
      why: [...tripsOf(contests), ...batchSentences(runs)],
      flips: [sentence(flips)],
      open: openOf(contests),
    }
  }
  return undefined
}

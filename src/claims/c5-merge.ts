import { short } from '../figure-text.ts'
import type { MergeRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { type Claim, type ClaimVerdict, type Evidence, type Judgement, notMeasured } from './claim.ts'
import { circumstancesOf, divided, inWords } from './condition.ts'
import {
  apiIsQuicker,
  type JobContest,
  jobContests,
  messagesOf,
  middleOf,
  type Way,
  wayInWords,
  waysIn,
} from './job.ts'
import { invalidIn } from './validity.ts'

function verdictOf(contests: readonly JobContest[]): ClaimVerdict {
  const quicker = contests.map(apiIsQuicker)
  if (quicker.includes(true) && quicker.includes(false)) return 'depends'
  if (quicker.includes(undefined)) return 'inconclusive'
  return quicker.includes(true) ? 'holds' : 'does not hold'
}

const KIB = 1024
const MB = 1e6
const scaled = (value: number | null, unit: number) => (value === null ? null : value / unit)

/** Of a job, both ways. */
const bytesOf = ({ bytes_up: up, bytes_down: down }: MergeRow) =>
  up === null || down === null ? null : up + down

function evidenceOf(ways: readonly Way[]): Evidence {
  return {
    columns: [
      'transport',
      'way',
      'where',
      'total ms',
      'calls',
      'round trips',
      'bytes both ways, KiB',
      'memory, MB',
      'repetitions',
    ],
    rows: ways.map(way => [
      way.row.transport,
      wayInWords(way),
      inWords(circumstancesOf(way.row), ['rttMs', 'load']),
      way.totalMs,
      middleOf(way, ({ calls }) => calls),
      middleOf(way, ({ round_trips }) => round_trips),
      scaled(middleOf(way, bytesOf), KIB),
      scaled(
        middleOf(way, ({ memory_bytes }) => memory_bytes),
        MB,
      ),
      way.jobs.size,
    ]),
  }
}

function sentence({ smtp, http, ratio }: JobContest): string {
  const where = inWords(circumstancesOf(smtp.row), ['rttMs'])
  const times = ratio ? `, ${short(ratio.value)} times` : ''
  return `At ${where} ${wayInWords(smtp)} took ${short(smtp.totalMs)} ms, ${wayInWords(http)} ${short(http.totalMs)} ms${times}.`
}

/** A cinch is less than that: what it takes to write the code is no figure of a run. */
const BY_TIME = 'Judged by time alone.'

function judge(run: StoredRun): Judgement {
  const ways = waysIn(run)
  const contests = jobContests(ways)
  const [closest] = contests.toSorted(
    (a, b) => Math.abs(Math.log(a.ratio?.value ?? 1e9)) - Math.abs(Math.log(b.ratio?.value ?? 1e9)),
  )
  if (!closest)
    return notMeasured(
      `The run holds no mail merge by both transports.${invalidIn(run)}`,
      'mailbench run merge',
    )
  const { differing } = divided(contests.map(({ smtp }) => circumstancesOf(smtp.row)))
  return {
    verdict: verdictOf(contests),
    finding: [BY_TIME, ...contests.map(sentence)].join(' ') + invalidIn(run),
    figure: closest.ratio
      ? {
          name: `time of the whole job, best SMTP / best API, where they are closest (${[wayInWords(closest.smtp), inWords(circumstancesOf(closest.smtp.row), differing)].filter(Boolean).join(', ')})`,
          value: closest.ratio.value,
          unit: 'x',
          interval: closest.ratio.interval ?? null,
          confidence: closest.ratio.interval ? 0.95 : null,
        }
      : null,
    equal: `${messagesOf(closest.smtp)} personalised messages, data and network; each transport by its quickest way`,
    flips:
      'messages in flight behind one another on a connection; a provider without a batch call, or with a small one',
    evidence: evidenceOf(ways),
  }
}

export const mergeClaim: Claim = {
  id: 'C5',
  text: 'Mail merge is complicated over SMTP, a cinch over an API',
  rule: 'Whole jobs, every message personalised: total time by the quickest way of either transport, paired by round (Hodges-Lehmann, exact signed-rank 95 % interval), for library clients and for bare ones, on each network. Holds when the API is quicker in all of these, does not hold when in none, depends when in some. Calls, round trips, bytes and memory are evidence, and decide nothing; how complicated the code is, no run measures.',
  judge,
}

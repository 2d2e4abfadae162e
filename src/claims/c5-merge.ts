import { short } from '../figure-text.ts'
import type { LabelRow, MergeRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { median } from '../stats/median.ts'
import { pairedRatio, type Ratio } from '../stats/paired.ts'
import { type Claim, type ClaimVerdict, type Evidence, type Judgement, notMeasured } from './claim.ts'
import { repetitionsOf } from './comparison.ts'
import { circumstancesOf, clientInWords, divided, inWords } from './condition.ts'
import { invalidIn } from './validity.ts'

/** One way of sending the job, by round. */
interface Way {
  readonly row: LabelRow
  readonly jobs: ReadonlyMap<number, MergeRow>
  readonly totalMs: number
}

/** The quickest SMTP way beside the quickest API way, of one kind of client, on one network. */
interface Contest {
  readonly level: 'library' | 'protocol'
  readonly smtp: Way
  readonly http: Way
  readonly ratio: Ratio | undefined
}

function wayOf(run: StoredRun, row: LabelRow): Way[] {
  const jobs = new Map(
    [...repetitionsOf(run, row)].flatMap(([round, { trial }]) => {
      const job = run.merges.find(each => each.trial === trial)
      return job && job.accepted === job.messages ? [[round, job] as const] : []
    }),
  )
  const totalMs = median([...jobs.values()].map(({ total_ms }) => total_ms))
  return totalMs === undefined ? [] : [{ row, jobs, totalMs }]
}

const levelOf = ({ client }: LabelRow) => (client === 'wire' ? 'protocol' : 'library')

/** The same job over the same network: how it is cut into calls, and how many connections carry it, is each way's own. */
function groupKey(way: Way): string {
  const [job] = way.jobs.values()
  const { rttMs, fault, recipients, server } = circumstancesOf(way.row)
  return JSON.stringify([levelOf(way.row), job?.messages, rttMs, fault, recipients, server])
}

function contestOf(ways: readonly Way[]): Contest[] {
  const quickest = (transport: LabelRow['transport']) =>
    ways.filter(({ row }) => row.transport === transport).toSorted((a, b) => a.totalMs - b.totalMs)[0]
  const [smtp, http] = [quickest('smtp'), quickest('http')]
  if (!smtp || !http) return []
  const ratios = [...smtp.jobs].flatMap(([round, job]) => {
    const other = http.jobs.get(round)
    return other ? [job.total_ms / other.total_ms] : []
  })
  return [{ level: levelOf(smtp.row), smtp, http, ratio: pairedRatio(ratios) }]
}

function contestsOf(ways: readonly Way[]): Contest[] {
  const groups = new Map<string, Way[]>()
  for (const way of ways) groups.set(groupKey(way), [...(groups.get(groupKey(way)) ?? []), way])
  return [...groups.values()].flatMap(contestOf)
}

/** Whether the API's best way is quicker than SMTP's. */
function apiIsQuicker({ ratio }: Contest): boolean | undefined {
  if (!ratio?.interval) return undefined
  if (ratio.interval.low > 1) return true
  return ratio.interval.high < 1 ? false : undefined
}

function verdictOf(contests: readonly Contest[]): ClaimVerdict {
  const quicker = contests.map(apiIsQuicker)
  if (quicker.includes(true) && quicker.includes(false)) return 'depends'
  if (quicker.includes(undefined)) return 'inconclusive'
  return quicker.includes(true) ? 'holds' : 'does not hold'
}

const nameOf = ({ row, jobs }: Way) => {
  const [job] = jobs.values()
  const batch = job && job.batch_size > 1 ? ` in calls of ${job.batch_size}` : ' one by one'
  return clientInWords(row) + batch
}

const middleOf = (way: Way, figureOf: (job: MergeRow) => number | null) =>
  median([...way.jobs.values()].flatMap(job => figureOf(job) ?? [])) ?? null

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
      nameOf(way),
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

function sentence({ smtp, http, ratio }: Contest): string {
  const where = inWords(circumstancesOf(smtp.row), ['rttMs'])
  const times = ratio ? `, ${short(ratio.value)} times` : ''
  return `At ${where} ${nameOf(smtp)} took ${short(smtp.totalMs)} ms, ${nameOf(http)} ${short(http.totalMs)} ms${times}.`
}

/** A cinch is less than that: what it takes to write the code is no figure of a run. */
const BY_TIME = 'Judged by time alone.'

function judge(run: StoredRun): Judgement {
  const ways = run.labels.flatMap(row => wayOf(run, row))
  const contests = contestsOf(ways)
  const [closest] = contests.toSorted(
    (a, b) => Math.abs(Math.log(a.ratio?.value ?? 1e9)) - Math.abs(Math.log(b.ratio?.value ?? 1e9)),
  )
  const [job] = closest?.smtp.jobs.values() ?? []
  if (!closest || !job)
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
          name: `time of the whole job, best SMTP / best API, where they are closest (${[nameOf(closest.smtp), inWords(circumstancesOf(closest.smtp.row), differing)].filter(Boolean).join(', ')})`,
          value: closest.ratio.value,
          unit: 'x',
          interval: closest.ratio.interval ?? null,
          confidence: closest.ratio.interval ? 0.95 : null,
        }
      : null,
    equal: `${job.messages} personalised messages, data and network; each transport by its quickest way`,
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

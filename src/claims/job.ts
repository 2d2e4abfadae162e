import type { LabelRow, MergeRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { median } from '../stats/median.ts'
import { pairedRatio, type Ratio } from '../stats/paired.ts'
import { repetitionsOf } from './comparison.ts'
import { circumstancesOf, clientInWords } from './condition.ts'

/** One way of sending a whole job, by round: those of which every message was accepted. */
export interface Way {
  readonly row: LabelRow
  readonly jobs: ReadonlyMap<number, MergeRow>
  readonly totalMs: number
}

/** The quickest SMTP way beside the quickest API way, of one kind of client, on one network. */
export interface JobContest {
  readonly level: 'library' | 'protocol'
  readonly smtp: Way
  readonly http: Way
  /** Time of the whole job by SMTP over that by the API, round by round; undefined without a round that both are of. */
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

export const waysIn = (run: StoredRun): Way[] => run.labels.flatMap(row => wayOf(run, row))

const levelOf = ({ client }: LabelRow) => (client === 'wire' ? 'protocol' : 'library')

/** Of any of its jobs: all are cut alike. */
const jobOf = ({ jobs }: Way): MergeRow | undefined => jobs.values().next().value

export const messagesOf = (way: Way): number => jobOf(way)?.messages ?? 0
export const batchOf = (way: Way): number => jobOf(way)?.batch_size ?? 1

/** `undici in calls of 500` */
export const wayInWords = (way: Way): string =>
  clientInWords(way.row) + (batchOf(way) > 1 ? ` in calls of ${batchOf(way)}` : ' one by one')

/** The median over its jobs; null where none has the figure. */
export const middleOf = (way: Way, figureOf: (job: MergeRow) => number | null): number | null =>
  median([...way.jobs.values()].flatMap(job => figureOf(job) ?? [])) ?? null

/** The same job over the same network: how it is cut into calls, and how many connections carry it, is each way's own. */
function groupKey(way: Way): string {
  const { rttMs, fault, recipients, server } = circumstancesOf(way.row)
  return JSON.stringify([levelOf(way.row), messagesOf(way), rttMs, fault, recipients, server])
}

function contestOf(ways: readonly Way[]): JobContest[] {
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

/** Of each kind of client, on each network. */
export const jobContests = (ways: readonly Way[]): JobContest[] =>
  [...Map.groupBy(ways, groupKey).values()].flatMap(contestOf)

/** Whether the API's best way is quicker than SMTP's; undefined where that cannot be said. */
export function apiIsQuicker({ ratio }: JobContest): boolean | undefined {
  if (!ratio?.interval) return undefined
  if (ratio.interval.low > 1) return true
  return ratio.interval.high < 1 ? false : undefined
}

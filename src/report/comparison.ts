import { NONE, short } from '../figure-text.ts'
import type { LabelRow } from '../run-store/schema.ts'
import { type RttCrossover, rttCrossovers } from '../stats/crossover.ts'
import { fastestByRate, type RateStep } from '../stats/fastest-by-rate.ts'
import { type Ranking, rankingsOf, targetNameOf } from '../stats/ranking.ts'
import { type RampRows, type RateLimit, rateLimits } from '../stats/rate-limit.ts'
import { aligned } from './align.ts'
import { clip } from './table.ts'

/** What a run says of the targets that it compared. */
export interface Comparison {
  readonly rankings: readonly Ranking[]
  readonly limits: readonly RateLimit[]
  readonly crossovers: readonly RttCrossover[]
  /** Which is the fastest at which rate, by the first ranking. */
  readonly byRate: readonly RateStep[]
}

/** undefined when there is nothing to compare. */
export function compareTargets(labels: readonly LabelRow[], rows: RampRows): Comparison | undefined {
  const named = labels.filter(row => targetNameOf(row) !== undefined)
  const rankings = rankingsOf(named)
  const limits = rateLimits(rows)
  const [first] = rankings
  const byRate = first ? fastestByRate(first, limits, named) : []
  const crossovers = rttCrossovers(named)
  return rankings.length + limits.length + crossovers.length === 0
    ? undefined
    : { rankings, limits, crossovers, byRate }
}

const clientOf = ({ transport, client, mode, http_version: version }: LabelRow) =>
  [transport, client, mode, version === '2' ? 'h2' : null].filter(part => part !== null).join(' ')

const wayOf = (row: LabelRow) => `${targetNameOf(row)} ${clientOf(row)}`

function conditionOf({
  connection,
  link_rtt_ms: rttMs,
  users,
  rate_per_s: rate,
  fault,
}: Ranking['condition']) {
  const load = users === null ? `${rate}/s` : `${users}u`
  return [connection, load, rttMs ? `rtt ${rttMs} ms` : '', fault ?? ''].filter(Boolean).join(', ')
}

function renderRanking({ condition, ranked }: Ranking): string[] {
  const rows = ranked.map(({ rank, row }) => [
    `${String(rank).padStart(2)}  ${clip(wayOf(row))}`,
    short(row.latency_p50_ms),
    row.latency_p50_ms_low === null
      ? NONE
      : `${short(row.latency_p50_ms_low)}-${short(row.latency_p50_ms_high)}`,
    short(row.latency_p99_ms),
    row.failure_rate === null ? NONE : `${(row.failure_rate * 100).toFixed(1)}%`,
  ])
  const head = [`ranking (${conditionOf(condition)})`, 'p50 ms', '95% CI', 'p99', 'failed']
  return aligned([head, ...rows]).lines
}

const perS = (rate: number | null) => (rate === null ? NONE : `${short(rate)}/s`)

const limitHeads = ['rate limit', 'takes', 'refused from', 'by'] as const

const limitRows = (limits: readonly RateLimit[]) =>
  limits.map(({ label, perS: limit, refusedAtPerS, offeredPerS, codes }) => [
    label,
    limit !== null ? perS(limit) : `${refusedAtPerS === null ? 'over' : 'near'} ${offeredPerS}/s`,
    perS(refusedAtPerS),
    codes.join(', ') || NONE,
  ])

function renderLimits(limits: readonly RateLimit[]): string[] {
  const rows = limitRows(limits).map(([label = '', ...others]) => [clip(label), ...others])
  return aligned([[...limitHeads], ...rows]).lines
}

/** What each way took before its server refused more: the table's head and rows; undefined where no plan ramped. */
export function limitsTable({ limits }: Comparison) {
  return limits.length === 0 ? undefined : { heads: limitHeads, rows: limitRows(limits) }
}

/** From what distance on, and up to what rate, which way is the fastest. */
export const comparisonSentences = ({ crossovers, byRate }: Comparison): string[] => [
  ...crossovers.map(crossoverLine),
  ...byRateLine(byRate),
]

function crossoverLine({ target, smtp, http, near, rttMs, extrapolated }: RttCrossover): string {
  const [first, second] = near === 'smtp' ? [smtp, http] : [http, smtp]
  const [faster, other] = [first, second].map(clientOf)
  const where = `Crossover of ${target} (${first.connection}):`
  if (rttMs === undefined) return `${where} none, ${faster} is faster than ${other} at every round-trip time.`
  const beyond = extrapolated ? ', which is beyond what was measured' : ''
  return `${where} ${faster} is faster below ${short(rttMs)} ms of round-trip time, ${other} above${beyond}.`
}

function byRateLine(steps: readonly RateStep[]): string[] {
  if (steps.length === 0) return []
  const parts = steps.map(({ row, untilPerS }) =>
    untilPerS === undefined ? wayOf(row) : `${wayOf(row)} up to ${perS(untilPerS)}`,
  )
  return [`Fastest by rate: ${parts.join(', then ')}.`]
}

/** Rankings, limits and crossovers in plain text, a blank line between tables. */
export function comparisonLines(comparison: Comparison): string[] {
  const { rankings, limits } = comparison
  return [
    ...rankings.flatMap(ranking => [...renderRanking(ranking), '']),
    ...(limits.length > 0 ? [...renderLimits(limits), ''] : []),
    ...comparisonSentences(comparison),
  ]
}

import { sizeInWords } from '../claims/condition.ts'
import { NONE, short } from '../figure-text.ts'
import type { LabelRow } from '../run-store/schema.ts'
import { type RttCrossover, rttCrossovers } from '../stats/crossover.ts'
import { fastestByRate, type RateStep } from '../stats/fastest-by-rate.ts'
import { type Ranking, rankingsOf, targetNameOf } from '../stats/ranking.ts'
import { type RampRows, type RateLimit, rateLimits } from '../stats/rate-limit.ts'
import { aligned } from './align.ts'
import { clip } from './fit.ts'

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

type Condition = Ranking['condition']

const loadOf = ({ users, rate_per_s: rate }: Condition) => (users === null ? `${rate}/s` : `${users}u`)

/** What conditions rarely differ in. */
const details = {
  message_bytes: ({ message_bytes: bytes }) => sizeInWords(bytes),
  recipients: ({ recipients }) => `${recipients} recipient${recipients === 1 ? '' : 's'}`,
  batch_size: ({ batch_size: batch }) => (batch === null ? '' : `${batch} a call`),
} as const satisfies { readonly [Name in keyof Condition]?: (condition: Condition) => string }

type Detail = keyof typeof details

/** The details in which some of these are unlike: others need no name. */
const differing = (conditions: readonly Condition[]) =>
  (Object.keys(details) as Detail[]).filter(name => new Set(conditions.map(each => each[name])).size > 1)

const inDetail = (condition: Condition, names: readonly Detail[]) =>
  names.map(name => details[name](condition))

const joined = (parts: readonly (string | null)[]) => parts.filter(Boolean).join(', ')

const conditionOf = (condition: Condition, named: readonly Detail[]) =>
  joined([
    condition.connection,
    loadOf(condition),
    condition.link_rtt_ms ? `rtt ${condition.link_rtt_ms} ms` : '',
    ...inDetail(condition, named),
    condition.fault,
  ])

function renderRanking({ condition, ranked }: Ranking, named: readonly Detail[]): string[] {
  const rows = ranked.map(({ rank, row }) => [
    `${String(rank).padStart(2)}  ${clip(wayOf(row))}`,
    short(row.latency_p50_ms),
    row.latency_p50_ms_low === null
      ? NONE
      : `${short(row.latency_p50_ms_low)}-${short(row.latency_p50_ms_high)}`,
    short(row.latency_p99_ms),
    row.failure_rate === null ? NONE : `${(row.failure_rate * 100).toFixed(1)}%`,
  ])
  const head = [`ranking (${conditionOf(condition, named)})`, 'p50 ms', '95% CI', 'p99', 'failed']
  return aligned([head, ...rows]).lines
}

const perS = (rate: number | null) => (rate === null ? NONE : `${short(rate)}/s`)

const limitHeads = ['rate limit', 'takes', 'refused from', 'limited by'] as const

const inWhole = (rate: number) => `${rate.toLocaleString('en-US')}/s`

/** What is known of a way that refused nothing is what it took, however much more was planned. */
function takenOf({ perS: limit, refusedAtPerS, offeredPerS, reachedPerS }: RateLimit): string {
  if (limit !== null) return perS(limit)
  return refusedAtPerS === null ? `over ${inWhole(reachedPerS)}` : `near ${inWhole(offeredPerS)}`
}

const limitRows = (limits: readonly RateLimit[]) =>
  limits.map(limit => [
    limit.label,
    takenOf(limit),
    perS(limit.refusedAtPerS),
    limit.heldBack ? 'client or in-flight cap' : limit.codes.join(', ') || NONE,
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
  ...crossoverLines(crossovers),
  ...byRateLine(byRate),
]

/** `0, 20 and 60 ms` */
const inMs = (all: readonly number[]) =>
  `${all.length > 1 ? `${all.slice(0, -1).join(', ')} and ` : ''}${all.at(-1)} ms`

/** What was measured, and what is a line through it. */
function crossingOf({
  smtp,
  http,
  near,
  rttMs,
  measuredMs,
  extrapolated,
  isParallel,
  unshownMs,
}: RttCrossover): string {
  const [first, second] = near === 'smtp' ? [smtp, http] : [http, smtp]
  const [faster, other] = [first, second].map(clientOf)
  if (rttMs !== undefined) {
    const beyond = extrapolated ? ': it lies beyond these' : ''
    return `${faster} is faster below ${short(rttMs)} ms of round-trip time, ${other} above, by lines fitted to ${inMs(measuredMs)} as measured${beyond}.`
  }
  const measured = `at ${inMs(measuredMs)} of round-trip time`
  if (unshownMs.length > 0)
    return `none seen ${measured}, though ${faster} is not shown to be faster than ${other} at ${inMs(unshownMs)}.`
  const beyond = isParallel ? '; both grow alike with it' : ', and by the fitted lines beyond'
  return `none, ${faster} is faster than ${other} ${measured} as measured${beyond}.`
}

function crossoverLines(crossovers: readonly RttCrossover[]): string[] {
  const all = crossovers.map(({ smtp }) => smtp)
  const named = differing(all)
  const [loads, faults] = [new Set(all.map(loadOf)), new Set(all.map(({ fault }) => fault))]
  return crossovers.map(crossover => {
    const { target, smtp } = crossover
    const where = joined([
      smtp.connection,
      loads.size > 1 ? loadOf(smtp) : '',
      ...inDetail(smtp, named),
      faults.size > 1 ? smtp.fault : '',
    ])
    return `Crossover of ${target} (${where}): ${crossingOf(crossover)}`
  })
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
  const named = differing(rankings.map(({ condition }) => condition))
  const parts = [
    ...rankings.map(ranking => renderRanking(ranking, named)),
    limits.length > 0 ? renderLimits(limits) : [],
    comparisonSentences(comparison),
  ].filter(lines => lines.length > 0)
  return parts.flatMap((lines, i) => (i === 0 ? lines : ['', ...lines]))
}

import type { LabelRow, TrialRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { pairedRatio, type Ratio } from '../stats/paired.ts'
import { roundOf } from '../stats/round.ts'
import { type Circumstances, circumstanceKey, circumstancesOf } from './condition.ts'

/** Latencies this close count as the same: less is no reason to choose a transport. */
export const SAME_WITHIN = 1.05
/** Of two one-sided tests at 5 %: Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987) 657-680. */
export const EQUIVALENCE_CONFIDENCE = 0.9

/** One SMTP label beside one HTTP label, in the same circumstances. */
export interface Comparison {
  readonly smtp: LabelRow
  readonly http: LabelRow
  /** `library`: what applications use; `protocol`: our own clients, which show what the protocol permits. */
  readonly level: 'library' | 'protocol'
  readonly circumstances: Circumstances
  /** SMTP's median latency over the API's, round by round; undefined without a round in which both were measured. */
  readonly ratio: Ratio | undefined
  /** The same, with the bounds that equivalence is shown by. */
  readonly equivalence: Ratio | undefined
  readonly rounds: number
  readonly sooner: Sooner
}

/** Who is sooner, where that can be said. */
export type Sooner = 'smtp' | 'http' | 'same' | 'unknown'

/** The repetitions of a label that count, by the round that each was of. */
export function repetitionsOf(
  { planned, trials }: StoredRun,
  { label }: Pick<LabelRow, 'label'>,
): ReadonlyMap<number, TrialRow> {
  // What was planned tells the rounds of a run that was cut short as well.
  const all = [...planned, ...trials]
  const most = (repetitions: number, each: { readonly repetition: number }) =>
    Math.max(repetitions, each.repetition)
  const rounds = all.reduce(most, 0)
  const own = all.filter(each => each.label === label).reduce(most, 0)
  return new Map(
    trials
      .filter(trial => trial.label === label && trial.purpose === 'measure' && trial.valid)
      .map(trial => [roundOf(trial.repetition, own, rounds), trial]),
  )
}

/** One figure of each side of each round in which both have it; rounds are interleaved, so that drift hits both. */
export function roundsOf(
  run: StoredRun,
  smtp: LabelRow,
  http: LabelRow,
  figureOf: (trial: TrialRow) => number | null,
): { smtp: number; http: number }[] {
  const others = repetitionsOf(run, http)
  return [...repetitionsOf(run, smtp)].flatMap(([round, trial]) => {
    const other = others.get(round)
    const [a, b] = [figureOf(trial), other ? figureOf(other) : null]
    return a !== null && b !== null ? [{ smtp: a, http: b }] : []
  })
}

/** Small differences first: one that is shown, but too small to matter, is no reason to choose. */
function soonerOf(ratio: Ratio | undefined, equivalence: Ratio | undefined): Sooner {
  const [shown, same] = [ratio?.interval, equivalence?.interval]
  if (same && same.low >= 1 / SAME_WITHIN && same.high <= SAME_WITHIN) return 'same'
  if (shown && shown.low > 1) return 'http'
  return shown && shown.high < 1 ? 'smtp' : 'unknown'
}

function compare(run: StoredRun, smtp: LabelRow, http: LabelRow, level: Comparison['level']): Comparison {
  const rounds = roundsOf(run, smtp, http, trial => trial.latency_p50_ms || null)
  const ratios = rounds.map(round => round.smtp / round.http)
  const ratio = pairedRatio(ratios)
  const equivalence = pairedRatio(ratios, EQUIVALENCE_CONFIDENCE)
  return {
    smtp,
    http,
    level,
    circumstances: circumstancesOf(smtp),
    ratio,
    equivalence,
    rounds: rounds.length,
    sooner: soonerOf(ratio, equivalence),
  }
}

/** The clients that applications use; the first that was measured speaks for its protocol, an API's by HTTP/1.1. */
const libraries = { smtp: ['nodemailer', 'nodemailer-raw'], http: ['undici'] } as const

function libraryOf(rows: readonly LabelRow[], transport: 'smtp' | 'http'): LabelRow | undefined {
  const own = rows.filter(row => row.transport === transport)
  const [first] = libraries[transport].flatMap(client => {
    const found = own.filter(row => row.client === client)
    return found.find(row => row.http_version !== '2') ?? found
  })
  return first
}

/** Labels whose messages were meant to get through, each for itself: of a whole job another time counts (C5). */
const isMeasured = ({ repetitions, client, auth, batch_size: batch }: LabelRow) =>
  repetitions > 0 && client !== 'null' && auth !== 'wrong' && batch === null

/**
 * Every pair that a run lets compare: in each of its circumstances the library clients with each other, and each
 * mode of our own SMTP client with our own HTTP client, one request at a time.
 */
export function comparisonsOf(run: StoredRun): Comparison[] {
  const groups = new Map<string, LabelRow[]>()
  for (const row of run.labels.filter(isMeasured)) {
    const key = circumstanceKey(row)
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()].flatMap(rows => {
    const [smtp, http] = [libraryOf(rows, 'smtp'), libraryOf(rows, 'http')]
    const bare = rows.find(
      row => row.client === 'wire' && row.transport === 'http' && row.mode === 'lockstep',
    )
    const modes = rows.filter(row => row.client === 'wire' && row.transport === 'smtp')
    return [
      ...(smtp && http ? [compare(run, smtp, http, 'library')] : []),
      ...(bare ? modes.map(mode => compare(run, mode, bare, 'protocol')) : []),
    ]
  })
}

/** What every claim that compares libraries says of the two versions of HTTP. */
export const HTTP_VERSION_RULE =
  "HTTP/1.1, undici's default, decides for the API; HTTP/2 is named where it comes out otherwise."

/** The same comparisons with the API's library over HTTP/2, where it was measured beside HTTP/1.1. */
export function overHttp2(run: StoredRun, comparisons: readonly Comparison[]): Comparison[] {
  const http2 = run.labels.filter(row => isMeasured(row) && row.http_version === '2')
  return comparisons.flatMap(({ smtp, http, level }) => {
    const row = http2.find(
      other =>
        http.http_version !== '2' &&
        other.client === http.client &&
        other.idempotency === http.idempotency &&
        circumstanceKey(other) === circumstanceKey(http),
    )
    return row ? [compare(run, smtp, row, level)] : []
  })
}

/** How many conditions these are of: several clients may be compared in one. */
export const conditionsIn = (comparisons: readonly Comparison[]): number =>
  new Set(comparisons.map(({ smtp }) => circumstanceKey(smtp))).size

/** The comparisons that answer for applications: of libraries, or where there are none of our own clients. */
export function decisive(comparisons: readonly Comparison[]): Comparison[] {
  const ofLibraries = comparisons.filter(({ level }) => level === 'library')
  return ofLibraries.length > 0 ? ofLibraries : [...comparisons]
}

/** Those of which both sides got something through: without it there is no latency to compare. */
export const delivered = (comparisons: readonly Comparison[]): Comparison[] =>
  comparisons.filter(({ smtp, http }) => smtp.accepted > 0 && http.accepted > 0)

/** Those without faults, where there are any: how soon a message arrives is asked of a network that works. */
export function undisturbed(comparisons: readonly Comparison[]): Comparison[] {
  const sound = comparisons.filter(({ circumstances }) => circumstances.fault === '')
  return sound.length > 0 ? sound : [...comparisons]
}

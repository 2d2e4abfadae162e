import { percent } from '../figure-text.ts'
import type { LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import type { Interval } from '../stats/interval.ts'
import { wilsonInterval } from '../stats/proportion.ts'
import { type Claim, type ClaimVerdict, type Evidence, type Judgement, notMeasured } from './claim.ts'
import { circumstancesOf, clientInWords, divided, inWords } from './condition.ts'
import { invalidIn } from './validity.ts'

/** Directly told: nine of ten. */
const TOLD = 0.9
/** Fewer kinds of causes are no question of telling them apart. */
const CAUSES_MIN = 3

/** How one client told what was done to it. */
interface Told {
  readonly row: LabelRow
  readonly injected: number
  /** Called by the right name, as often as it happened. */
  readonly right: number
  /** Of the causes that a server words, those that came with its code. */
  readonly worded: number
  readonly coded: number
  readonly bounds: Interval
}

function countsBy<Row extends { count: number }>(
  rows: readonly Row[],
  nameOf: (row: Row) => string | null,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const name = nameOf(row)
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + row.count)
  }
  return counts
}

/** Faults that are an answer: whoever meets one of them has been told a code. */
const wordedFaults: readonly string[] = ['unavailable', 'reject', 'defer', 'throttle']

function toldOf(run: StoredRun, row: LabelRow): Told[] {
  const valid = new Set(run.trials.filter(trial => trial.valid).map(({ trial }) => trial))
  const isOwn = ({ label, trial }: { label: string; trial: number }) =>
    label === row.label && valid.has(trial)
  const done = run.injected.filter(each => isOwn(each) && each.cause !== null)
  const causes = countsBy(done, ({ cause }) => cause)
  if (causes.size < CAUSES_MIN) return []
  const failures = run.failures.filter(isOwn)
  const reported = countsBy(failures, ({ cause }) => cause)
  const injected = [...causes.values()].reduce((sum, count) => sum + count, 0)
  // A cause that is told more often than it happened stands in the place of others.
  const right = [...causes].reduce(
    (sum, [cause, count]) => sum + Math.min(count, reported.get(cause) ?? 0),
    0,
  )
  const worded = done.filter(({ fault }) => wordedFaults.includes(fault))
  const wordedCauses = new Set<string | null>(worded.map(({ cause }) => cause))
  const wordedCount = worded.reduce((sum, { count }) => sum + count, 0)
  const coded = failures
    .filter(({ cause, code }) => code !== null && wordedCauses.has(cause))
    .reduce((sum, { count }) => sum + count, 0)
  // A fault is counted once however often it was repeated, since the same seed draws the same for a message each time.
  const once = (count: number) => Math.round(count / row.repetitions)
  const bounds = wilsonInterval(once(right), once(injected))
  return bounds
    ? [{ row, injected, right, worded: wordedCount, coded: Math.min(coded, wordedCount), bounds }]
    : []
}

function verdictOf(smtp: readonly Told[]): ClaimVerdict {
  const tells = smtp.map(({ bounds }) => (bounds.low >= TOLD ? true : bounds.high < TOLD ? false : undefined))
  if (tells.includes(true) && tells.includes(false)) return 'depends'
  if (tells.includes(undefined)) return 'inconclusive'
  return tells.includes(true) ? 'holds' : 'does not hold'
}

const share = ({ right, injected }: Pick<Told, 'right' | 'injected'>) => right / injected

function rangeOf(side: readonly Told[]): string {
  const shares = side.map(share)
  return [...new Set([Math.min(...shares), Math.max(...shares)].map(percent))].join(' to ')
}

const isLibrary = ({ row: { client } }: Told) => client !== 'wire'

/** Those that answer for applications: libraries, or where there are none our own clients. */
function decisive(side: readonly Told[]): Told[] {
  const libraries = side.filter(isLibrary)
  return libraries.length > 0 ? libraries : [...side]
}

function findingOf(smtp: readonly Told[], http: readonly Told[]): string {
  const deciding = decisive(smtp)
  const bare = smtp.filter(each => !deciding.includes(each))
  const kind = deciding.every(isLibrary) ? 'libraries' : 'clients'
  const named = bare.map(each => `${clientInWords(each.row)} ${percent(share(each))}`).join(', ')
  const exception = named === '' ? '' : ` Without a library over SMTP: ${named}.`
  return `Of what was done to them on purpose SMTP ${kind} told ${rangeOf(deciding)} by its right cause, API ${kind} ${rangeOf(decisive(http))}.${exception}`
}

function evidenceOf(all: readonly Told[]): Evidence {
  return {
    columns: [
      'transport',
      'client',
      'caused',
      'told rightly',
      'share %',
      'low',
      'high',
      'worded by the server',
      'with its code',
      'repetitions',
    ],
    rows: all.map(({ row, injected, right, worded, coded, bounds }) => [
      row.transport,
      clientInWords(row),
      injected,
      right,
      (100 * right) / injected,
      100 * bounds.low,
      100 * bounds.high,
      worded,
      coded,
      row.repetitions,
    ]),
  }
}

function judge(run: StoredRun): Judgement {
  const all = run.labels.filter(({ repetitions }) => repetitions > 0).flatMap(row => toldOf(run, row))
  const [smtp, http] = (['smtp', 'http'] as const).map(transport =>
    all.filter(({ row }) => row.transport === transport),
  ) as [Told[], Told[]]
  const deciding = decisive(smtp)
  const [worst] = deciding.toSorted((a, b) => share(a) - share(b))
  if (!worst || http.length === 0)
    return notMeasured(
      `The run records no injected causes of both transports.${invalidIn(run)}`,
      'mailbench run failures',
    )
  const verdict = verdictOf(deciding)
  const { shared } = divided(all.map(({ row }) => circumstancesOf(row)))
  return {
    verdict,
    finding: findingOf(smtp, http) + invalidIn(run),
    figure: {
      name: `causes told rightly over SMTP, least by ${clientInWords(worst.row)}`,
      value: 100 * share(worst),
      unit: '%',
      interval: { low: 100 * worst.bounds.low, high: 100 * worst.bounds.high },
      confidence: 0.95,
    },
    equal: inWords(circumstancesOf(worst.row), shared),
    flips:
      verdict === 'inconclusive'
        ? 'more faults: the intervals are too wide'
        : 'another client: what a library makes of a reply, or of silence, is its own',
    evidence: evidenceOf(all),
  }
}

export const causesClaim: Claim = {
  id: 'C4',
  text: 'SMTP tells you directly what went wrong (4xx, 5xx)',
  rule: 'Known faults are injected, and counted by the cause that each comes to; a client tells one rightly when it reports that cause, as often as it happened. Faults are drawn one by one, and each is taken for one observation, however often it was repeated (Wilson 95 %). Holds when every SMTP library tells at least nine of ten, does not hold when none does, depends when some do. Bare clients are named, and decide only where no library was measured.',
  judge,
}

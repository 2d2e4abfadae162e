import { short } from '../figure-text.ts'
import type { LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { shareDifference } from '../stats/proportion.ts'
import { type Claim, type ClaimVerdict, type Evidence, type Judgement, notMeasured } from './claim.ts'
import { type Comparison, comparisonsOf, decisive } from './comparison.ts'
import { clientInWords, divided, inWords } from './condition.ts'
import { invalidIn } from './validity.ts'

/** Percentage points; less is too little to choose a transport for. */
const SAME_WITHIN = 0.02

type Outcome = 'more' | 'no more' | 'unknown'

interface Exposed {
  readonly comparison: Comparison
  /** SMTP's failure rate beyond the API's. */
  readonly difference: { readonly value: number; readonly low: number; readonly high: number }
  readonly outcome: Outcome
}

const failed = ({ deferred, rejected, faulted }: LabelRow) => deferred + rejected + faulted
/** What has a decisive end: what is in doubt may have been taken, and is no failure. */
const decided = (row: LabelRow): readonly [number, number] => [failed(row), row.accepted + failed(row)]

/** Every message has one answer, whichever protocol: what befalls that alone says nothing of many exchanges. */
const isOfAnswers = (fault: string) => fault.split(' and ').every(each => each.endsWith(' at content'))

/** Attempts of what failed are another question; so is what happens without faults. */
const isExposed = ({ smtp, http, circumstances: { fault } }: Comparison) =>
  fault !== '' &&
  !isOfAnswers(fault) &&
  [smtp, http].every(({ attempts, attempted }) => attempts === attempted)

function exposedIn(run: StoredRun): Exposed[] {
  return comparisonsOf(run)
    .filter(isExposed)
    .flatMap(comparison => {
      const difference = shareDifference(decided(comparison.smtp), decided(comparison.http))
      if (!difference) return []
      const outcome = difference.low > 0 ? 'more' : difference.high <= SAME_WITHIN ? 'no more' : 'unknown'
      return [{ comparison, difference, outcome }]
    })
}

function verdictOf(all: readonly Exposed[]): ClaimVerdict {
  const has = (outcome: Outcome) => all.some(each => each.outcome === outcome)
  if (has('more') && has('no more')) return 'depends'
  if (has('unknown')) return 'inconclusive'
  return has('more') ? 'holds' : 'does not hold'
}

const percent = (share: number | null) => (share === null ? null : share * 100)

function evidenceOf(all: readonly Exposed[]): Evidence {
  const { differing } = divided(all.map(({ comparison }) => comparison.circumstances))
  return {
    columns: [
      'SMTP',
      'API',
      'where',
      'SMTP failed %',
      'API failed %',
      'difference, points',
      'low',
      'high',
      'in doubt, SMTP',
      'in doubt, API',
      'lost, SMTP',
      'lost, API',
      'doubled, SMTP',
      'doubled, API',
    ],
    rows: all.map(({ comparison: { smtp, http, circumstances }, difference }) => [
      clientInWords(smtp),
      clientInWords(http),
      inWords(circumstances, differing),
      percent(smtp.failure_rate),
      percent(http.failure_rate),
      percent(difference.value),
      percent(difference.low),
      percent(difference.high),
      smtp.in_doubt,
      http.in_doubt,
      smtp.lost,
      http.lost,
      smtp.duplicated,
      http.duplicated,
    ]),
  }
}

const total = (rows: readonly LabelRow[], column: 'lost' | 'duplicated') =>
  rows.reduce((sum, row) => sum + (row[column] ?? 0), 0)

function findingOf(all: readonly Exposed[]): string {
  const more = all.filter(({ outcome }) => outcome === 'more')
  const points = more.map(({ difference }) => difference.value * 100)
  const range = [...new Set([Math.min(...points), Math.max(...points)].map(short))].join(' to ')
  const by = more.length > 0 ? `, by ${range} percentage points` : ''
  const side = (transport: 'smtp' | 'http') => all.map(({ comparison }) => comparison[transport])
  const ledger = (transport: 'smtp' | 'http') =>
    `${total(side(transport), 'lost')} lost and ${total(side(transport), 'duplicated')} doubled`
  return `Under the same faults SMTP failed more often in ${more.length} of ${all.length} conditions${by}. Over SMTP ${ledger('smtp')}, over the API ${ledger('http')}.`
}

/** The difference that is closest to flipping the verdict. */
function closest(all: readonly Exposed[]): Exposed | undefined {
  const [first] = all.toSorted((a, b) => Math.abs(a.difference.value) - Math.abs(b.difference.value))
  return first
}

function judge(run: StoredRun): Judgement {
  const exposed = exposedIn(run)
  const deciding = decisive(exposed.map(({ comparison }) => comparison))
  const all = exposed.filter(({ comparison }) => deciding.includes(comparison))
  const figure = closest(all)
  if (!figure)
    return notMeasured(
      `The run exposes no pair of SMTP and API to the same faults.${invalidIn(run)}`,
      'mailbench run failures',
    )
  const { shared, differing } = divided(all.map(({ comparison }) => comparison.circumstances))
  const where = inWords(figure.comparison.circumstances, differing)
  const verdict = verdictOf(all)
  return {
    verdict,
    finding: findingOf(all) + invalidIn(run),
    figure: {
      name: `failure rate, SMTP beyond API, where they are closest${where && ` (${where})`}`,
      value: figure.difference.value * 100,
      unit: '%',
      interval: { low: figure.difference.low * 100, high: figure.difference.high * 100 },
      confidence: 0.95,
    },
    equal: inWords(figure.comparison.circumstances, shared),
    flips:
      verdict === 'inconclusive'
        ? 'more messages: the intervals are too wide'
        : 'kept connections expose fewer exchanges; retries make failures rare, and duplicates possible',
    evidence: evidenceOf(exposed),
  }
}

export const failuresClaim: Claim = {
  id: 'C3',
  text: 'More exchanges mean more chances to fail',
  rule: 'Every exchange of both transports is exposed to the same faults. SMTP fails more where the 95 % interval of the difference of failure rates (Newcombe) lies above 0, no more where it ends below 2 percentage points. Holds when SMTP fails more in every condition, does not hold when in none, depends when in some. What is in doubt counts as neither.',
  judge,
}

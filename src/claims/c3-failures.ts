import { percent as percentText, short } from '../figure-text.ts'
import type { LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { CONFIDENCE } from '../stats/interval.ts'
import { pairedShift } from '../stats/paired.ts'
import { shareDifference } from '../stats/proportion.ts'
import { type Claim, type ClaimVerdict, type Evidence, type Judgement, notMeasured } from './claim.ts'
import {
  type Comparison,
  comparisonsOf,
  decisive,
  HTTP_VERSION_RULE,
  overHttp2,
  roundsOf,
} from './comparison.ts'
import { clientInWords, divided, inWords } from './condition.ts'
import { exceptionsInWords } from './exceptions.ts'
import { invalidIn } from './validity.ts'

/** Percentage points; less is too little to choose a transport for. */
const SAME_WITHIN = 0.02

type Outcome = 'more' | 'no more'

interface Difference {
  readonly value: number
  readonly low: number
  readonly high: number
  /** Whether there were repetitions enough to see what messages that share a connection do to each other. */
  readonly isRepeated: boolean
}

interface Exposed {
  readonly comparison: Comparison
  /** SMTP's failure rate beyond the API's. */
  readonly difference: Difference
  /** undefined where it cannot be said. */
  readonly outcome: Outcome | undefined
}

const failed = ({ deferred, rejected, faulted }: LabelRow) => deferred + rejected + faulted
/**
 * Of a repetition, on average, what has a decisive end: what is in doubt may have been taken, and is no failure. A
 * message is counted once however often it was repeated, since the same seed draws the same faults for it each time.
 */
function decidedOnce(row: LabelRow): readonly [number, number] {
  const [failures, all] = [failed(row), row.accepted + failed(row)].map(count =>
    Math.round(count / row.repetitions),
  ) as [number, number]
  return [failures, all]
}

/** Every message has one answer, whichever protocol: what befalls that alone says nothing of many exchanges. */
const isOfAnswers = (fault: string) => fault.split(' and ').every(each => each.endsWith(' at content'))

/** Attempts of what failed are another question; so is what happens without faults. */
const isExposed = ({ smtp, http, circumstances: { fault } }: Comparison) =>
  fault !== '' &&
  !isOfAnswers(fault) &&
  [smtp, http].every(({ attempts, attempted }) => attempts === attempted)

/** The wider of both ways to see it: over messages, and over repetitions as soon as there are enough. */
function differenceOf(run: StoredRun, { smtp, http }: Comparison): Difference | undefined {
  const ofMessages = shareDifference(decidedOnce(smtp), decidedOnce(http))
  const rounds = roundsOf(run, smtp, http, trial => trial.failure_rate)
  const ofRounds = pairedShift(rounds.map(round => round.smtp - round.http))
  if (!ofMessages || !ofRounds?.interval) return ofMessages && { ...ofMessages, isRepeated: false }
  return {
    value: ofRounds.estimate,
    low: Math.min(ofMessages.low, ofRounds.interval.low),
    high: Math.max(ofMessages.high, ofRounds.interval.high),
    isRepeated: true,
  }
}

function outcomeOf({ low, high }: Difference): Outcome | undefined {
  if (low > 0) return 'more'
  return high <= SAME_WITHIN ? 'no more' : undefined
}

function exposedOf(run: StoredRun, comparisons: readonly Comparison[]): Exposed[] {
  return comparisons.filter(isExposed).flatMap(comparison => {
    const difference = differenceOf(run, comparison)
    return difference ? [{ comparison, difference, outcome: outcomeOf(difference) }] : []
  })
}

function verdictOf(all: readonly Exposed[]): ClaimVerdict {
  const has = (outcome: Outcome | undefined) => all.some(each => each.outcome === outcome)
  if (has('more') && has('no more')) return 'depends'
  if (has(undefined)) return 'inconclusive'
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
      'repetitions',
      'in doubt, SMTP',
      'in doubt, API',
      'lost, SMTP',
      'lost, API',
      'doubled, SMTP',
      'doubled, API',
      'faults',
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
      Math.min(smtp.repetitions, http.repetitions),
      smtp.in_doubt,
      http.in_doubt,
      smtp.lost,
      http.lost,
      smtp.duplicated,
      http.duplicated,
      circumstances.fault,
    ]),
  }
}

const total = (rows: readonly LabelRow[], column: 'lost' | 'duplicated') =>
  rows.reduce((sum, row) => sum + (row[column] ?? 0), 0)

/** By how much, from the least to the most, each with its condition. */
function extentOf(all: readonly Exposed[], differing: Parameters<typeof inWords>[1]): string {
  const more = all
    .filter(({ outcome }) => outcome === 'more')
    .toSorted((a, b) => a.difference.value - b.difference.value)
  const inPoints = ({ difference, comparison }: Exposed, unit: string) => {
    const where = inWords(comparison.circumstances, differing)
    return short(difference.value * 100) + unit + (where && ` (${where})`)
  }
  const [least, most] = [more[0], more.at(-1)]
  if (!least || !most) return ''
  return least === most
    ? `, by ${inPoints(most, ' percentage points')}`
    : `, by ${inPoints(least, '')} to ${inPoints(most, ' percentage points')}`
}

const ratesInWords = ({ comparison: { smtp, http } }: Exposed) =>
  `SMTP ${percentText(smtp.failure_rate)}, API ${percentText(http.failure_rate)}`

/** @param others by bare clients */
function findingOf(all: readonly Exposed[], others: readonly Exposed[], http2: readonly Exposed[]): string {
  const { differing } = divided(all.map(({ comparison }) => comparison.circumstances))
  const more = all.filter(({ outcome }) => outcome === 'more').length
  const side = (transport: 'smtp' | 'http') => all.map(({ comparison }) => comparison[transport])
  const ledger = (transport: 'smtp' | 'http') =>
    `${total(side(transport), 'lost')} lost and ${total(side(transport), 'duplicated')} doubled`
  const caveat = [...all, ...http2].some(({ difference }) => !difference.isRepeated)
    ? ` Repetitions are fewer than 6: the intervals take messages for independent${http2.length > 0 ? ', and those that share a connection over HTTP/2 are not' : ''}.`
    : ''
  return [
    `Under the same faults SMTP failed more often in ${more} of ${all.length} conditions${extentOf(all, differing)}.`,
    exceptionsInWords('Over HTTP/2', all, http2, ratesInWords),
    exceptionsInWords('Without a library', all, others, ratesInWords),
    ` Over SMTP ${ledger('smtp')}, over the API ${ledger('http')}.`,
    caveat,
  ].join('')
}

/** The difference that is closest to flipping the verdict. */
function closest(all: readonly Exposed[]): Exposed | undefined {
  const [first] = all.toSorted((a, b) => Math.abs(a.difference.value) - Math.abs(b.difference.value))
  return first
}

function judge(run: StoredRun): Judgement {
  const exposed = exposedOf(run, comparisonsOf(run))
  const deciding = decisive(exposed.map(({ comparison }) => comparison))
  const http2 = exposedOf(run, overHttp2(run, deciding))
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
    finding:
      findingOf(
        all,
        exposed.filter(each => !all.includes(each)),
        http2,
      ) + invalidIn(run),
    figure: {
      name: `failure rate, SMTP beyond API, where they are closest${where && ` (${where})`}`,
      value: figure.difference.value * 100,
      unit: '%',
      interval: { low: figure.difference.low * 100, high: figure.difference.high * 100 },
      confidence: CONFIDENCE,
    },
    equal: inWords(figure.comparison.circumstances, shared),
    flips:
      verdict === 'inconclusive'
        ? 'more messages: the intervals are too wide'
        : 'kept connections expose fewer exchanges; retries make failures rare, and duplicates possible',
    evidence: evidenceOf([...exposed, ...http2]),
  }
}

export const failuresClaim: Claim = {
  id: 'C3',
  text: 'More exchanges mean more chances to fail',
  rule: `Every exchange of both transports is exposed to the same faults. SMTP fails more where the 95 % interval of the difference of failure rates lies above 0, no more where it ends below 2 percentage points: the wider of two, over messages as if they were independent (Newcombe), each counted once however often it was repeated, and from six rounds on over rounds (Hodges-Lehmann, exact signed-rank). Holds when SMTP fails more in every condition, does not hold when in none, depends when in some. What is in doubt counts as neither. Library clients decide; bare ones are named where it comes out otherwise. ${HTTP_VERSION_RULE}`,
  judge,
}

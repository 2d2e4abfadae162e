import { short } from '../figure-text.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { CONFIDENCE } from '../stats/interval.ts'
import {
  type Claim,
  type ClaimVerdict,
  type Evidence,
  type Figure,
  type Judgement,
  notMeasured,
} from './claim.ts'
import {
  type Comparison,
  comparisonsOf,
  conditionsIn,
  decisive,
  delivered,
  EQUIVALENCE_CONFIDENCE,
  HTTP_VERSION_RULE,
  overHttp2,
  undisturbed,
} from './comparison.ts'
import { clientInWords, divided, inWords } from './condition.ts'
import { type Series, seriesIn } from './crossover.ts'
import { exceptionsInWords } from './exceptions.ts'
import { invalidIn } from './validity.ts'

const decided = ({ sooner }: Comparison) => sooner !== 'unknown'

/** How many of the comparisons come out each way. */
function verdictOf(deciding: readonly Comparison[], exceptions: readonly Comparison[]): ClaimVerdict {
  const faster = deciding.filter(({ sooner }) => sooner === 'http').length
  const otherwise = deciding.filter(each => decided(each) && each.sooner !== 'http').length
  if (faster > 0 && (otherwise > 0 || exceptions.length > 0)) return 'depends'
  if (!deciding.every(decided)) return 'inconclusive'
  return faster > 0 ? 'holds' : 'does not hold'
}

/** The interval that says who is sooner: equivalence is shown by another than a difference is. */
function decidingInterval({
  sooner,
  ratio,
  equivalence,
}: Comparison): Pick<Figure, 'interval' | 'confidence'> {
  const isEquivalence = sooner === 'same'
  const interval = (isEquivalence ? equivalence : ratio)?.interval
  if (!interval) return { interval: null, confidence: null }
  return { interval, confidence: isEquivalence ? EQUIVALENCE_CONFIDENCE : CONFIDENCE }
}

/** What the verdict would flip by first: a crossover if there is one where it was measured, else the closest comparison. */
function figureOf(
  verdict: ClaimVerdict,
  deciding: readonly Comparison[],
  exceptions: readonly Comparison[],
  series: readonly Series[],
): Figure | null {
  const crossed = series.find(({ crossover }) => crossover.kind === 'at' && !crossover.extrapolated)
  if (crossed?.crossover.kind === 'at') {
    const { rttMs, interval, below } = crossed.crossover
    const name = `network round-trip time below which ${below === 'smtp' ? 'SMTP' : 'the API'} is sooner`
    return { name, value: rttMs, unit: 'ms', interval: interval ?? null, confidence: interval ? 0.95 : null }
  }
  const candidates = verdict === 'depends' && exceptions.length > 0 ? exceptions : deciding
  const closeness = ({ ratio }: Comparison) => Math.abs(Math.log(ratio?.value ?? Number.POSITIVE_INFINITY))
  const [closest] = candidates.toSorted((a, b) => closeness(a) - closeness(b))
  if (!closest?.ratio) return null
  const { differing } = divided([...deciding, ...exceptions].map(({ circumstances }) => circumstances))
  const client = closest.level === 'protocol' ? [clientInWords(closest.smtp)] : []
  const where = [...client, inWords(closest.circumstances, differing)].filter(Boolean).join(', ')
  return {
    name: `median latency, SMTP / API, where they are closest${where && ` (${where})`}`,
    value: closest.ratio.value,
    unit: 'x',
    ...decidingInterval(closest),
  }
}

const counted = (comparisons: readonly Comparison[], wanted: Comparison['sooner']) =>
  comparisons.filter(({ sooner }) => sooner === wanted)

function rangeOf(comparisons: readonly Comparison[], upside: boolean): string {
  const ratios = comparisons.flatMap(({ ratio }) => (ratio ? [upside ? ratio.value : 1 / ratio.value] : []))
  const ends = [...new Set([Math.min(...ratios), Math.max(...ratios)].map(short))]
  return `${ends.join(' to ')} times`
}

const inSooner = { smtp: 'SMTP is sooner', http: 'the API is sooner', same: 'neither is sooner' } as const

const found = (comparison: Comparison) => ({
  comparison,
  outcome: comparison.sooner === 'unknown' ? undefined : inSooner[comparison.sooner],
})

function findingOf(
  deciding: readonly Comparison[],
  exceptions: readonly Comparison[],
  http2: readonly Comparison[],
): string {
  const total = deciding.length
  const [http, smtp, same, unknown] = (['http', 'smtp', 'same', 'unknown'] as const).map(wanted =>
    counted(deciding, wanted),
  ) as [Comparison[], Comparison[], Comparison[], Comparison[]]
  const parts = [
    http.length > 0 ? `the API was sooner in ${http.length} (${rangeOf(http, true)})` : '',
    smtp.length > 0 ? `SMTP in ${smtp.length} (${rangeOf(smtp, false)})` : '',
    same.length > 0 ? `neither in ${same.length}` : '',
    unknown.length > 0
      ? `${unknown.length} ${unknown.length === 1 ? 'was' : 'were'} too close or too few to say`
      : '',
  ].filter(Boolean)
  const modes = [...new Set(exceptions.map(({ smtp: row }) => clientInWords(row)))].join(', ')
  const exception =
    exceptions.length > 0
      ? ` Without their libraries SMTP is no later in ${conditionsIn(exceptions)} (${modes}).`
      : ''
  const byVersion = exceptionsInWords(
    'Over HTTP/2',
    deciding.map(found),
    http2.map(found),
    ({ outcome }) => outcome ?? '',
  )
  return `Of ${total} condition${total === 1 ? '' : 's'} ${parts.join(', ')}.${exception}${byVersion}`
}

function evidenceOf(comparisons: readonly Comparison[]): Evidence {
  const { differing } = divided(comparisons.map(({ circumstances }) => circumstances))
  return {
    columns: [
      'SMTP',
      'API',
      'where',
      'SMTP p50 ms',
      'API p50 ms',
      'SMTP / API',
      'low (95 %)',
      'high (95 %)',
      'low (90 %)',
      'high (90 %)',
      'rounds',
      'sooner',
    ],
    rows: comparisons.map(each => [
      clientInWords(each.smtp),
      clientInWords(each.http),
      inWords(each.circumstances, differing),
      each.smtp.latency_p50_ms,
      each.http.latency_p50_ms,
      each.ratio?.value ?? null,
      each.ratio?.interval?.low ?? null,
      each.ratio?.interval?.high ?? null,
      each.equivalence?.interval?.low ?? null,
      each.equivalence?.interval?.high ?? null,
      each.rounds,
      { smtp: 'SMTP', http: 'API', same: 'neither', unknown: null }[each.sooner],
    ]),
  }
}

function judge(run: StoredRun): Judgement {
  const sent = undisturbed(comparisonsOf(run))
  const comparisons = delivered(sent)
  if (sent.length > 0 && comparisons.length === 0)
    return notMeasured(
      `Of what the run sent in one condition over both, nothing was accepted over one of them.${invalidIn(run)}`,
      'mailbench run headline',
    )
  if (comparisons.length === 0)
    return notMeasured(
      `The run holds no pair of SMTP and API under the same condition.${invalidIn(run)}`,
      'mailbench run headline',
    )
  const out = sent.length - comparisons.length
  const leftOut = out === 0 ? '' : ` ${out} left out, of which one side accepted nothing.`
  const deciding = decisive(comparisons)
  const exceptions = comparisons.filter(
    each => !deciding.includes(each) && (each.sooner === 'smtp' || each.sooner === 'same'),
  )
  const http2 = overHttp2(run, deciding)
  const verdict = verdictOf(deciding, exceptions)
  const { shared } = divided(comparisons.map(({ circumstances }) => circumstances))
  const [first] = comparisons
  return {
    verdict,
    finding: findingOf(deciding, exceptions, http2) + leftOut + invalidIn(run),
    figure: figureOf(verdict, deciding, exceptions, seriesIn(run, deciding)),
    equal: first ? inWords(first.circumstances, shared) : '',
    flips:
      verdict === 'inconclusive'
        ? 'more repetitions: an interval needs 6 of each label, 10 make it narrow'
        : 'an SMTP client that sends in chunks over kept connections needs as few round trips; a slower API server moves the crossover up',
    evidence: evidenceOf([...comparisons, ...http2]),
  }
}

export const speedClaim: Claim = {
  id: 'C2',
  text: 'APIs deliver faster',
  rule: `Median latency of each repetition, SMTP / API, paired by round (Hodges-Lehmann, exact signed-rank 95 % interval). A side is sooner where the interval lies beyond 1; neither is where the 90 % interval lies within 5 % of it. Holds when the API is sooner in every condition, does not hold when in none, depends when in some, or when SMTP without a library is no later. ${HTTP_VERSION_RULE}`,
  judge,
}

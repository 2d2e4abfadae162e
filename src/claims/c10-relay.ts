import { short } from '../figure-text.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { type Claim, type ClaimVerdict, type Evidence, type Judgement, notMeasured } from './claim.ts'
import { type Comparison, comparisonsOf, EQUIVALENCE_CONFIDENCE } from './comparison.ts'
import { clientInWords, divided, inWords } from './condition.ts'
import { invalidIn } from './validity.ts'

/** As in bioequivalence (FDA, Statistical Approaches to Establishing Bioequivalence, 2001): 80 to 125 %. */
const MARGIN = 1.25

type Effect = 'as effective' | 'less effective' | 'unknown'

/** More failures that show are less effective, however soon the rest arrives. */
function failsMore({ smtp, http }: Comparison): boolean {
  const [ours, theirs] = [smtp.failure_rate_low, http.failure_rate_high]
  return ours !== null && theirs !== null && ours > theirs
}

/** Not inferior: SMTP may well be sooner. Equivalent where the lower bound lies within the margin, too. */
function effectOf(comparison: Comparison): Effect {
  if (failsMore(comparison)) return 'less effective'
  const bounds = comparison.equivalence?.interval
  if (!bounds) return 'unknown'
  if (bounds.high <= MARGIN) return 'as effective'
  return bounds.low > MARGIN ? 'less effective' : 'unknown'
}

function verdictOf(effects: readonly Effect[]): ClaimVerdict {
  const all = (wanted: Effect) => effects.every(effect => effect === wanted)
  if (all('as effective')) return 'holds'
  if (all('less effective')) return 'does not hold'
  const both = effects.includes('as effective') && effects.includes('less effective')
  return both ? 'depends' : 'inconclusive'
}

function evidenceOf(comparisons: readonly Comparison[]): Evidence {
  const { differing } = divided(comparisons.map(({ circumstances }) => circumstances))
  return {
    columns: [
      'SMTP',
      'API',
      'where',
      'SMTP / API',
      'low (90 %)',
      'high (90 %)',
      'rounds',
      'SMTP failures %',
      'API failures %',
      'SMTP is',
    ],
    rows: comparisons.map(each => [
      clientInWords(each.smtp),
      clientInWords(each.http),
      inWords(each.circumstances, differing),
      each.equivalence?.value ?? null,
      each.equivalence?.interval?.low ?? null,
      each.equivalence?.interval?.high ?? null,
      each.rounds,
      each.smtp.failure_rate === null ? null : each.smtp.failure_rate * 100,
      each.http.failure_rate === null ? null : each.http.failure_rate * 100,
      effectOf(each),
    ]),
  }
}

/** The worst of them for SMTP is what decides whether it can be as effective everywhere. */
function worstOf(comparisons: readonly Comparison[]): Comparison | undefined {
  const [worst] = comparisons.toSorted((a, b) => (b.equivalence?.value ?? 0) - (a.equivalence?.value ?? 0))
  return worst
}

function findingOf(real: readonly Comparison[], bare: readonly Comparison[]): string {
  const [first] = real
  const ratios = real.flatMap(({ equivalence }) => (equivalence ? [equivalence.value] : []))
  const ends = [...new Set([Math.min(...ratios), Math.max(...ratios)].map(short))].join(' to ')
  const clients = first
    ? `${clientInWords(first.smtp)} took ${ends} times ${clientInWords(first.http)}'s`
    : ''
  const able = bare.filter(each => effectOf(each) === 'as effective')
  const modes = [...new Set(able.map(({ smtp }) => clientInWords(smtp)))].join(', ')
  const permitted =
    able.length > 0 ? ` SMTP itself is as effective in ${able.length} of ${bare.length} (${modes}).` : ''
  return ratios.length === 0
    ? `No round holds both ${first ? clientInWords(first.smtp) : 'SMTP'} and the API.`
    : `On kept connections ${clients} median latency.${permitted}`
}

function judge(run: StoredRun): Judgement {
  const warm = comparisonsOf(run).filter(
    ({ circumstances: { connection, fault } }) => connection === 'reuse' && fault === '',
  )
  const real = warm.filter(({ level }) => level === 'library')
  if (real.length === 0)
    return notMeasured(
      `The run holds no library clients of both transports on kept connections.${invalidIn(run)}`,
      'mailbench run headline',
    )
  const bare = warm.filter(({ level }) => level === 'protocol')
  const verdict = verdictOf(real.map(effectOf))
  const worst = worstOf(real)
  const { shared } = divided(real.map(({ circumstances }) => circumstances))
  return {
    verdict,
    finding: findingOf(real, bare) + invalidIn(run),
    figure: worst?.equivalence
      ? {
          name: `median latency, SMTP / API, where it is highest (${inWords(worst.circumstances, ['rttMs'])})`,
          value: worst.equivalence.value,
          unit: 'x',
          interval: worst.equivalence.interval ?? null,
          confidence: worst.equivalence.interval ? EQUIVALENCE_CONFIDENCE : null,
        }
      : null,
    equal: worst ? inWords(worst.circumstances, shared) : '',
    flips:
      verdict === 'inconclusive'
        ? 'more repetitions: bounds of 90 % need 5 of each label, 10 make them narrow'
        : 'another margin than 25 %; an SMTP library that costs less and sends in chunks',
    evidence: evidenceOf(warm),
  }
}

export const relayClaim: Claim = {
  id: 'C10',
  text: 'A cloud SMTP relay can be as effective as an API',
  rule: 'Kept connections, library clients. As effective where the 90 % interval of the ratio of median latencies, SMTP / API, ends below 1.25 (one-sided test at 5 %) and SMTP does not visibly fail more; less effective where it begins above. Holds when it is so at every network, does not hold when at none, depends when at some.',
  judge,
}

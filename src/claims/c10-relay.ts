import { short } from '../figure-text.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { type Claim, type ClaimVerdict, type Evidence, type Judgement, notMeasured } from './claim.ts'
import {
  type Comparison,
  comparisonsOf,
  EQUIVALENCE_CONFIDENCE,
  HTTP_VERSION_RULE,
  overHttp2,
} from './comparison.ts'
import { clientInWords, divided, inWords } from './condition.ts'
import { exceptionsInWords } from './exceptions.ts'
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

/** A comparison is not judged because its rounds are too few for bounds, or because its bounds are too wide. */
function unjudgedInWords(bare: readonly Comparison[]): string {
  const unknown = bare.filter(each => effectOf(each) === 'unknown')
  const few = unknown.filter(({ equivalence }) => !equivalence?.interval).length
  const close = unknown.length - few
  return [
    few > 0 ? `; ${few} ${few === 1 ? 'has' : 'have'} too few rounds` : '',
    close > 0 ? `; ${close} ${close === 1 ? 'is' : 'are'} too close to the margin` : '',
  ].join('')
}

function permittedInWords(bare: readonly Comparison[]): string {
  const judged = bare.filter(each => effectOf(each) !== 'unknown').length
  const able = bare.filter(each => effectOf(each) === 'as effective')
  const modes = [...new Set(able.map(({ smtp }) => clientInWords(smtp)))].join(', ')
  return able.length > 0
    ? ` SMTP itself is as effective in ${able.length} of the ${judged} that can be judged (${modes})${unjudgedInWords(bare)}.`
    : ''
}

/** What was on the other side: a sink has neither a relay's queues nor its distance. */
function serversInWords(real: readonly Comparison[]): string {
  const atSinks = real.filter(({ smtp: { target } }) => target?.startsWith('sink')).length
  if (atSinks === 0) return ''
  const share = atSinks < real.length ? ` in ${atSinks} of ${real.length}` : ''
  return ` Local sinks were measured${share}, and no cloud relay.`
}

const found = (comparison: Comparison) => {
  const effect = effectOf(comparison)
  return { comparison, outcome: effect === 'unknown' ? undefined : effect }
}

function findingOf(
  real: readonly Comparison[],
  bare: readonly Comparison[],
  http2: readonly Comparison[],
): string {
  const [first] = real
  const ratios = real.flatMap(({ equivalence }) => (equivalence ? [equivalence.value] : []))
  const ends = [...new Set([Math.min(...ratios), Math.max(...ratios)].map(short))].join(' to ')
  const clients = first
    ? `${clientInWords(first.smtp)} took ${ends} times ${clientInWords(first.http)}'s`
    : ''
  const versions = exceptionsInWords(
    'Over HTTP/2',
    real.map(found),
    http2.map(found),
    ({ outcome }) => `SMTP is ${outcome}`,
  )
  const times =
    ratios.length === 0
      ? `No round holds both ${first ? clientInWords(first.smtp) : 'SMTP'} and the API.`
      : `On kept connections ${clients} median latency.`
  return times + serversInWords(real) + versions + permittedInWords(bare)
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
  const http2 = overHttp2(run, real)
  const verdict = verdictOf(real.map(effectOf))
  const worst = worstOf(real)
  const { shared } = divided(real.map(({ circumstances }) => circumstances))
  return {
    verdict,
    finding: findingOf(real, bare, http2) + invalidIn(run),
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
    evidence: evidenceOf([...warm, ...http2]),
  }
}

export const relayClaim: Claim = {
  id: 'C10',
  text: 'A cloud SMTP relay can be as effective as an API',
  rule: `Kept connections, library clients, at the servers that the run sent to: sinks say what clients and protocols permit, and nothing of a cloud relay's own time. As effective where the 90 % interval of the ratio of median latencies, SMTP / API, ends below 1.25 (one-sided test at 5 %) and SMTP does not visibly fail more; less effective where it begins above. Holds when it is so at every network, does not hold when at none, depends when at some. ${HTTP_VERSION_RULE}`,
  judge,
}

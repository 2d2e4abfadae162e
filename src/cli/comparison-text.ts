import { NONE, short } from '../figure-text.ts'
import type { Compared } from '../gate/compare/compare.ts'
import type { Comparison } from '../gate/compare/comparison.ts'
import { type Difference, differenceInWords } from '../gate/compare/differences.ts'
import type { Gone } from '../gate/compare/gone.ts'
import { aligned } from '../report/align.ts'
import { REPETITIONS_MAX } from '../stats/power.ts'

const signed = (text: string, value: number) => (value > 0 ? `+${text}` : text)
const percent = (share: number) => signed(`${(share * 100).toFixed(1)}%`, share)

function changeText({ unit, change, metric }: Comparison): string {
  if (unit === 'share of base') return percent(change)
  return metric === 'failure_rate'
    ? `${percent(change)} abs.`
    : signed(String(Number(change.toPrecision(6))), change)
}

function rangeText({ low, high }: Comparison): string {
  return low === null || high === null ? NONE : `${percent(low)}..${percent(high)}`
}

function valueText({ metric, kind }: Comparison, value: number): string {
  if (metric === 'failure_rate') return `${(value * 100).toFixed(2)}%`
  return kind === 'counted' ? String(Number(value.toPrecision(6))) : short(value)
}

const probability = (p: number | null) => (p === null ? NONE : p < 0.0001 ? '<0.0001' : p.toFixed(4))

const head = ['metric', 'base', 'new', 'change', '95% CI', 'p', 'verdict']

const cells = (row: Comparison) => [
  `  ${row.metric}`,
  valueText(row, row.base),
  valueText(row, row.next),
  changeText(row),
  rangeText(row),
  probability(row.p),
  row.verdict,
]

/** The rows under the name of their label. */
function table(rows: readonly Comparison[]): string[] {
  const { lines } = aligned([head, ...rows.map(cells)])
  const [title = '', ...rest] = lines
  const byLabel = Map.groupBy(rows.keys(), i => rows[i]?.label ?? '')
  return [title, ...[...byLabel].flatMap(([label, at]) => [label, ...at.map(i => rest[i] ?? '')])]
}

const REGRESSIONS_NAMED = 3

function regressionText(row: Comparison): string {
  return `${row.metric} of "${row.label}" ${valueText(row, row.base)} -> ${valueText(row, row.next)} (${changeText(row)})`
}

function goneText({ label, metric, successor, changed }: Gone): string {
  if (metric !== null) return `${metric} of "${label}" is not measured any more`
  return successor === null ? `"${label}" is gone` : `"${label}" became "${successor}" (${changed})`
}

/** One line: what is worse, or that nothing is. */
export function conclusionOf({ comparisons, gone }: Pick<Compared, 'comparisons' | 'gone'>): string {
  const worse = comparisons.filter(({ verdict }) => verdict === 'worse')
  const texts = [...gone.map(goneText), ...worse.map(regressionText)]
  if (texts.length === 0) {
    const open = comparisons.filter(({ verdict }) => verdict === 'inconclusive')
    return open.length === 0
      ? 'No regression.'
      : `No regression found; ${open.length} of ${comparisons.length} inconclusive.`
  }
  const named = texts.slice(0, REGRESSIONS_NAMED).join('; ')
  const more = texts.length > REGRESSIONS_NAMED ? `; and ${texts.length - REGRESSIONS_NAMED} more` : ''
  return `Regression: ${named}${more}`
}

function countsLine(comparisons: readonly Comparison[], shown: number): string {
  const of = (verdict: Comparison['verdict']) => comparisons.filter(row => row.verdict === verdict).length
  const counts = `${of('worse')} worse, ${of('better')} better, ${of('equivalent')} equivalent, ${of('inconclusive')} inconclusive`
  return `${comparisons.length} compared: ${counts}.${shown < comparisons.length ? ' --all shows them all.' : ''}`
}

/** More than these are not reckoned. */
const repetitionsInWords = (count: number) =>
  count < REPETITIONS_MAX ? `about ${count}` : `${REPETITIONS_MAX} or more`

/** Undefined when nothing is open. */
function neededLine(comparisons: readonly Comparison[]): string | undefined {
  const open = comparisons.filter(({ needed }) => needed !== null)
  if (open.length === 0) return undefined
  const needed = open.map(({ needed }) => needed ?? 0).sort((a, b) => a - b)
  const have = Math.min(...open.flatMap(({ repetitions }) => repetitions))
  const half = repetitionsInWords(needed[Math.floor((needed.length - 1) / 2)] ?? 0)
  const all = repetitionsInWords(needed.at(-1) ?? 0)
  const settled =
    half === all ? `${all} would settle these` : `${half} would settle half of these, ${all} all`
  return `Inconclusive with ${have} repetitions a side: ${settled} (80% power).`
}

const DIFFERENCES_SHOWN = 5

function differenceLines(differences: readonly Difference[]): string[] {
  const lines = [...new Set(differences.map(differenceInWords))]
  const more = lines.length - DIFFERENCES_SHOWN
  return [
    ...lines.slice(0, DIFFERENCES_SHOWN).map(line => `Not alike: ${line}`),
    ...(more > 0 ? [`Not alike: ${more} more`] : []),
  ]
}

/** What differs comes first; the conclusion last, where the eye rests. */
export function comparisonText(compared: Compared, all: boolean): string {
  const { comparisons, differences, notes, gone } = compared
  const shown = all
    ? comparisons
    : comparisons.filter(({ verdict }) => verdict === 'worse' || verdict === 'better')
  const lines = [
    ...differenceLines(differences),
    ...notes,
    ...gone.map(each => `Gone: ${goneText(each)}`),
    ...(shown.length > 0 ? table(shown) : []),
    countsLine(comparisons, shown.length),
    neededLine(comparisons),
    conclusionOf(compared),
  ]
  return lines.filter(line => line !== undefined).join('\n')
}

/** What GitHub reads of a step: annotations and the summary (docs.github.com, "Workflow commands for GitHub Actions"). */
import type { Compared } from '../../src/gate/compare/compare.ts'
import type { Comparison } from '../../src/gate/compare/comparison.ts'
import type { Gone } from '../../src/gate/compare/gone.ts'
import type { ThresholdResult } from '../../src/gate/threshold.ts'
import { code, markdownTable, prose } from '../../src/report/markdown-text.ts'
import type { LabelRow } from '../../src/run-store/schema.ts'
import { plainText } from '../../src/run-store/text.ts'

/** GitHub shows ten of a kind for a step, and drops the others without a word. */
export const ANNOTATIONS_MAX = 10
/** Of a step; a longer one is not shown at all. */
const SUMMARY_BYTES_MAX = 1024 * 1024
const ROWS_MAX = 50
const MESSAGE_LENGTH_MAX = 500

/** What `run --json` and `compare --json` say, as far as it is read here. */
export interface Outcome {
  readonly run:
    | { readonly labels: readonly LabelRow[]; readonly thresholds: readonly ThresholdResult[] }
    | undefined
  readonly compared: (Compared & { readonly conclusion: string }) | undefined
  /** Lines of commands that could not do what they were told to. */
  readonly errors: readonly string[]
}

const figures = ({ base, next }: Comparison) =>
  `${Number(base.toPrecision(4))} -> ${Number(next.toPrecision(4))}`

function goneText({ label, metric, successor, changed }: Gone): string {
  if (metric !== null) return `${label}: ${metric} is not measured any more`
  return successor === null ? `${label}: gone` : `${label}: became ${successor} (${changed})`
}

/** Everything that is wrong, one line each, the gravest first. */
export function complaintsOf({ run, compared, errors }: Outcome): string[] {
  const { labels = [], thresholds = [] } = run ?? {}
  const worse = (compared?.comparisons ?? []).filter(({ verdict }) => verdict === 'worse')
  return [
    ...errors,
    ...labels
      .filter(({ valid }) => !valid)
      .map(({ label, invalid_because }) => `${label}: invalid, ${invalid_because}`),
    ...labels
      .filter(({ accepted, auth }) => accepted === 0 && auth !== 'wrong')
      .map(({ label }) => `${label}: no message was accepted`),
    ...thresholds
      .filter(({ ok }) => !ok)
      .map(({ threshold, label, found }) => `${threshold}: ${label === null ? '' : `${label} has `}${found}`),
    ...(compared?.gone ?? []).map(goneText),
    ...worse.map(row => `${row.label}: ${row.metric} ${figures(row)}`),
  ]
}

const escaped = (text: string) =>
  plainText(text, MESSAGE_LENGTH_MAX).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

/** As workflow commands; where there are more than GitHub shows, the last of them says how many. */
export function annotationsOf(complaints: readonly string[]): string[] {
  const isTooMany = complaints.length > ANNOTATIONS_MAX
  const shown = isTooMany ? complaints.slice(0, ANNOTATIONS_MAX - 1) : complaints
  const more = isTooMany ? [`and ${complaints.length - shown.length} more: see the summary`] : []
  return [...shown, ...more].map(text => `::error title=mailbench::${escaped(text)}`)
}

function comparisonLines({ comparisons, conclusion, notes }: NonNullable<Outcome['compared']>): string[] {
  const changed = comparisons.filter(({ verdict }) => verdict === 'worse' || verdict === 'better')
  const rows = changed
    .slice(0, ROWS_MAX)
    .map(row => [
      code(row.label),
      row.metric,
      figures(row),
      row.p === null ? '' : row.p.toPrecision(2),
      row.verdict,
    ])
  return [
    '### Compared with the baseline',
    '',
    `**${prose(conclusion)}**`,
    '',
    ...notes.map(note => `${prose(note)}\n`),
    ...(rows.length > 0 ? markdownTable(['label', 'metric', 'base -> new', 'p', 'verdict'], rows, 2) : []),
    ...(changed.length > rows.length ? ['', `and ${changed.length - rows.length} more`] : []),
    '',
  ]
}

export interface SummaryParts extends Outcome {
  /** summary.md of the run. */
  readonly report: string | undefined
  /** What `history` draws. */
  readonly trend: string | undefined
}

/** The step's summary: what is wrong, what changed, the trend, then the report, as far as there is room for it. */
export function stepSummary({ report, trend, ...outcome }: SummaryParts): string {
  const complaints = complaintsOf(outcome)
  const parts = [
    ...complaints.slice(0, ROWS_MAX).map(text => `- ❌ ${prose(text)}`),
    ...(complaints.length > ROWS_MAX ? [`- and ${complaints.length - ROWS_MAX} more`] : []),
    '',
    ...(outcome.compared ? comparisonLines(outcome.compared) : []),
    // Indented: a block of code that nothing within can close (CommonMark §4.4).
    ...(trend === undefined ? [] : ['### History', '', ...trend.split('\n').map(line => `    ${line}`), '']),
  ].join('\n')
  const whole = report === undefined ? parts : `${parts}\n${report}`
  if (Buffer.byteLength(whole) <= SUMMARY_BYTES_MAX) return whole
  const note = '\n\nThe report is too long for a summary: see the artifact.\n'
  return Buffer.byteLength(parts) + note.length <= SUMMARY_BYTES_MAX ? parts + note : note
}

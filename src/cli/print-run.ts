import { UsageError } from '../errors.ts'
import { evaluateThresholds, parseThreshold } from '../gate/threshold.ts'
import { renderAnswer } from '../report/answer-text.ts'
import { claimLines } from '../report/claim-lines.ts'
import { compareTargets, comparisonLines } from '../report/comparison.ts'
import { renderFailures } from '../report/failure-table.ts'
import { renderLibraryCosts } from '../report/library-cost.ts'
import type { JudgedThreshold, Material, ReportedRun } from '../report/material.ts'
import { renderMerges } from '../report/merge.ts'
import {
  checkLines,
  failureLines,
  floorLine,
  intervalLine,
  invalidLines,
  ledgerLine,
  machineLine,
  plannedFailureLines,
  thresholdLines,
} from '../report/summary.ts'
import { renderTable } from '../report/table.ts'
import { hanging } from '../report/wrap.ts'
import type { FailureRow, LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { plainLines } from '../run-store/text.ts'

/** Narrow terminals lose columns; files and pipes get what fits a page. */
const PAGE_WIDTH = 100
/** Sentences are read best, and quoted, in lines of this. */
const TEXT_WIDTH = 80
const FAILURES_SHOWN = 8

/** How the thresholds of a run's own plan come out for its labels. */
export function judgeThresholds({ plan, labels }: Pick<StoredRun, 'plan' | 'labels'>): JudgedThreshold[] {
  const { thresholds } = (plan ?? {}) as { thresholds?: unknown }
  if (thresholds === undefined) return []
  if (!(Array.isArray(thresholds) && thresholds.every(text => typeof text === 'string')))
    throw new UsageError('the thresholds of the stored plan are no list of conditions')
  return evaluateThresholds(thresholds.map(parseThreshold), labels)
}

/** How submissions ended other than accepted; accidents first. */
function endings(labels: readonly LabelRow[], met: readonly FailureRow[]): string[] {
  const wrong = new Set(labels.filter(({ auth }) => auth === 'wrong').map(({ label }) => label))
  const isPlanned = ({ label, outcome }: FailureRow) => outcome === 'rejected' && wrong.has(label)
  const accidents = met.filter(failure => !isPlanned(failure))
  return [
    ...failureLines(accidents, FAILURES_SHOWN),
    ...plannedFailureLines(met.filter(isPlanned), FAILURES_SHOWN),
  ]
}

function runLines({ run, thresholds }: ReportedRun, columns: number): string[] {
  const { labels, trials, failures, injected, merges, checks } = run
  const measured = new Set(trials.filter(({ purpose }) => purpose === 'measure').map(({ trial }) => trial))
  // What an anatomy met, its label meets as well.
  const isMeasured = ({ trial }: { trial: number }) => measured.has(trial)
  const met = failures.filter(isMeasured)
  const costs = renderLibraryCosts(run)
  const compared = compareTargets(labels, run)
  const width = Math.min(columns, PAGE_WIDTH)
  const wrong = renderFailures({ labels, failures: met, injected }, columns)
  const jobs = renderMerges(labels, trials, merges, columns)
  const notes = [
    ...[ledgerLine(trials), floorLine(trials), machineLine(checks), intervalLine(labels)],
    ...checkLines(checks),
  ]
  const lines = [
    ...(labels.length > 0 ? [renderTable(labels, width), ''] : []),
    ...(costs === undefined ? [] : [costs, '']),
    ...(jobs === undefined ? [] : [jobs, '']),
    ...(wrong === undefined ? [] : [wrong, '']),
    ...(compared === undefined ? [] : [...comparisonLines(compared), '']),
    ...[...endings(labels, met), ...invalidLines(labels), ...notes, ...thresholdLines(thresholds)].flatMap(
      line => (line === undefined ? [] : hanging(line, width)),
    ),
  ]
  return lines
}

/** The answer, the claims, then the figures of each run. @param columns of the terminal */
export function runText(material: Material, columns = PAGE_WIDTH): string {
  const claims = claimLines(material)
  const lines = [
    renderAnswer(material.answer, Math.min(columns, TEXT_WIDTH), Math.min(columns, PAGE_WIDTH)),
    '',
    ...(claims.length > 0 ? [...claims, ''] : []),
    ...material.runs.flatMap((each, i) => [
      ...(material.runs.length === 1 ? [] : [`${i === 0 ? '' : '\n'}${each.run.run_id}`]),
      ...runLines(each, columns),
    ]),
  ]
  // A stored run may come from anywhere, and hold whatever somebody wrote into it.
  return plainLines(lines.join('\n'))
}

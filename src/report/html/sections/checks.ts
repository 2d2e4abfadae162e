import type { Check, StoredRun } from '../../../run-store/stored-run.ts'
import type { ReportedRun } from '../../material.ts'
import { floorLine, ledgerLine } from '../../summary.ts'
import { dataTable, TABLE_ROWS_MAX } from '../data-table.ts'
import type { Draw } from '../figure.ts'
import { html, type Markup } from '../markup.ts'
import type { Section } from '../section.ts'

const plural = (count: number, noun: string) =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`

interface Kind {
  readonly name: string
  readonly invalidates: boolean
  readonly held: number
  readonly failed: readonly Check[]
}

function kindsOf(checks: readonly Check[]): Kind[] {
  const kinds = new Map<string, Check[]>()
  for (const check of checks) kinds.set(check.check, [...(kinds.get(check.check) ?? []), check])
  return [...kinds].map(([name, all]) => ({
    name,
    invalidates: all.some(({ invalidates }) => invalidates),
    held: all.filter(({ ok }) => ok).length,
    failed: all.filter(({ ok }) => !ok),
  }))
}

function thresholdTable(thresholds: ReportedRun['thresholds'], limit: number): Markup | undefined {
  if (thresholds.length === 0) return undefined
  return dataTable({
    caption: 'Thresholds of the plan',
    heads: ['threshold', 'label', 'outcome', 'found'],
    rows: thresholds.map(({ threshold, label, ok, nearest, found }) => [
      threshold,
      label,
      ok ? (nearest ? 'holds, nearest to the limit' : 'holds') : 'does not hold',
      found,
    ]),
    limit,
  })
}

function invalidTrials(run: StoredRun, limit: number): Markup | undefined {
  const invalid = run.trials.filter(({ valid }) => !valid)
  if (invalid.length === 0) return undefined
  return dataTable({
    caption: 'Trials that do not count, and why',
    heads: ['trial', 'label', 'because'],
    rows: invalid.map(({ trial, label, invalid_because }) => [
      String(trial),
      label,
      invalid_because ?? 'no reason given',
    ]),
    limit,
  })
}

function render(run: StoredRun, draw: Draw): Markup | undefined {
  if (run.checks.length === 0) return undefined
  const kinds = kindsOf(run.checks)
  const limit = draw.rows(TABLE_ROWS_MAX)
  const failed = run.checks.filter(({ ok }) => !ok)
  const fatal = failed.filter(({ invalidates }) => invalidates)
  const trials = new Map(run.trials.map(({ trial, label }) => [trial, label]))
  const invalid = run.trials.filter(({ valid }) => !valid).length
  return html`<p>${plural(run.checks.length, 'check')} of ${plural(run.trials.length, 'trial')}: <strong>${fatal.length} failed that make${fatal.length === 1 && 's'} a trial invalid</strong>, ${failed.length - fatal.length} noted. ${invalid === 0 ? 'Every trial counts.' : `${plural(invalid, 'trial')} ${invalid === 1 ? 'does' : 'do'} not count, and stand${invalid === 1 ? 's' : ''} in no figure above.`}</p>
${[ledgerLine(run.trials), floorLine(run.trials)].flatMap(line => (line ? [html`<p>${line}</p>`] : []))}
${invalidTrials(run, limit)}
${dataTable({
  caption: 'Self-checks by kind',
  heads: ['check', 'held', 'failed', 'when it fails', 'an example of a failure'],
  rows: kinds.map(({ name, invalidates, held, failed: own }) => [
    name,
    held,
    own.length,
    invalidates ? 'the trial does not count' : 'noted, for the reader to weigh',
    own[0]?.detail ?? '-',
  ]),
})}
${
  failed.length > 0 &&
  html`<details><summary>All checks that failed or noted something</summary>${dataTable({
    caption: 'Checks that failed, those first that make a trial invalid',
    heads: ['check', 'trial', 'label', 'consequence', 'detail'],
    rows: [...fatal, ...failed.filter(({ invalidates }) => !invalidates)].map(
      ({ check, trial, invalidates, detail }) => [
        check,
        trial === null ? 'the run' : String(trial),
        trial === null ? '-' : (trials.get(trial) ?? '-'),
        invalidates ? 'invalid' : 'noted',
        detail,
      ],
    ),
    limit,
  })}</details>`
}`
}

/** How far the numbers can be trusted. */
export const checksSection: Section = {
  id: 'checks',
  title: 'Self-checks',
  lead: 'What the run found out about itself: whether every message was accounted for, and whether the harness or the machine was in the way.',
  lacking: 'the run ended before they were made.',
  render: ({ run, thresholds }, draw) => {
    const checks = render(run, draw)
    return checks && html`${checks}${thresholdTable(thresholds, draw.rows(TABLE_ROWS_MAX))}`
  },
}

import { percent, short } from '../../../figure-text.ts'
import { phases } from '../../../phase.ts'
import type { FailureRow, LabelRow } from '../../../run-store/schema.ts'
import type { StoredRun } from '../../../run-store/stored-run.ts'
import type { Series } from '../chart/chart.ts'
import { type Colour, colourNames } from '../chart/look.ts'
import { linearScale } from '../chart/scale.ts'
import { dataTable } from '../data-table.ts'
import { faultLegend, faultNames } from '../fault-names.ts'
import { type Draw, type Figure, panels } from '../figure.ts'
import { measuredLabels, membersOf, samplesIn } from '../groups.ts'
import { html, type Markup } from '../markup.ts'
import type { Section } from '../section.ts'

/** Causes with a colour of their own; the rest is `other`. */
const CAUSES_MAX = colourNames.length - 1
const ROWS_MAX = 12

const transportOf = (labels: ReadonlyMap<string, LabelRow>, { label }: FailureRow) =>
  labels.get(label)?.transport
const sum = (rows: readonly { count: number }[]) => rows.reduce((total, { count }) => total + count, 0)

function ranked(rows: readonly FailureRow[], keyOf: (row: FailureRow) => string): string[] {
  const counts = new Map<string, number>()
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + row.count)
  return [...counts].sort(([, a], [, b]) => b - a).map(([key]) => key)
}

const order: readonly string[] = phases
const NEVER_SENT = 'never sent'

/** SMTP first, and its steps in the order in which they happen. */
function rankOf(place: string): number {
  const [transport, step] = place.split(': ')
  return (transport === 'SMTP' ? 0 : phases.length + 1) + order.indexOf(step ?? '')
}

/** Rows: transport and phase; stacked: causes, as shares of what that transport was to send. */
function byPhase(run: StoredRun, failures: readonly FailureRow[]): Figure {
  const labels = new Map(run.labels.map(row => [row.label, row]))
  const scheduled = (transport: string) =>
    run.labels.filter(row => row.transport === transport).reduce((total, row) => total + row.scheduled, 0)
  const placeOf = (row: FailureRow) =>
    `${transportOf(labels, row) === 'smtp' ? 'SMTP' : 'API'}: ${row.phase ?? (row.outcome === 'dropped' ? NEVER_SENT : 'no step')}`
  const causeOf = ({ cause, outcome }: FailureRow) => cause ?? outcome
  const all = ranked(failures, placeOf)
  const places = all.slice(0, ROWS_MAX).toSorted((a, b) => rankOf(a) - rankOf(b))
  const causes = ranked(failures, causeOf)
  const named = causes.slice(0, CAUSES_MAX)
  const share = (rows: readonly FailureRow[]) => {
    const [first] = rows
    const due = first ? scheduled(transportOf(labels, first) ?? '') : 0
    return due === 0 ? 0 : (sum(rows) / due) * 100
  }
  const stacks = [...named, ...(causes.length > named.length ? ['other'] : [])]
  const series = stacks.map((cause, i): Series => {
    const own = failures.filter(row => (named.includes(causeOf(row)) ? causeOf(row) : 'other') === cause)
    const points = places.flatMap((place, y) => {
      const rows = own.filter(row => placeOf(row) === place)
      const x = share(rows)
      const tip = `${place}, ${cause}: ${sum(rows).toLocaleString('en-US')}, ${short(x)} %`
      return rows.length === 0 ? [] : [{ x, y, tip, text: '' }]
    })
    return {
      name: `${i + 1} ${cause}`,
      kind: 'bars',
      look: { colour: colourNames[i] as Colour, dash: 'solid', marker: 'rect' },
      points,
    }
  })
  const totals = places.map(place => share(failures.filter(row => placeOf(row) === place)))
  const scale = linearScale(totals, 4)
  const numbered = series.map((each, i) => ({
    ...each,
    points: each.points.map(point => ({ ...point, text: point.x > 0.07 * scale.max ? String(i + 1) : '' })),
  }))
  return {
    title: 'Where and why messages failed',
    note: `${sum(failures).toLocaleString('en-US')} messages that were not accepted, of ${run.labels.reduce((total, row) => total + row.scheduled, 0).toLocaleString('en-US')}.${all.length > places.length ? ` The ${places.length} steps with the most of ${all.length}.` : ''}`,
    alternative: `Stacked bars by transport and phase: ${places.map((place, i) => `${place} ${short(totals[i] ?? 0)} %`).join(', ')}.`,
    chart: { x: { title: '% of that transport’s messages', scale }, y: { rows: places }, series: numbered },
    table: failureTable(failures),
  }
}

function failureTable(failures: readonly FailureRow[]) {
  const kinds = new Map<string, FailureRow & { total: number }>()
  for (const row of failures) {
    const { label, outcome, phase, cause, code, enhanced_code } = row
    const key = JSON.stringify([label, outcome, phase, cause, code, enhanced_code])
    kinds.set(key, { ...(kinds.get(key) ?? row), total: (kinds.get(key)?.total ?? 0) + row.count })
  }
  return {
    caption: 'Failures by label, outcome, phase, cause and code',
    heads: ['label', 'outcome', 'phase', 'cause', 'code', 'messages', 'an example of the server’s words'],
    rows: [...kinds.values()]
      .sort((a, b) => b.total - a.total)
      .map(({ label, outcome, phase, cause, code, enhanced_code: enhanced, total, example }) => [
        label,
        outcome,
        phase ?? '-',
        cause ?? '-',
        [code, enhanced].filter(part => part !== null).join(' '),
        total,
        example ?? '-',
      ]),
  }
}

/** Rates with what chance leaves open, of the labels that failed most. */
function rates(run: StoredRun): Figure | undefined {
  const failing = measuredLabels(run)
    .filter(({ failure_rate: rate }) => rate !== null && rate > 0)
    .toSorted((a, b) => (b.failure_rate ?? 0) - (a.failure_rate ?? 0))
  const shown = failing.slice(0, ROWS_MAX)
  const faults = faultNames(shown)
  const members = membersOf(shown, faults)
  if (members.length === 0) return undefined
  const series = (['smtp', 'http'] as const).flatMap((transport): Series[] => {
    const points = members.flatMap(({ row, name }, y) => {
      const { failure_rate: rate, failure_rate_low: low, failure_rate_high: high } = row
      if (row.transport !== transport || rate === null) return []
      const bounds = { low: low === null ? null : low * 100, high: high === null ? null : high * 100 }
      return [{ x: rate * 100, y, ...bounds, tip: `${name}: ${percent(rate)} of ${row.attempted}` }]
    })
    const look =
      transport === 'smtp'
        ? ({ colour: 'a', marker: 'circle' } as const)
        : ({ colour: 'b', marker: 'diamond' } as const)
    const name = transport === 'smtp' ? 'SMTP' : 'API'
    return points.length === 0 ? [] : [{ name, kind: 'points', look: { ...look, dash: 'solid' }, points }]
  })
  const highs = series.flatMap(({ points }) => points.map(({ x, high }) => high ?? x))
  return {
    title: 'Failure rate by label',
    note: `${samplesIn(members.map(({ row }) => row.attempted))} a label, 95 % intervals by Wilson; messages in doubt are in no rate.${failing.length > members.length ? ` ${failing.length - members.length} more labels are in labels.csv.` : ''}${faultLegend(
      faults,
    )
      .map(line => ` ${line}.`)
      .join('')}`,
    alternative: `Failure rates: ${members.map(({ row, name }) => `${name} ${percent(row.failure_rate)}`).join(', ')}.`,
    chart: {
      x: { title: 'failure rate, %', scale: linearScale(highs, 4) },
      y: { rows: members.map(({ name }) => name) },
      series,
    },
    table: {
      caption: 'Failure rates',
      heads: ['label', 'messages', 'failed %', 'low', 'high', 'in doubt', 'lost', 'duplicated'],
      rows: failing.map(row => [
        row.label,
        row.attempted,
        ...[row.failure_rate, row.failure_rate_low, row.failure_rate_high].map(rate =>
          rate === null ? null : short(rate * 100),
        ),
        row.in_doubt,
        row.lost,
        row.duplicated,
      ]),
    },
  }
}

function injectedTable({ injected }: StoredRun): Markup | undefined {
  if (injected.length === 0) return undefined
  const kinds = new Map<string, { step: string; fault: string; cause: string; count: number }>()
  for (const { step, fault, cause, count } of injected) {
    const key = JSON.stringify([step, fault, cause])
    const kind = kinds.get(key) ?? { step, fault, cause: cause ?? '-', count: 0 }
    kinds.set(key, { ...kind, count: kind.count + count })
  }
  const table = dataTable({
    caption: 'What the local sinks did wrong on purpose',
    heads: ['step', 'fault', 'cause to be reported', 'times'],
    rows: [...kinds.values()]
      .sort((a, b) => b.count - a.count)
      .map(({ step, fault, cause, count }) => [step, fault, cause, count]),
  })
  return html`<details><summary>What the local sinks did wrong on purpose: ${sum(injected).toLocaleString('en-US')} faults</summary>${table}</details>`
}

function render(run: StoredRun, draw: Draw): Markup | undefined {
  const measured = new Set(
    run.trials.filter(({ purpose, valid }) => purpose === 'measure' && valid).map(({ trial }) => trial),
  )
  const failures = run.failures.filter(({ trial }) => measured.has(trial))
  const figures = [...(failures.length > 0 ? [byPhase(run, failures)] : []), rates(run)].filter(
    figure => figure !== undefined,
  )
  const injected = injectedTable(run)
  if (figures.length === 0 && !injected) return undefined
  return html`${panels(figures, draw, 'failures.csv')}${injected}`
}

/** What failed, where, and why. */
export const failuresSection: Section = {
  id: 'failures',
  title: 'Failures by phase and cause',
  lead: 'Messages that were refused, broke off or are in doubt: in which step, and for which reason.',
  lacking: 'no message failed; the plan failures makes sinks refuse, break off and stall on purpose.',
  render: ({ run }, draw) => render(run, draw),
}

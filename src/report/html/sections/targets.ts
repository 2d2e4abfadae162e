import { circumstancesOf, divided, inWords } from '../../../claims/condition.ts'
import { percent, short } from '../../../figure-text.ts'
import type { LabelRow } from '../../../run-store/schema.ts'
import { type Comparison, compareTargets, comparisonSentences, limitsTable } from '../../comparison.ts'
import type { Series } from '../chart/chart.ts'
import { logScale } from '../chart/scale.ts'
import { dataTable } from '../data-table.ts'
import { type Figure, panels } from '../figure.ts'
import { clientName, measuredLabels, samplesIn } from '../groups.ts'
import { html, type Markup } from '../markup.ts'
import type { Section } from '../section.ts'

const ROWS_MAX = 14
/** Names take the room of others. */
const TICKS_MOST = 4

/** All that labels of several targets can have in common. */
const conditionKey = (row: LabelRow) =>
  JSON.stringify({ ...circumstancesOf(row), server: '', protection: '' })

const sideName = (row: LabelRow) => `${row.target ?? 'no target'}, ${clientName(row)}`

function figureOf(rows: readonly LabelRow[], title: string): Figure {
  const sorted = rows.toSorted((a, b) => (a.latency_p50_ms ?? 0) - (b.latency_p50_ms ?? 0))
  const shown = sorted.slice(0, ROWS_MAX)
  const kinds = [
    {
      transport: 'smtp',
      name: 'SMTP p50',
      colour: 'a',
      marker: 'circle',
      value: (row: LabelRow) => row.latency_p50_ms,
    },
    {
      transport: 'http',
      name: 'API p50',
      colour: 'b',
      marker: 'diamond',
      value: (row: LabelRow) => row.latency_p50_ms,
    },
    {
      transport: 'smtp',
      name: 'SMTP p99',
      colour: 'a',
      marker: 'rect',
      value: (row: LabelRow) => row.latency_p99_ms,
    },
    {
      transport: 'http',
      name: 'API p99',
      colour: 'b',
      marker: 'triangle',
      value: (row: LabelRow) => row.latency_p99_ms,
    },
  ] as const
  const series = kinds.flatMap(({ transport, name, colour, marker, value }): Series[] => {
    const isMedian = name.endsWith('p50')
    const points = shown.flatMap((row, y) => {
      const x = value(row)
      const bounds = isMedian ? { low: row.latency_p50_ms_low, high: row.latency_p50_ms_high } : {}
      if (row.transport !== transport || x === null) return []
      return [{ x, y, ...bounds, tip: `${sideName(row)}: ${name.slice(-3)} ${short(x)} ms` }]
    })
    return points.length === 0
      ? []
      : [{ name, kind: 'points', look: { colour, dash: 'solid', marker }, points }]
  })
  const ends = series.flatMap(({ points }) => points.flatMap(({ x, low, high }) => [x, low ?? x, high ?? x]))
  return {
    title,
    note: `Medians with 95 % intervals, and the 99th percentile where there are samples enough; ${samplesIn(shown.map(({ n }) => n))}.${sorted.length > shown.length ? ` ${sorted.length - shown.length} more are in the table.` : ''}`,
    alternative: `Latency by target, the quickest first: ${shown.map(row => `${sideName(row)} ${short(row.latency_p50_ms)} ms`).join(', ')}.`,
    chart: {
      x: { title: 'latency, ms (log)', scale: logScale(ends, TICKS_MOST) },
      y: { rows: shown.map(sideName) },
      series,
    },
    table: {
      caption: `Targets, ${title}`,
      heads: [
        'target',
        'n',
        'p50 ms',
        'low',
        'high',
        'p99 ms',
        'messages/s',
        'failed',
        'in doubt',
        'first message, round trips',
      ],
      rows: sorted.map(row => [
        sideName(row),
        row.n,
        row.latency_p50_ms,
        row.latency_p50_ms_low,
        row.latency_p50_ms_high,
        row.latency_p99_ms,
        row.throughput_per_s,
        percent(row.failure_rate),
        row.in_doubt,
        row.round_trips_setup === null || row.round_trips_per_message === null
          ? null
          : row.round_trips_setup + row.round_trips_per_message,
      ]),
    },
  }
}

/** From what distance, and up to what rate. */
function foundOf(found: Comparison): Markup {
  const limits = limitsTable(found)
  return html`${comparisonSentences(found).map(sentence => html`<p>${sentence}</p>`)}${
    limits && dataTable({ caption: 'Rates that each way took, and whose limit that was', ...limits })
  }`
}

/** Several servers or providers, under the same conditions. */
export const targetsSection: Section = {
  id: 'targets',
  title: 'Targets, and what rates they take',
  lead: 'The same messages sent to each of the targets, or ever more a second until one refuses.',
  lacking:
    'a plan that names several targets compares servers and providers; one with a ramp finds their rates.',
  render({ run }, draw) {
    const rows = measuredLabels(run).filter(row => row.latency_p50_ms !== null)
    const conditions = new Map<string, LabelRow[]>()
    for (const row of rows)
      conditions.set(conditionKey(row), [...(conditions.get(conditionKey(row)) ?? []), row])
    const compared = [...conditions.values()].filter(
      group => new Set(group.map(({ target }) => target)).size > 1,
    )
    const { differing } = divided(compared.flatMap(([first]) => (first ? [circumstancesOf(first)] : [])))
    const names = differing.filter(name => name !== 'server' && name !== 'protection')
    const figures = compared.map(group => {
      const [first] = group
      return figureOf(group, (first && inWords(circumstancesOf(first), names)) || 'All targets')
    })
    const found = compareTargets(run.labels, run)
    if (figures.length === 0 && !found) return undefined
    return html`${panels(figures, draw, 'labels.csv')}${found && foundOf(found)}`
  },
}

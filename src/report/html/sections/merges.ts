import { short } from '../../../figure-text.ts'
import type { StoredRun } from '../../../run-store/stored-run.ts'
import { type MergeGroup, mergeGroups } from '../../merge.ts'
import type { Series } from '../chart/chart.ts'
import { logScale } from '../chart/scale.ts'
import { type Figure, panels } from '../figure.ts'
import { clientName, membersOf } from '../groups.ts'
import type { Section } from '../section.ts'

const KIB = 1024
const MB = 1e6
const ROWS_MAX = 12
/** Names take the room of others. */
const TICKS_MOST = 4

function figureOf(run: StoredRun, { messages, rttMs, fault, ways }: MergeGroup): Figure {
  const rows = new Map(run.labels.map(row => [row.label, row]))
  const shown = ways.slice(0, ROWS_MAX)
  const members = membersOf(shown.flatMap(({ label }) => rows.get(label) ?? []))
  const names = new Map(members.map(({ row, name }) => [row.label, name]))
  const title = [`${messages.toLocaleString('en-US')} messages`, `${rttMs} ms RTT`, fault]
    .filter(Boolean)
    .join(', ')
  const series = (['smtp', 'http'] as const).flatMap((transport): Series[] => {
    const points = shown.flatMap(({ label, totalMs, interval, ratio }, y) => {
      const tip = `${names.get(label)}: ${short(totalMs)} ms, ${short(ratio)} times the quickest`
      if (rows.get(label)?.transport !== transport) return []
      return [
        {
          x: totalMs,
          y,
          low: interval?.low ?? null,
          high: interval?.high ?? null,
          tip,
          text: short(totalMs),
        },
      ]
    })
    const look =
      transport === 'smtp'
        ? ({ colour: 'a', marker: 'circle' } as const)
        : ({ colour: 'b', marker: 'diamond' } as const)
    const name = transport === 'smtp' ? 'SMTP' : 'API'
    return points.length === 0 ? [] : [{ name, kind: 'points', look: { ...look, dash: 'solid' }, points }]
  })
  const ends = series.flatMap(({ points }) => points.flatMap(({ x, low, high }) => [x, low ?? x, high ?? x]))
  const scale = logScale(ends, TICKS_MOST)
  // What is written right of a mark needs room.
  const roomy = { ...scale, max: scale.max + 0.18 * (scale.max - scale.min) }
  const repetitions = new Set(shown.map(({ label }) => rows.get(label)?.repetitions))
  return {
    title,
    note: `Time until the last message was accepted: medians of ${[...repetitions].join(' or ')} repetitions, with 95 % intervals where these are enough.${ways.length > shown.length ? ` ${ways.length - shown.length} more ways are in the table.` : ''}`,
    alternative: `Total time by way, the quickest first: ${shown.map(({ label, totalMs }) => `${names.get(label)} ${short(totalMs)} ms`).join(', ')}.`,
    chart: {
      x: { title: 'total, ms (log)', scale: roomy },
      y: { rows: shown.map(({ label }) => names.get(label) ?? label) },
      series,
    },
    table: {
      caption: `What the whole job took, ${title}`,
      heads: [
        'way',
        'total ms',
        'of quickest',
        'accepted',
        'messages/s',
        'calls',
        'round trips',
        'kB',
        'MB held',
      ],
      rows: ways.map(way => {
        const row = rows.get(way.label)
        return [
          names.get(way.label) ?? (row ? clientName(row) : way.label),
          short(way.totalMs),
          `${short(way.ratio)} x`,
          way.accepted,
          way.messagesPerS,
          way.calls,
          way.roundTrips,
          way.bytes === null ? null : short(way.bytes / KIB),
          way.memoryBytes === null ? null : short(way.memoryBytes / MB),
        ]
      }),
    },
  }
}

/** What a whole mail merge took, by each way of sending it. */
export const mergesSection: Section = {
  id: 'merge',
  title: 'Mail merge and batch',
  lead: 'The same personalised messages sent as one job, by each way: from the first message to the last reply.',
  lacking: 'the plan merge sends a mail merge by every way: one by one, pipelined, and by batch calls.',
  render({ run }, draw) {
    const figures = mergeGroups(run.labels, run.trials, run.merges).map(group => figureOf(run, group))
    return figures.length === 0 ? undefined : panels(figures, draw, 'merge.csv')
  },
}

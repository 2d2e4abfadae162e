import { short } from '../../../figure-text.ts'
import type { Phase } from '../../../phase.ts'
import type { StoredRun } from '../../../run-store/stored-run.ts'
import type { Chart, Series } from '../chart/chart.ts'
import type { Colour } from '../chart/look.ts'
import { linearScale } from '../chart/scale.ts'
import { type Figure, panels } from '../figure.ts'
import { type Group, groupsOf, type Member, measuredLabels, samplesIn } from '../groups.ts'
import type { Section } from '../section.ts'

/** What both protocols do, under one name each, so that they can be laid side by side. */
const steps: readonly {
  readonly name: string
  readonly phases: readonly Phase[]
  readonly colour: Colour
}[] = [
  { name: 'encode, wait for a connection', phases: ['encode', 'queue'], colour: 'g' },
  { name: 'look up, connect (TCP)', phases: ['dns', 'connect'], colour: 'a' },
  { name: 'encrypt (STARTTLS, TLS)', phases: ['starttls', 'tls'], colour: 'c' },
  { name: 'greeting, EHLO', phases: ['greeting', 'hello'], colour: 'e' },
  { name: 'log in (AUTH)', phases: ['auth'], colour: 'd' },
  { name: 'envelope (MAIL, RCPT, DATA)', phases: ['envelope', 'data'], colour: 'h' },
  { name: 'send content', phases: ['content', 'send'], colour: 'f' },
  { name: 'wait for the reply, read it', phases: ['reply', 'wait', 'receive'], colour: 'b' },
]

interface Spent {
  readonly phase: Phase
  /** Times that it was gone through. */
  readonly n: number
  /** When it was. */
  readonly meanMs: number
  /** Over all accepted messages: phases add up to the whole, where percentiles would not. */
  readonly perMessageMs: number
  readonly roundTrips: number | null
}

/** A label's phases, over its trials that count. Round trips are the calibration's: of the same kind of client. */
function spentOf(run: StoredRun, label: string): Spent[] {
  const trials = run.trials.filter(trial => trial.label === label && trial.valid)
  const accepted = trials.reduce((sum, trial) => sum + trial.accepted, 0)
  const numbers = new Set(trials.map(({ trial }) => trial))
  const sums = new Map<Phase, { n: number; ms: number; roundTrips: number | null }>()
  for (const row of run.phases) {
    if (!numbers.has(row.trial) || row.mean_ms === null) continue
    const sum = sums.get(row.phase) ?? { n: 0, ms: 0, roundTrips: null }
    sums.set(row.phase, {
      n: sum.n + row.n,
      ms: sum.ms + row.mean_ms * row.n,
      roundTrips: row.round_trips ?? sum.roundTrips,
    })
  }
  return [...sums].map(([phase, { n, ms, roundTrips }]) => ({
    phase,
    n,
    meanMs: n === 0 ? 0 : ms / n,
    perMessageMs: accepted === 0 ? 0 : ms / accepted,
    roundTrips,
  }))
}

/** A number in a segment that has room for it. */
const ROOM = 0.07

function chartOf(shown: readonly { member: Member; spent: readonly Spent[] }[]): Chart {
  const totals = shown.map(({ spent }) => spent.reduce((sum, { perMessageMs }) => sum + perMessageMs, 0))
  const scale = linearScale(totals, 4)
  const series = steps.flatMap(({ name, phases, colour }, step): Series[] => {
    const points = shown.flatMap(({ member, spent }, y) => {
      const own = spent.filter(({ phase }) => phases.includes(phase))
      const x = own.reduce((sum, { perMessageMs }) => sum + perMessageMs, 0)
      const text = x > ROOM * scale.max ? String(step + 1) : ''
      return own.length === 0 ? [] : [{ x, y, text, tip: `${member.name}: ${name} ${short(x)} ms a message` }]
    })
    const look = { colour, dash: 'solid', marker: 'rect' } as const
    return points.length === 0 ? [] : [{ name: `${step + 1} ${name}`, kind: 'bars', look, points }]
  })
  return {
    x: { title: 'mean time a message, ms', scale },
    y: { rows: shown.map(({ member }) => member.name) },
    series,
  }
}

function figureOf(run: StoredRun, { title, members, left }: Group): Figure[] {
  const shown = members
    .map(member => ({ member, spent: spentOf(run, member.row.label) }))
    .filter(({ spent }) => spent.length > 0)
  if (shown.length === 0) return []
  const whole = (spent: readonly Spent[]) => spent.reduce((sum, { perMessageMs }) => sum + perMessageMs, 0)
  return [
    {
      title,
      note: `Means, since only these add up; set-up is shared among the messages of a connection. ${samplesIn(shown.map(({ member }) => member.row.accepted))}.${left > 0 ? ` ${left} more labels are in phases.csv.` : ''}`,
      alternative: `Stacked bars of the mean time that each phase takes: ${shown.map(({ member, spent }) => `${member.name} ${short(whole(spent))} ms`).join(', ')}.`,
      chart: chartOf(shown),
      table: {
        caption: `Phases, ${title}`,
        heads: ['label', 'phase', 'ms a message', 'times', 'ms each time', 'round trips'],
        rows: shown.flatMap(({ member, spent }) =>
          spent.map(({ phase, n, meanMs, perMessageMs, roundTrips }) => [
            member.name,
            phase,
            short(perMessageMs),
            n,
            short(meanMs),
            roundTrips,
          ]),
        ),
      },
    },
  ]
}

/** The phases of a message, both protocols side by side. */
export const whereTimeGoesSection: Section = {
  id: 'phases',
  title: 'Where the time goes',
  lead: 'What a message spends its time on, step by step, SMTP and API under the same names.',
  lacking: 'any plan whose messages are accepted, such as quick, shows where their time goes.',
  render({ run }, draw) {
    const figures = groupsOf(measuredLabels(run)).flatMap(group => figureOf(run, group))
    return figures.length === 0 ? undefined : panels(figures, draw, 'phases.csv', 3)
  },
}

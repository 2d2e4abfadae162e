import { short } from '../figure-text.ts'
import type { Change, Trend } from '../gate/history/trend.ts'
import { sparkline } from './sparkline.ts'

const RUNS_DRAWN = 40
const COMMIT_LENGTH = 10

/** The latest runs as bars; a line stands before each new level. */
export function levels(values: readonly number[], changes: readonly number[]): string {
  const first = Math.max(0, values.length - RUNS_DRAWN)
  const bars = sparkline(values.slice(first))
  return [...bars].map((bar, i) => `${changes.includes(first + i) ? '|' : ''}${bar}`).join('')
}

const day = (startedAt: string) => startedAt.slice(0, 10)

function figure(metric: string, value: number): string {
  if (metric === 'failure_rate') return `${(value * 100).toFixed(2)}%`
  return metric.startsWith('latency') || metric.startsWith('throughput')
    ? short(value)
    : String(Number(value.toPrecision(6)))
}

function changeText(
  metric: string,
  { before, after, verdict, started_at, run_id, commit, alongside }: Change,
) {
  const relative = metric === 'failure_rate' || before === 0 ? undefined : after / before - 1
  const share = relative === undefined ? '' : ` (${relative > 0 ? '+' : ''}${(relative * 100).toFixed(1)}%)`
  const where = commit === null ? run_id : `commit ${commit.slice(0, COMMIT_LENGTH)}, ${run_id}`
  const others = alongside.length > 0 ? `; with it ${alongside.join(', ')}` : ''
  return `${verdict} since ${day(started_at)} (${where}): ${figure(metric, before)} -> ${figure(metric, after)}${share}${others}`
}

function trendLines({ metric, runs, changes }: Trend, width: number): string[] {
  const values = runs.map(({ value }) => value)
  const [first = 0, last = 0] = [values[0], values.at(-1)]
  const line = levels(
    values,
    changes.map(({ at }) => at),
  )
  return [
    `  ${metric.padEnd(width)}  ${figure(metric, first)} ${line} ${figure(metric, last)}`,
    ...changes.map(change => `    ! ${changeText(metric, change)}`),
  ]
}

const isFlat = ({ runs }: Trend) => runs.every(({ value }) => value === runs[0]?.value)

function spanOf({ runs }: Trend): string {
  const [from, to] = [runs[0], runs.at(-1)].map(run => day(run?.started_at ?? ''))
  return `${runs.length === 1 ? '1 run' : `${runs.length} runs`}, ${from === to ? from : `${from} to ${to}`}`
}

/** All series of one plan on one kind of machine, by label. */
function groupLines(trends: readonly Trend[], all: boolean): string[] {
  const [first] = trends
  if (!first) return []
  const longest = trends.reduce((a, b) => (b.runs.length > a.runs.length ? b : a))
  const width = Math.max(...trends.map(({ metric }) => metric.length))
  const shown = trends.filter(trend => all || !isFlat(trend))
  const hidden = trends.length - shown.length
  return [
    `${first.plan} (${first.plan_digest}) on ${first.machine}: ${spanOf(longest)}`,
    ...[...Map.groupBy(shown, ({ label }) => label)].flatMap(([label, ofLabel]) => [
      label,
      ...ofLabel.flatMap(trend => trendLines(trend, width)),
    ]),
    ...(hidden > 0 ? [`${hidden} figures never varied (--all shows them).`] : []),
    '',
  ]
}

/** A change needs as many runs on either side of it as a level has at least, and some more to be beyond chance. */
const RUNS_MIN = 8

function conclusion(trends: readonly Trend[]): string {
  const changed = trends.filter(({ changes }) => changes.length > 0)
  const changes = changed.flatMap(trend => trend.changes)
  const most = Math.max(...trends.map(({ runs }) => runs.length))
  if (changes.length === 0)
    return most < RUNS_MIN
      ? `No change found; ${most} ${most === 1 ? 'run is' : 'runs are'} few: about ${RUNS_MIN} can show one.`
      : `No change in ${trends.length} series.`
  const worse = changes.filter(({ verdict }) => verdict === 'worse').length
  return `${changes.length} changes in ${changed.length} of ${trends.length} series: ${worse} worse, ${changes.length - worse} better.`
}

/** Each plan and machine, label by label; the conclusion last. */
export function historyText(trends: readonly Trend[], all: boolean): string {
  const groups = Map.groupBy(trends, ({ plan_digest, machine }) => `${plan_digest} ${machine}`)
  return [...[...groups.values()].flatMap(group => groupLines(group, all)), conclusion(trends)].join('\n')
}

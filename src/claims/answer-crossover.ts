import { short } from '../figure-text.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { whereIn } from './answer-where.ts'
import type { Comparison } from './comparison.ts'
import { clientInWords, inWords } from './condition.ts'
import { type Series, seriesIn } from './crossover.ts'
import { sentence, transportNames } from './words.ts'

const otherThan = { smtp: 'http', http: 'smtp' } as const

const plainMs = (ms: number) => String(Number(ms.toFixed(3)))

function measuredRange({ comparisons }: Series): string {
  const rtts = comparisons.map(({ circumstances }) => circumstances.rttMs)
  const by = comparisons.some(({ level }) => level === 'library') ? ' with these libraries' : ''
  return `between ${plainMs(Math.min(...rtts))} and ${plainMs(Math.max(...rtts))} ms RTT${by}`
}

const shortestOf = ({ comparisons }: Series) =>
  Math.min(...comparisons.map(({ circumstances }) => circumstances.rttMs))

/** In how far the lines, which any few rounds give, are what the comparisons show. */
function settledBy(comparisons: readonly Comparison[], sooner: 'smtp' | 'http'): boolean {
  return comparisons.every(each => each.sooner === sooner)
}

function crossingOf(series: Series): string {
  const { comparisons, crossover } = series
  const within = measuredRange(series)
  if (crossover.kind === 'parallel')
    return `none ${within}: both wait for as many round trips, so that distance decides nothing`
  if (crossover.kind === 'none') {
    const leader = transportNames[crossover.sooner]
    return settledBy(comparisons, crossover.sooner)
      ? `none ${within}: ${leader} is sooner at every RTT measured, and waits for fewer round trips, so that more distance would only add to its lead`
      : `none seen ${within}, though ${leader} is not shown to be sooner at every RTT measured`
  }
  const { rttMs, interval, below, extrapolated } = crossover
  const [near, far] = [transportNames[below], transportNames[otherThan[below]]]
  const doubt = interval ? ` (${short(interval.low)} to ${short(interval.high)})` : ''
  if (extrapolated && rttMs < shortestOf(series))
    return `none ${within}; by the lines ${near} would be sooner below ${rttMs > 0 ? `${short(rttMs)} ms${doubt}` : `${short(interval?.high ?? 0)} ms, if at all`}, which is nearer than was measured`
  if (extrapolated)
    return `none ${within}; by the lines ${far} would overtake ${near} at ${short(rttMs)} ms${doubt}, which is beyond`
  if (rttMs === 0) return `below ${short(interval?.high ?? 0)} ms RTT, if at all; above it ${far} is sooner`
  return `at ${short(rttMs)} ms RTT${doubt}, ${near} is sooner below and ${far} above`
}

/** Conditions in which it is the same are named together. */
function grouped(series: readonly Series[]): string[] {
  const whereOf = whereIn(
    series.flatMap(({ comparisons }) => comparisons),
    { never: ['rttMs'] },
  )
  const found = new Map<string, string[]>()
  for (const each of series) {
    const [first] = each.comparisons
    const where = first ? whereOf(first) : ''
    const crossing = crossingOf(each)
    found.set(crossing, [...(found.get(crossing) ?? []), where])
  }
  return [...found].map(([crossing, where]) =>
    sentence((found.size === 1 ? '' : `${where.join('; ')}: `) + crossing),
  )
}

/** Of bare clients only what differs: where no distance decides, or the other is sooner. */
function exceptions(series: readonly Series[], leaders: ReadonlySet<string>): string[] {
  return series.flatMap(each => {
    const { comparisons, crossover } = each
    const [first] = comparisons
    if (!first) return []
    const isTold =
      crossover.kind === 'parallel' ||
      (crossover.kind === 'at' && crossover.interval !== undefined && crossover.rttMs > 0) ||
      (crossover.kind === 'none' &&
        !leaders.has(crossover.sooner) &&
        settledBy(comparisons, crossover.sooner))
    if (!isTold) return []
    const where = inWords(first.circumstances, ['connection'])
    return [
      `without libraries (SMTP ${first.smtp.mode ?? clientInWords(first.smtp)}, ${where}) ${crossingOf(each)}`,
    ]
  })
}

/** Where one overtakes the other. @param others comparisons that do not decide, of bare clients */
export function crossoversOf(
  run: StoredRun,
  contests: readonly Comparison[],
  others: readonly Comparison[],
): string[] {
  const series = seriesIn(run, contests)
  const rtts = new Set(contests.map(({ circumstances }) => plainMs(circumstances.rttMs)))
  if (series.length === 0)
    return rtts.size === 1
      ? [`Not measured: all was at ${[...rtts].join()} ms RTT; --rtt 0ms,20ms,100ms measures it.`]
      : []
  const leaders = new Set(
    series.flatMap(({ crossover }) => (crossover.kind === 'none' ? [crossover.sooner] : [])),
  )
  return [...grouped(series), ...exceptions(seriesIn(run, others), leaders).map(sentence)]
}

import { short } from '../../../figure-text.ts'
import type { Bins } from '../../../run-store/bins.ts'
import { countOf, minimumSamples, percentile } from '../../../stats/quantile.ts'
import type { ReportedRun } from '../../material.ts'
import type { Series } from '../chart/chart.ts'
import { logScale, ninesScale, shareScale } from '../chart/scale.ts'
import type { DataTable } from '../data-table.ts'
import { type Figure, panels } from '../figure.ts'
import { type Group, groupsOf, type Member, measuredLabels } from '../groups.ts'
import type { Section } from '../section.ts'

const NS_PER_MS = 1e6
/** A line of so many points is as smooth as a screen can show. */
const POINTS = 60
/** Five nines ask for 368,878 samples: what lies beyond is no longer a matter of clients. */
const NINES_MAX = 5

/** As many stand side by side on a desk. */
const BESIDE = 3

interface Curve extends Member {
  readonly bins: Bins
  readonly n: number
}

const shares = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999]

/** The highest share for which n samples have bounds; beyond it a percentile is the maximum in disguise. */
function highestShare(n: number): number {
  let low = 0
  let high = NINES_MAX
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (minimumSamples(1 - 10 ** -middle) <= n) low = middle
    else high = middle
  }
  return 1 - 10 ** -low
}

const percentText = (share: number) => `${Number((share * 100).toPrecision(6))}%`
const nameOf = ({ name, n }: Curve) => `${name} (n ${n.toLocaleString('en-US')})`

function spectrum({ name, bins, n }: Curve): Series['points'] {
  const top = -Math.log10(1 - highestShare(n))
  return Array.from({ length: POINTS + 1 }, (_, i) => 1 - 10 ** -((top * i) / POINTS)).flatMap(share => {
    const ns = percentile(bins, Math.max(share, 1 / n))
    if (ns === undefined) return []
    const y = ns / NS_PER_MS
    return [{ x: share, y, tip: `${name}: ${percentText(share)} within ${short(y)} ms` }]
  })
}

/** Share of submissions that took at most so long: the steps of the histogram, thinned. */
function cumulative({ name, bins, n }: Curve): Series['points'] {
  const stride = Math.ceil(bins.length / POINTS)
  let reached = 0
  const points = bins.flatMap(([ns, count], i) => {
    reached += count
    const ms = ns / NS_PER_MS
    const tip = `${name}: ${percentText(reached / n)} within ${short(ms)} ms`
    return i % stride === 0 || i === bins.length - 1 ? [{ x: ms, y: reached / n, tip }] : []
  })
  const [first] = points
  return first ? [{ ...first, y: 0 }, ...points] : []
}

function tableOf(title: string, curves: readonly Curve[]): DataTable {
  return {
    caption: `Latency in ms, ${title}`,
    heads: ['label', 'n', ...shares.map(share => `p${Number((share * 100).toPrecision(6))}`)],
    rows: curves.map(({ name, bins, n }) => [
      name,
      n,
      ...shares.map(share => {
        const ns = percentile(bins, share)
        return ns === undefined ? null : short(ns / NS_PER_MS)
      }),
    ]),
  }
}

const spread = (curves: readonly Curve[]) =>
  curves
    .map(({ name, bins }) => {
      const ns = percentile(bins, 0.5)
      return `${name} has a median of ${short(ns === undefined ? null : ns / NS_PER_MS)} ms`
    })
    .join(', ')

function figuresOf({ title, members, left }: Group, latencies: ReportedRun['latencies']): Figure[] {
  const curves = members.flatMap((member): Curve[] => {
    const bins = latencies.get(member.row.label) ?? []
    const n = countOf(bins)
    return n < minimumSamples(0.5) ? [] : [{ ...member, bins, n }]
  })
  if (curves.length === 0) return []
  const table = tableOf(title, curves)
  const more = left > 0 ? ` ${left} more labels are in the table of all labels.` : ''
  const spectra = curves.map(
    (curve): Series => ({
      name: nameOf(curve),
      kind: 'line',
      look: { ...curve.look, marker: 'none' },
      points: spectrum(curve),
    }),
  )
  const heights = spectra.flatMap(({ points }) => points.map(({ y }) => y))
  const top = Math.max(0.9, ...curves.map(({ n }) => highestShare(n)))
  const ecdfs = curves.map(
    (curve): Series => ({
      name: nameOf(curve),
      kind: 'step',
      look: { ...curve.look, marker: 'none' },
      points: cumulative(curve),
    }),
  )
  return [
    {
      title: `Percentiles. ${title}`,
      note: `Each line ends where its samples no longer bound a percentile (95 %).${more}`,
      alternative: `Latency by percentile, both on logarithmic axes: ${spread(curves)}.`,
      chart: {
        x: { title: 'share of messages', scale: ninesScale(top) },
        y: { title: 'latency, ms (log)', scale: logScale(heights) },
        series: spectra,
      },
      table,
    },
    {
      title: `Distribution. ${title}`,
      note: `Share of accepted messages that took at most so long, warm-up left out.${more}`,
      alternative: `Cumulative distribution of latency on a logarithmic axis: ${spread(curves)}.`,
      chart: {
        x: {
          title: 'latency, ms (log)',
          scale: logScale(ecdfs.flatMap(({ points }) => points.map(({ x }) => x))),
        },
        y: { title: 'share of messages', scale: shareScale() },
        series: ecdfs,
      },
      table,
    },
  ]
}

/** Percentile spectra and cumulative distributions, the same circumstances in one panel. */
export const latencySection: Section = {
  id: 'latency',
  title: 'Latency by transport',
  lead: 'From the instant at which a message was due to its final reply. Up is slower; a line that climbs to the right has a long tail.',
  lacking: 'any plan whose messages are accepted, such as quick, shows how latencies are distributed.',
  render({ run, latencies }, draw) {
    const pairs = groupsOf(measuredLabels(run))
      .map(group => figuresOf(group, latencies))
      .filter(figures => figures.length > 0)
    if (pairs.length === 0) return undefined
    // One kind of chart a line: three conditions beside each other.
    const [open, rest] = [pairs.slice(0, BESIDE), pairs.slice(BESIDE)]
    const figures = [
      ...open.flatMap(([spectrum]) => spectrum ?? []),
      ...open.flatMap(([, distribution]) => distribution ?? []),
      ...rest.flat(),
    ]
    return panels(figures, draw, 'labels.csv and histograms.hlog', 2 * open.length)
  },
}

import { Int32Histogram } from 'hdr-histogram-js'
import { NS_PER_MS } from '../clock.ts'
import type { Bins } from '../run-store/bins.ts'
import { HIGHEST_NS } from '../stats/histogram.ts'
import { type Material, namedLabels } from './material.ts'

/** As run-store's histograms have it, so that a value falls into the bucket it came from. */
const SIGNIFICANT_DIGITS = 3
/** Lines each time that the distance to 100 % halves: what HdrHistogram's own tools print. */
const TICKS_PER_HALF_DISTANCE = 5
const NAME_MAX = 100

/** A label as the name of a file, anywhere; two labels never share one. */
function fileNames(labels: readonly string[]): string[] {
  const seen = new Map<string, number>()
  return labels.map(label => {
    const name = label.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '')
    const base = name.slice(0, NAME_MAX).toLowerCase() || 'label'
    const times = (seen.get(base) ?? 0) + 1
    seen.set(base, times)
    return times === 1 ? base : `${base}--${times}`
  })
}

function distributionOf(latency: Bins): string {
  const histogram = new Int32Histogram(1, HIGHEST_NS, SIGNIFICANT_DIGITS)
  for (const [valueNs, count] of latency) histogram.recordValueWithCount(valueNs, count)
  return histogram.outputPercentileDistribution(TICKS_PER_HALF_DISTANCE, NS_PER_MS)
}

/**
 * The latencies of each label, in milliseconds, as a table of percentiles that HdrHistogram's plotters read
 * (https://hdrhistogram.github.io/HdrHistogram/plotFiles.html).
 */
export function percentileDistributions(material: Material): { file: string; text: string }[] {
  const labels = namedLabels(material).filter(({ latency }) => latency.length > 0)
  const names = fileNames(labels.map(({ name }) => name))
  return labels.map(({ latency }, i) => ({ file: `hgrm/${names[i]}.hgrm`, text: distributionOf(latency) }))
}

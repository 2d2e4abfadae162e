import { HistogramLogReader, HistogramLogWriter, JsHistogram } from 'hdr-histogram-js'
import { type Nanoseconds, NS_PER_MS, NS_PER_S } from '../clock.ts'
import { type Bins, binsOf } from './bins.ts'

/**
 * HdrHistogram log, version 1.3, readable by HdrHistogram's tools in Java, C, Go and the rest: comment
 * lines, a legend, then one line an interval: `Tag=t<trial>.<metric>,start,length,max,payload`, start and
 * length in seconds, max in milliseconds, the payload in nanoseconds.
 */
export interface HistogramInterval {
  /** Since the trial's `started_at`. */
  readonly startNs: Nanoseconds
  readonly endNs: Nanoseconds
  readonly histogram: JsHistogram
}

export interface TrialHistogram {
  /** `latency`, `service`, `start_lag`, `phase_connect`, … */
  readonly metric: string
  /** Consecutive: the blocks of a trial. Their sum is the trial's histogram. */
  readonly intervals: readonly HistogramInterval[]
}

// A comma would end the tag's field, a space or a line end any field (HistogramLogScanner.java splits at
// each of them).
const metricPattern = /^[a-z][a-z0-9_]*$/

/** @throws RangeError for a name that would corrupt the log. */
export function histogramTag(trial: number, metric: string): string {
  if (!metricPattern.test(metric)) throw new RangeError(`"${metric}" cannot stand in a histogram log's tag`)
  return `t${trial}.${metric}`
}

/** What a reader needs before the first interval. @param startedAtMs since the Unix epoch */
export function hlogHeader(startedAtMs: number): string {
  const lines: string[] = []
  const writer = new HistogramLogWriter(line => lines.push(line))
  const seconds = (startedAtMs / 1000).toFixed(3)
  writer.outputComment('[Logged by mailbench, values in nanoseconds]')
  writer.outputLogFormatVersion()
  // Not outputStartTime(): its second line end makes an empty line, at which the Java reader stops.
  writer.outputComment(
    `[StartTime: ${seconds} (seconds since epoch), ${new Date(startedAtMs).toISOString()}]`,
  )
  writer.outputComment(`[BaseTime: ${seconds} (seconds since epoch)]`)
  writer.outputLegend()
  return lines.join('')
}

/** The interval lines of one trial. @param offsetMs from the run's start to the trial's */
export function hlogLines(trial: number, offsetMs: number, histograms: readonly TrialHistogram[]): string {
  const lines: string[] = []
  const writer = new HistogramLogWriter(line => lines.push(line))
  for (const { metric, intervals } of histograms) {
    const tag = histogramTag(trial, metric)
    for (const { startNs, endNs, histogram } of intervals) {
      if (histogram.totalCount === 0) continue
      const startS = offsetMs / 1000 + startNs / NS_PER_S
      histogram.tag = tag
      writer.outputIntervalHistogram(histogram, startS, startS + (endNs - startNs) / NS_PER_S, NS_PER_MS)
    }
  }
  return lines.join('')
}

/** One metric of one trial, as read back. */
export interface StoredHistogram {
  readonly trial: number
  readonly metric: string
  readonly blocks: readonly Bins[]
}

/** Only the lines of this metric, and those that say what all of them are: decoding is what takes the time. */
function linesOf(log: string, metric: string): string {
  const wanted = new RegExp(`^(?:Tag=t\\d+\\.${metric},|(?!Tag=))`)
  return log
    .split('\n')
    .filter(line => wanted.test(line))
    .join('\n')
}

/** What stands after the last line end: a line that was cut short. undefined when all lines are whole. */
export function hlogCut(log: string): string | undefined {
  return log.endsWith('\n') || log === '' ? undefined : log.slice(log.lastIndexOf('\n') + 1)
}

/**
 * Reads a log's intervals, block by block. A last line that a crash cut short is left out.
 * @param metric the only one to be read @default all of them
 */
export function parseHlog(log: string, metric?: string): StoredHistogram[] {
  // Each histogram is made sparse at once: decoded ones are 135 KB apiece.
  const found = new Map<string, { trial: number; metric: string; blocks: Bins[] }>()
  const whole = log.slice(0, log.lastIndexOf('\n') + 1)
  const reader = new HistogramLogReader(metric === undefined ? whole : linesOf(whole, metric))
  for (let next = reader.nextIntervalHistogram(); next; next = reader.nextIntervalHistogram()) {
    const tag = /^t(\d+)\.(.+)$/.exec(next.tag)
    if (!tag || !(next instanceof JsHistogram)) continue
    const stored = found.get(next.tag) ?? { trial: Number(tag[1]), metric: tag[2] ?? '', blocks: [] }
    stored.blocks.push(binsOf(next))
    found.set(next.tag, stored)
  }
  return [...found.values()]
}

import { readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import {
  monitorEventLoopDelay,
  type PerformanceEntry,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks'
import { type Clock, NS_PER_MS, NS_PER_S } from '../clock.ts'

/** How the generator itself fared while it measured. */
export interface Vitals {
  /** Event-loop delay beyond the sampling interval, milliseconds. */
  readonly loop_delay_p99_ms: number
  readonly loop_delay_max_ms: number
  /** Share of the time in which the event loop was busy. */
  readonly loop_utilisation: number
  readonly gc_ms: number
  readonly gc_count: number
  readonly load_average: number
  /** Share of CPU time that the hypervisor gave to others; null where the system does not say. */
  readonly steal: number | null
}

const SAMPLING_MS = 10

/** Steal and total jiffies of all processors (proc(5)); Linux only. */
function jiffies(): { steal: number; total: number } | undefined {
  try {
    const fields = (readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '')
      .trim()
      .split(/\s+/)
      .slice(1, 9)
      .map(Number)
    return { steal: fields[7] ?? 0, total: fields.reduce((sum, value) => sum + value, 0) }
  } catch {
    return undefined
  }
}

function stealSince(before: ReturnType<typeof jiffies>): number | null {
  const now = jiffies()
  if (!before || !now || now.total === before.total) return null
  return Math.round(((now.steal - before.steal) / (now.total - before.total)) * 1e4) / 1e4
}

const rounded = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits

/** The histogram counts the whole interval; the delay is what is beyond it. */
const beyond = (histogramNs: number) => rounded(Math.max(0, histogramNs / NS_PER_MS - SAMPLING_MS), 3)

const delayFigures = (delay: ReturnType<typeof monitorEventLoopDelay>) => ({
  loop_delay_p99_ms: delay.count === 0 ? 0 : beyond(delay.percentile(99)),
  loop_delay_max_ms: delay.count === 0 ? 0 : beyond(delay.max),
})

/** Watches from its call to the call of what it returns. */
export function watchVitals(): () => Vitals {
  const delay = monitorEventLoopDelay({ resolution: SAMPLING_MS })
  let gcMs = 0
  let gcCount = 0
  const count = (entries: readonly PerformanceEntry[]) => {
    for (const { duration } of entries) {
      gcMs += duration
      gcCount += 1
    }
  }
  const observer = new PerformanceObserver(list => count(list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  const before = jiffies()
  const utilisation = performance.eventLoopUtilization()
  delay.enable()
  return () => {
    delay.disable()
    count(observer.takeRecords()) // what was not delivered yet
    observer.disconnect()
    return {
      ...delayFigures(delay),
      loop_utilisation: rounded(performance.eventLoopUtilization(utilisation).utilization, 3),
      gc_ms: rounded(gcMs, 1),
      gc_count: gcCount,
      load_average: rounded(loadavg()[0] ?? 0, 2),
      steal: stealSince(before),
    }
  }
}

/** The smallest step that the clock makes, nanoseconds: the least of many differences that are not 0. */
export function clockResolutionNs(clock: Clock): number {
  let least = NS_PER_S
  for (let i = 0; i < 2000; i++) {
    const beforeNs = clock.nowNs()
    let afterNs = clock.nowNs()
    while (afterNs === beforeNs) afterNs = clock.nowNs()
    least = Math.min(least, afterNs - beforeNs)
  }
  return least
}

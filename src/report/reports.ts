import { benchmarkJson } from './benchmark-json.ts'
import { bencherMetrics } from './bmf.ts'
import { htmlReport } from './html/html-report.ts'
import { junitXml } from './junit.ts'
import type { Report } from './material.ts'
import { openMetrics } from './open-metrics.ts'
import { summaryMarkdown } from './summary-markdown.ts'

/** Every report of a run directory. */
export const reports: readonly Report[] = [
  htmlReport,
  summaryMarkdown,
  junitXml,
  benchmarkJson,
  bencherMetrics,
  openMetrics,
]

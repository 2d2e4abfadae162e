import type { Report } from './material.ts'
import { summaryMarkdown } from './summary-markdown.ts'

/** Every report of a run directory. */
export const reports: readonly Report[] = [summaryMarkdown]

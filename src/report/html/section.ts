import type { ReportedRun } from '../material.ts'
import type { Draw } from './figure.ts'
import type { Markup } from './markup.ts'

/** A part of the page that is made of one run. */
export interface Section {
  readonly id: string
  readonly title: string
  /** What to look at, in a sentence. */
  readonly lead: string
  /** What a run would need for it, where it has no data: a sentence that names the plan. */
  readonly lacking: string
  /** Undefined where the run has no data for it. */
  render(run: ReportedRun, draw: Draw): Markup | undefined
}

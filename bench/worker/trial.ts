import type { Plan } from '../../src/trial/plan.ts'
import type { Target } from '../../src/trial/target.ts'
import { startWorker, type Worker } from './worker.ts'

export interface TrialQuestion {
  /** A plan of one condition. */
  readonly fields: Plan
  readonly target: Target
}

/** Figures of the measured part: connections were opened, and code compiled, in the warm-up. */
export interface TrialReport {
  readonly messages: number
  readonly ratePerS: number
  /** User and system time of the whole process, as `process.cpuUsage` tells before and after. */
  readonly cpuUsPerMessage: number
  readonly connections: number
}

/** A process that runs trials as the product does: load, transport, recorder, one after the other. */
export const startTrials = (): Worker<TrialQuestion, TrialReport> =>
  startWorker(new URL('trial-main.ts', import.meta.url))

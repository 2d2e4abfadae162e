import { z } from 'zod'
import { failureRow, injectedRow, labelRow, mergeRow, phaseRow, timelineRow, trialRow } from './schema.ts'

/** One self-check of a trial: what was asked, whether it held, and the figures behind the answer. */
export const check = z.strictObject({
  /** null: of the whole run. */
  trial: z.int().nonnegative().nullable(),
  check: z.string(),
  ok: z.boolean(),
  /** A trial is invalid when a check of it fails that says true here; others are for the reader to weigh. */
  invalidates: z.boolean(),
  detail: z.string(),
})
export type Check = z.infer<typeof check>

/** run.json: everything that a report needs, and with the plan and the seed, what repeats the run. */
export const storedRun = z.strictObject({
  version: z.literal(1),
  run_id: z.string().min(1),
  name: z.string().min(1),
  /** `running` in a stored run means that it crashed: what is there is complete up to its last trial. */
  state: z.enum(['running', 'complete', 'interrupted']),
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
  /** The command line that repeats it; holds no secret. */
  command: z.string(),
  seed: z.union([z.string(), z.number()]),
  plan: z.unknown(),
  environment: z.record(z.string(), z.unknown()),
  checks: z.array(check),
  /** What was to be done, in order; `trials` says what was. */
  planned: z.array(z.strictObject({ label: z.string().min(1), repetition: z.int().nonnegative() })),
  trials: z.array(trialRow),
  labels: z.array(labelRow),
  phases: z.array(phaseRow),
  failures: z.array(failureRow),
  /** Runs of an earlier version have none. */
  injected: z.array(injectedRow).default([]),
  timeline: z.array(timelineRow),
  merges: z.array(mergeRow).default([]),
})
export type StoredRun = z.infer<typeof storedRun>

/** The JSON Schema (draft 2020-12) of run.json, for the package. */
export function storedRunJsonSchema(): object {
  return z.toJSONSchema(storedRun)
}

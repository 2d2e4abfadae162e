import { z } from 'zod'
import { causes, outcomes } from '../sample.ts'
import { readJsonFile } from './json-file.ts'

const transport = z.enum(['smtp', 'http'])
const cause = z.enum(causes).nullable()
const ms = z.number().nonnegative()

/** One way to one target, as `doctor` found it. */
const examinedTarget = z.strictObject({
  /** null where the plan names none. */
  target: z.string().nullable(),
  transport,
  /** Without credentials. */
  server: z.string(),
  /** No firewall is between it and us. */
  on_loopback: z.boolean(),
  /** null where nothing failed, and the credentials could not be checked. */
  works: z.boolean().nullable(),
  checks: z.array(
    z.strictObject({ step: z.string(), state: z.string(), detail: z.string(), ms: ms.nullable() }),
  ),
  /** The one in use first. */
  ports: z.array(z.strictObject({ port: z.int(), open: z.boolean(), cause, ms: ms.nullable() })),
  mail: z.strictObject({ allowed: z.boolean(), words: z.string() }),
})

/** What a client makes of a port that swallows everything, as a firewall that drops packets is one. */
const noticedBlackHole = z.strictObject({
  client: z.string(),
  transport,
  outcome: z.enum(outcomes),
  phase: z.string().nullable(),
  cause,
  ms,
})
export type NoticedBlackHole = z.infer<typeof noticedBlackHole>

/** doctor.json: what `doctor PLAN` found, for a report to judge by. Holds no secret. */
export const doctorRecord = z.strictObject({
  version: z.literal(1),
  examined_at: z.iso.datetime(),
  mailbench: z.string(),
  targets: z.array(examinedTarget),
  /** Of each step, in the trials of the black hole. */
  black_hole_timeout_ms: ms,
  black_holes: z.array(noticedBlackHole),
})
export type DoctorRecord = z.infer<typeof doctorRecord>

/** In a run's directory it belongs to the run. */
export const DOCTOR_FILE = 'doctor.json'

/** undefined where there is none. @throws UsageError where there is something else */
export const readDoctor = (file: string): Promise<DoctorRecord | undefined> =>
  readJsonFile(doctorRecord, file, {
    what: 'record of doctor',
    remedy: 'make it again with mailbench doctor PLAN --out FILE',
  })

import { join } from 'node:path'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from './json-file.ts'

const count = z.int().nonnegative()
const figure = z.number().nonnegative()

/** How long, or how late, something was, so many times; p99 is empty where so few cannot tell. */
const spread = z.strictObject({ n: count, p50_ms: figure.nullable(), p99_ms: figure.nullable() })
export type Spread = z.infer<typeof spread>

/** A short trial against nothing, or against a bare sink. The keys mean what they do in summary.csv. */
const floorTrial = z.strictObject({
  label: z.string().min(1),
  transport: z.enum(['smtp', 'http']),
  client: z.string().min(1),
  mode: z.string().nullable(),
  users: count.nullable(),
  message_bytes: count,
  n: count,
  throughput_per_s: figure.nullable(),
  latency_p50_ms: figure.nullable(),
  latency_p99_ms: figure.nullable(),
  client_cpu_us_per_message: figure.nullable(),
})
export type FloorTrial = z.infer<typeof floorTrial>

/** One rate that was tried. */
const drivenRate = z.strictObject({
  rate_per_s: figure,
  ok: z.boolean(),
  start_lag_p99_ms: figure.nullable(),
  /** Why it is too much. */
  because: z.string().nullable(),
})
export type DrivenRate = z.infer<typeof drivenRate>

/** What no figure of this machine can be better than, on the day when it was taken. */
export const machineFloor = z.strictObject({
  version: z.literal(1),
  taken_at: z.iso.datetime(),
  machine: z.string().min(1),
  environment: z.record(z.string(), z.unknown()),
  clock_resolution_ns: figure,
  /** How late timers of 1 ms fire. */
  timers: spread,
  /** How late the hybrid wait that paces open load ends. */
  pacing: spread,
  /** Of an event loop with nothing to do but to wait for timers. */
  loop_delay_p99_ms: figure,
  loop_delay_max_ms: figure,
  /** One byte to another process and back, on bare sockets. */
  loopback: spread,
  /** SHA-256 of 64 KiB. */
  work: spread,
  trials: z.array(floorTrial),
  /** Open load through the SMTP wire client to a bare sink. */
  open: z.strictObject({
    /** null: not even the lowest that was tried. */
    rate_per_s: figure.nullable(),
    start_lag_p99_limit_ms: figure,
    tried: z.array(drivenRate),
  }),
})
export type MachineFloor = z.infer<typeof machineFloor>

/** Where floors are by default: one file a machine, so that several can share a checkout. */
export const FLOORS_FOLDER = 'results/floors'
export const floorFile = (folder: string, machine: string) => join(folder, `${machine}.json`)

/** undefined where there is none. @throws UsageError where there is something else */
export const readFloor = (file: string): Promise<MachineFloor | undefined> =>
  readJsonFile(machineFloor, file, { what: 'floor', remedy: 'take it again with mailbench doctor' })

/** @throws UsageError when the file cannot be written */
export const writeFloor = (file: string, floor: MachineFloor): Promise<void> => writeJsonFile(file, floor)

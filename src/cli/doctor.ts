import { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { UsageError } from '../errors.ts'
import { BLACK_HOLE_TIMEOUT_MS, noticeBlackHoles } from '../probe/black-hole.ts'
import { type Diagnosis, diagnose } from '../probe/diagnose.ts'
import type { DoctorRecord } from '../run-store/doctor-record.ts'
import { writeJsonFile } from '../run-store/json-file.ts'
import { FLOORS_FOLDER, floorFile, writeFloor } from '../run-store/machine-floor.ts'
import { readAuthorities } from '../trial/authorities.ts'
import { measureFloor } from '../trial/machine-floor/measure-floor.ts'
import { type Plan, planDefaults } from '../trial/plan.ts'
import { createSecrets } from '../trial/secrets.ts'
import { parseDurationNs } from '../units.ts'
import { ownVersion } from '../version.ts'
import { diagnosisJson, renderDiagnoses } from './doctor-table.ts'
import { renderFloor } from './floor-table.ts'
import { onInterrupt } from './interrupt.ts'
import { readPlan, withFlags } from './plan-source.ts'
import { commanderOption, fieldsOf, runOptions } from './run-options.ts'
import { print, printData } from './terminal.ts'

type Flags = Readonly<Record<string, string | string[] | true | undefined>>

const STATUS = { works: 0, fails: 4, interrupted: 130 } as const

/** Of the flags of `run`, those that say where mail goes. */
const fields: readonly (keyof Plan)[] = [
  'smtp',
  'api',
  'provider',
  'api_key',
  'to',
  'tls_ca',
  'tls_insecure',
  'timeout',
  'live',
  'own_domains',
]
const options = runOptions.filter(({ field }) => fields.includes(field))

/** What this machine can do at best. */
async function takeFloor(out: string | undefined, isJson: boolean): Promise<void> {
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const onStep = (words: string) => {
    if (process.stderr.isTTY) console.error(`measuring ${words}`)
  }
  const floor = await measureFloor({ clock: systemClock, signal, onStep })
  if (signal.aborted) {
    process.exitCode = STATUS.interrupted
    return // half a floor is none
  }
  const file = out ?? floorFile(FLOORS_FOLDER, floor.machine)
  await writeFloor(file, floor)
  console.log(isJson ? JSON.stringify(floor, null, 2) : `${renderFloor(floor)}\nFile: ${file}`)
}

/** What was found, with what each client makes of a port that answers nothing: for `report` to judge by. */
async function keep(file: string, diagnoses: readonly Diagnosis[], signal: AbortSignal): Promise<void> {
  const record: DoctorRecord = {
    version: 1,
    examined_at: new Date(systemClock.wallMs()).toISOString(),
    mailbench: ownVersion(),
    targets: diagnoses.map(diagnosisJson),
    black_hole_timeout_ms: BLACK_HOLE_TIMEOUT_MS,
    black_holes: await noticeBlackHoles(systemClock, signal),
  }
  await writeJsonFile(file, record)
}

async function run(source: string | undefined, flags: Flags & { out?: string }): Promise<void> {
  const { out } = flags
  if (out === '') throw new UsageError('--out: the file is named by an empty word')
  // `run` has an --out of its own, which is a folder and a field of the plan.
  const { out: _file, ...given } = fieldsOf(flags)
  const isInline = given['smtp'] !== undefined || given['api'] !== undefined
  if (source === undefined && !isInline) {
    if (Object.keys(given).length > 0)
      throw new UsageError('doctor: name what to look at: a plan, or --smtp and --api')
    return takeFloor(out, flags['json'] === true)
  }
  const plan = withFlags(await readPlan(source), given)
  // What RFC 5321 lets a server take is for who waits with mail.
  const { timeout = planDefaults.timeout } = plan
  using interrupt = onInterrupt()
  const diagnoses = await diagnose({
    plan,
    environment: process.env,
    secrets: createSecrets(),
    trust: {
      insecure: plan.tls_insecure ?? false,
      resume: false,
      ...(plan.tls_ca !== undefined && { ca: readAuthorities(plan.tls_ca) }),
    },
    timeoutNs: parseDurationNs(timeout === 'rfc' ? planDefaults.timeout : timeout),
    clock: systemClock,
    signal: interrupt.signal,
  })
  if (flags['json'] === true) printData({ targets: diagnoses.map(diagnosisJson) })
  else print(renderDiagnoses(diagnoses))
  if (out !== undefined && !interrupt.signal.aborted) await keep(out, diagnoses, interrupt.signal)
  const status = diagnoses.every(({ works }) => works !== false) ? STATUS.works : STATUS.fails
  process.exitCode = interrupt.signal.aborted ? STATUS.interrupted : status
}

/** `mailbench doctor`: the machine's floor; of a plan, what works at each of its targets, and nothing is sent. */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description(
      "without a plan, this machine's floor; of a plan, what works: names, ports, TLS and credentials of every target; sends nothing",
    )
    .argument('[plan]', 'a YAML or JSON file, a TypeScript file, whose code is run, or a built-in plan')
  for (const option of options) command.addOption(commanderOption(option))
  return command
    .option(
      '--out <file>',
      `where the floor is kept (default: ${floorFile(FLOORS_FOLDER, '<machine>')}), or what was found of a plan (default: nowhere), for report --doctor`,
    )
    .option('--json', 'as JSON, for scripts')
    .action(run)
}

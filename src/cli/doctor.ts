import { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { UsageError } from '../errors.ts'
import { diagnose } from '../probe/diagnose.ts'
import { readAuthorities } from '../trial/authorities.ts'
import { type Plan, planDefaults } from '../trial/plan.ts'
import { createSecrets } from '../trial/secrets.ts'
import { parseDurationNs } from '../units.ts'
import { diagnosisJson, renderDiagnoses } from './doctor-table.ts'
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

async function run(source: string | undefined, flags: Flags): Promise<void> {
  const given = fieldsOf(flags)
  const isInline = given['smtp'] !== undefined || given['api'] !== undefined
  if (source === undefined && !isInline)
    throw new UsageError('doctor: name what to look at: a plan, or --smtp and --api')
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
  const status = diagnoses.every(({ works }) => works) ? STATUS.works : STATUS.fails
  process.exitCode = interrupt.signal.aborted ? STATUS.interrupted : status
}

/** `mailbench doctor PLAN`: what works at each of its targets, and nothing is sent. */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('what of a plan works: names, ports, TLS and credentials of every target; sends nothing')
    .argument('[plan]', 'a YAML or JSON file, a TypeScript file, whose code is run, or a built-in plan')
  for (const option of options) command.addOption(commanderOption(option))
  return command.option('--json', 'as JSON, for scripts').action(run)
}

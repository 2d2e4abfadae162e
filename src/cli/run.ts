import { Command, Option } from 'commander'
import { systemClock } from '../clock.ts'
import { UsageError } from '../errors.ts'
import { InvalidRunError } from '../gate/compare/sides.ts'
import { readHistory, recordRun } from '../gate/history/history-file.ts'
import { evaluateThresholds, parseThreshold, type ThresholdResult } from '../gate/threshold.ts'
import { compareTargets } from '../report/comparison.ts'
import { type Material, readMaterial } from '../report/material.ts'
import { writeReports } from '../report/write-reports.ts'
import { FLOORS_FOLDER } from '../run-store/machine-floor.ts'
import { predictNs } from '../trial/predict.ts'
import { ratesInWords } from '../trial/rate.ts'
import { rehearsalsOf } from '../trial/rehearsal.ts'
import { type Announcement, type RunResult, runPlan } from '../trial/run-plan.ts'
import { isLoopback } from '../trial/target.ts'
import { formatRoughly } from '../units.ts'
import { currentCommit } from './commit.ts'
import { createProgress } from './create-progress.ts'
import { onInterrupt } from './interrupt.ts'
import { builtInPlans, readPlan, withFlags } from './plan-source.ts'
import { judgeThresholds, runText } from './print-run.ts'
import type { Progress } from './progress.ts'
import { commanderOption, fieldsOf, runOptions } from './run-options.ts'
import { print, printData } from './terminal.ts'

/** Exit statuses of `run`; where several apply, the earlier wins. */
const STATUS = { interrupted: 130, invalid: 3, nothingAccepted: 4, threshold: 1, done: 0 } as const

type Flags = Readonly<Record<string, string | string[] | true | undefined>>

function statusOf(result: RunResult, interrupted: boolean, thresholds: readonly ThresholdResult[]): number {
  const { trials, labels, planned, fault } = result
  if (interrupted) return STATUS.interrupted
  const measured = trials.filter(({ purpose }) => purpose === 'measure')
  if (measured.some(({ valid }) => !valid) || trials.length < planned || fault !== undefined)
    return STATUS.invalid
  if (labels.some(({ accepted, auth }) => accepted === 0 && auth !== 'wrong')) return STATUS.nothingAccepted
  return thresholds.every(({ ok }) => ok) ? STATUS.done : STATUS.threshold
}

/** What the run's directory holds; its reports are written beside it, unless the disk has refused before. */
async function reported({ directory, fault }: RunResult): Promise<{ material?: Material; fault?: string }> {
  let material: Material | undefined
  try {
    material = await readMaterial([directory], judgeThresholds)
    if (fault === undefined) await writeReports(directory, material)
    return { material }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return { ...(material && { material }), fault: error.message }
  }
}

/** Adds the run to the history that its plan names, unless the run is invalid. What became of it, in words. */
async function recorded(
  file: string | undefined,
  material: Material | undefined,
): Promise<{ said?: string; fault?: string }> {
  const run = material?.runs[0]?.run
  if (file === undefined || !run) return {}
  try {
    const { rows } = await recordRun(file, run, await currentCommit(process.env))
    return { said: `History: ${rows} figures added to ${file}` }
  } catch (error) {
    if (error instanceof InvalidRunError) return { said: `History: ${error.message}` }
    if (error instanceof UsageError) return { fault: error.message }
    throw error
  }
}

function printJson(
  result: RunResult,
  material: Material | undefined,
  thresholds: readonly ThresholdResult[],
): void {
  const { run_id, directory, seed, state, labels, checks } = result
  const { answer, claims } = material ?? {}
  const told = answer && {
    kind: answer.kind,
    summary: answer.summary,
    ...(answer.kind === 'messages'
      ? { why: answer.why, crossover: answer.crossover, changes: answer.changes, open: answer.open }
      : answer.kind === 'job'
        ? { why: answer.why, flips: answer.flips, open: answer.open }
        : { instead: answer.instead, remedy: answer.remedy }),
  }
  const settled = claims?.map(({ id, text, verdict, finding, figure }) => ({
    id,
    text,
    verdict,
    finding,
    figure,
  }))
  const whole = {
    run_id,
    directory,
    seed,
    state,
    answer: told,
    claims: settled,
    comparison: compareTargets(labels, result),
    labels,
    checks,
    thresholds,
  }
  printData(whole)
}

/** What leaves this machine, and what becomes of it. */
function remoteLines({ cap, cutTo, spend, ways }: Announcement['prepared']): string[] {
  if (cap === undefined) return []
  const cost = spend > 0 ? `, which cost at most ${spend.toFixed(2)}` : ''
  const remote = [...ways.values()].filter(({ target }) => target && !isLoopback(target.address.host))
  return [
    `real mail leaves this machine: at most ${cap} messages${cost}`,
    ...(cutTo === undefined
      ? []
      : [`  --max-messages cuts trials, down to ${cutTo} messages; allow more for more`]),
    ...remote.map(({ target, safety, rates }) => {
      const most = ratesInWords(rates)
      return `  ${target?.display}: ${safety}${most === '' ? '' : `; at most ${most}`}`
    }),
  ]
}

/** What will be done, how long it may take, and what repeats it. */
function announce({ prepared, planned }: Announcement): void {
  const { plan, conditions, seed } = prepared
  const spent = [...rehearsalsOf(conditions), ...planned.map(({ condition }) => condition)]
  const predicted = formatRoughly(spent.reduce((sum, condition) => sum + predictNs(condition), 0))
  const labels = `${conditions.length} ${conditions.length === 1 ? 'label' : 'labels'}`
  const trials = `${planned.length} ${planned.length === 1 ? 'trial' : 'trials'}`
  console.error(`${plan.name}: ${labels}, ${trials}, about ${predicted}, seed ${seed}`)
  for (const line of remoteLines(prepared)) console.error(line)
}

async function run(source: string | undefined, flags: Flags): Promise<void> {
  const fields = fieldsOf(flags)
  const inline = fields['smtp'] !== undefined || fields['api'] !== undefined
  const plan = withFlags(await readPlan(source ?? (inline ? undefined : 'headline')), fields)
  const thresholds = (plan.thresholds ?? []).map(parseThreshold)
  const quiet = flags['quiet'] === true
  // A history that cannot be read is better known before the run than after.
  if (plan.history !== undefined) await readHistory(plan.history)
  let progress: Progress | undefined
  using interrupt = onInterrupt(line => (progress ? progress.say(line) : console.error(`\n${line}`)))
  const result = await runPlan(plan, {
    signal: interrupt.signal,
    command: process.argv.slice(2),
    floors: FLOORS_FOLDER,
    observe(announcement) {
      if (!quiet) announce(announcement)
      const { planned } = announcement
      progress = createProgress({ planned, clock: systemClock, stream: process.stderr }, quiet)
      return progress
    },
  })
  const judged = evaluateThresholds(thresholds, result.labels)
  const { material, fault: unreported = result.fault } = await reported(result)
  if (flags['json'] === true) printJson(result, material, judged)
  else {
    if (material) print(runText(material, process.stdout.columns))
    console.log(`Files: ${result.directory}`)
  }
  const { said, fault = unreported } = await recorded(plan.history, material)
  if (said !== undefined) console.error(said)
  if (fault !== undefined) console.error(`mailbench: ${fault}`)
  process.exitCode = statusOf({ ...result, fault }, interrupt.signal.aborted, judged)
}

/** `mailbench run [plan]`: runs a plan and writes its run directory. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('run a plan: a file, or a built-in one by name; write its results')
    .argument(
      '[plan]',
      `a YAML or JSON file, a TypeScript file, whose code is run, or one of ${builtInPlans().join(', ')} (default: headline)`,
    )
  for (const option of runOptions) command.addOption(commanderOption(option))
  return command
    .addOption(new Option('--json', 'the summary as JSON on standard output, nothing else there'))
    .addOption(new Option('--quiet', 'no progress'))
    .action((source: string | undefined, flags: Flags) => {
      if (source === '')
        throw new UsageError('the plan is named by an empty word: give a file or a built-in name')
      return run(source, flags)
    })
}

import { Command } from 'commander'
import { systemClock } from '../clock.ts'
import { UsageError } from '../errors.ts'
import { createRandom } from '../random.ts'
import { checkLines, failureLines, invalidLines, ledgerLine } from '../report/summary.ts'
import { renderTable } from '../report/table.ts'
import { runDirectory } from '../run-store/run-directory.ts'
import type { FailureRow } from '../run-store/schema.ts'
import { openRunWriter, type RunWriter } from '../run-store/writer.ts'
import {
  type CampaignResult,
  type CampaignStore,
  type Planned,
  planTrials,
  runCampaign,
} from '../trial/campaign.ts'
import { describeEnvironment } from '../trial/environment.ts'
import { planDefaults } from '../trial/plan.ts'
import { predictNs } from '../trial/predict.ts'
import { type Prepared, prepare } from '../trial/prepare.ts'
import { rehearsalsOf } from '../trial/rehearsal.ts'
import { openLocalSinks } from '../trial/sinks.ts'
import { formatRoughly } from '../units.ts'
import { onInterrupt } from './interrupt.ts'
import { builtInPlans, readPlan, withFlags } from './plan-source.ts'
import { createProgress } from './progress.ts'
import { commanderOption, fieldsOf, runOptions } from './run-options.ts'

/** Exit statuses of `run`, in the order in which they win. */
const STATUS = { interrupted: 130, usage: 2, invalid: 3, nothingAccepted: 4, done: 0 } as const

interface RunFlags {
  readonly quiet?: true
  readonly json?: true
}

/** The command line that repeats the run; what it must not show is masked. */
function commandOf(prepared: Prepared): string {
  const words = process.argv.slice(2).map(word => prepared.secrets.mask(word))
  const seeded =
    words.some(word => word === '--seed' || word.startsWith('--seed=')) || prepared.plan.seed !== undefined
  const quoted = words.map(word =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
  )
  return ['mailbench', ...quoted, ...(seeded ? [] : ['--seed', prepared.seed])].join(' ')
}

/** The plan as it is stored: as written, without what is secret. */
function storedPlan({ plan, secrets, targets }: Prepared): unknown {
  // Text by text: a password of digits must not be cut out of a number.
  const masked = JSON.parse(JSON.stringify(plan), (_key, value: unknown) =>
    typeof value === 'string' ? secrets.mask(value) : value,
  ) as Record<string, unknown>
  for (const field of ['smtp', 'api'] as const) {
    const target = plan[field] === undefined ? undefined : targets.get(plan[field])
    if (target) masked[field] = target.display
  }
  if (plan.api_key !== undefined && !plan.api_key.includes('${')) masked['api_key'] = '***'
  return masked
}

/** Passes what is measured on to the files; a disk that refuses ends the campaign with one line. */
function storeOf(
  writer: RunWriter,
  samples: boolean,
  failures: FailureRow[],
): CampaignStore & { fault?: string } {
  const store: CampaignStore & { fault?: string } = {
    keepsSamples: samples,
    async trial(record) {
      failures.push(...record.failures)
      return keep(await writer.trial(record))
    },
    labels: async rows => keep(await writer.labels(rows)),
  }
  function keep(fault: { message: string } | undefined): boolean {
    if (fault) store.fault ??= fault.message
    return fault === undefined
  }
  return store
}

function statusOf({ labels, trials }: CampaignResult, interrupted: boolean, planned: number): number {
  if (interrupted) return STATUS.interrupted
  if (trials.some(({ valid }) => !valid) || trials.length < planned) return STATUS.invalid
  if (labels.some(({ accepted }) => accepted === 0)) return STATUS.nothingAccepted
  return STATUS.done
}

/** Narrow terminals lose columns; files and pipes get what fits a page. */
const PAGE_WIDTH = 100

function printResult(
  { labels, trials, checks }: CampaignResult,
  failures: readonly FailureRow[],
  dir: string,
): void {
  const width = Math.min(process.stdout.columns ?? PAGE_WIDTH, PAGE_WIDTH)
  const lines = [
    ...(labels.length > 0 ? [renderTable(labels, width), ''] : []),
    ...failureLines(failures, 8),
    ...invalidLines(labels),
    ledgerLine(trials),
    ...checkLines(checks),
    `Files: ${dir}`,
  ]
  console.log(lines.filter(line => line !== undefined).join('\n'))
}

function announce(planned: readonly Planned[], prepared: Prepared): void {
  const spent = [...rehearsalsOf(prepared.conditions), ...planned.map(({ condition }) => condition)]
  const predicted = formatRoughly(spent.reduce((sum, condition) => sum + predictNs(condition), 0))
  const labels = prepared.conditions.length
  const measured = planned.filter(({ purpose }) => purpose === 'measure').length
  console.error(
    `${prepared.plan.name}: ${labels} labels x ${measured / labels} repetitions, about ${predicted}, seed ${prepared.seed}`,
  )
  if (prepared.cap !== undefined)
    console.error(`real mail leaves this machine: at most ${prepared.cap} messages`)
}

async function run(
  source: string | undefined,
  flags: RunFlags & Record<string, string | true | undefined>,
): Promise<void> {
  const fields = fieldsOf(flags)
  const named =
    source ?? (fields['smtp'] === undefined && fields['api'] === undefined ? 'headline' : undefined)
  const plan = withFlags(await readPlan(named), fields)
  const clock = systemClock
  const prepared = await prepare(plan, process.env, clock.wallMs().toString(36))
  const random = createRandom(prepared.seed)
  const planned = planTrials(prepared, random)
  const out = plan.out ?? planDefaults.out
  await using sinks = await openLocalSinks(prepared, random.fork('sinks'))
  const dir = await runDirectory(out, plan.name ?? 'plan', clock.wallMs())
  const runId = dir.split(/[/\\]/).at(-1) ?? dir
  const writer = await openRunWriter(
    dir,
    {
      run_id: runId,
      name: plan.name ?? 'plan',
      started_at: new Date(clock.wallMs()).toISOString(),
      command: commandOf(prepared),
      seed: prepared.seed,
      plan: storedPlan(prepared),
      environment: describeEnvironment({ tlsResume: plan.tls_resume ?? false }),
      planned: planned.map(({ condition, repetition }) => ({ label: condition.label, repetition })),
    },
    { samples: plan.samples ?? false },
  )
  if (!flags.quiet) announce(planned, prepared)
  using interrupt = onInterrupt()
  const failures: FailureRow[] = []
  const store = storeOf(writer, plan.samples ?? false, failures)
  const result = await observed(planned, flags.quiet === true, observer =>
    runCampaign({
      prepared,
      planned,
      runId,
      sinks,
      clock,
      random,
      signal: interrupt.signal,
      observer,
      store,
    }),
  )
  const interrupted = interrupt.signal.aborted
  await writer.checks(result.checks)
  await writer.finish(
    interrupted || store.fault ? 'interrupted' : 'complete',
    new Date(clock.wallMs()).toISOString(),
  )
  if (flags.json) {
    const { labels, checks } = result
    console.log(
      JSON.stringify({ run_id: runId, directory: dir, seed: prepared.seed, labels, checks }, null, 2),
    )
  } else printResult(result, failures, dir)
  if (store.fault) console.error(`mailbench: ${store.fault}`)
  process.exitCode = statusOf(result, interrupted, planned.length)
}

async function observed<T>(
  planned: readonly Planned[],
  quiet: boolean,
  work: (progress: ReturnType<typeof createProgress>) => Promise<T>,
): Promise<T> {
  using progress = createProgress({ planned, clock: systemClock, stream: process.stderr }, quiet)
  return await work(progress)
}

/** `mailbench run [plan]`: runs a plan and writes its run directory. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('run a plan: a file, or a built-in one by name; write its results')
    .argument('[plan]', `a YAML or JSON file, or one of ${builtInPlans().join(', ')} (default: headline)`)
  for (const option of runOptions) command.addOption(commanderOption(option))
  return command
    .option('--json', 'the summary as JSON on standard output, nothing else there')
    .option('--quiet', 'no progress')
    .action((source: string | undefined, flags: RunFlags & Record<string, string | true | undefined>) => {
      if (source === '')
        throw new UsageError('the plan is named by an empty word: give a file or a built-in name')
      return run(source, flags)
    })
}

import { basename } from 'node:path'
import { type Clock, systemClock } from '../clock.ts'
import { createRandom } from '../random.ts'
import { runDirectory } from '../run-store/run-directory.ts'
import type {
  FailureRow,
  InjectedRow,
  LabelRow,
  MergeRow,
  TimelineRow,
  TrialRow,
} from '../run-store/schema.ts'
import type { Check } from '../run-store/stored-run.ts'
import { openRunWriter, type RunWriter } from '../run-store/writer.ts'
import { isJob } from './anatomy.ts'
import { type CampaignObserver, type CampaignStore, runCampaign } from './campaign.ts'
import { describeEnvironment } from './environment.ts'
import { floorChecks } from './machine-floor/beside-floor.ts'
import { openNetwork } from './network.ts'
import { type Plan, planDefaults } from './plan.ts'
import { type Planned, planTrials } from './planned.ts'
import { type Prepared, prepare } from './prepare.ts'
import { openLocalSinks } from './sinks.ts'
import type { Environment } from './target.ts'
import { wayKey } from './target-spec.ts'

/** What is about to be run: told once, before the first trial. */
export interface Announcement {
  readonly directory: string
  readonly prepared: Prepared
  readonly planned: readonly Planned[]
}

export interface RunPlanOptions {
  /** Ends the run: what was measured is kept. */
  readonly signal?: AbortSignal
  /** Told of what happens; called with what is planned, before the first trial. */
  readonly observe?: (announcement: Announcement) => CampaignObserver & Disposable
  /** Where `${VARIABLE}` is looked up. @default process.env */
  readonly environment?: Environment
  /** The words that repeat the run, as they are stored; secrets in them are masked. */
  readonly command?: readonly string[]
  /** Where floors of machines are kept: the run is laid beside this machine's, if there is one. */
  readonly floors?: string
  readonly clock?: Clock
}

/** What a run left behind; all of it is in its directory as well. */
export interface RunResult {
  readonly run_id: string
  readonly directory: string
  readonly seed: string
  readonly state: 'complete' | 'interrupted'
  readonly labels: readonly LabelRow[]
  readonly trials: readonly TrialRow[]
  readonly failures: readonly FailureRow[]
  /** What the local sinks did wrong on purpose. */
  readonly injected: readonly InjectedRow[]
  /** What whole jobs took: of a mail merge, or where a plan asks for batch calls. */
  readonly merges: readonly MergeRow[]
  readonly timeline: readonly TimelineRow[]
  readonly checks: readonly Check[]
  /** Trials that were planned; fewer in `trials` means that the run ended early. */
  readonly planned: number
  /** Why the disk refused, when it did. */
  readonly fault: string | undefined
}

const silentObserver = (): CampaignObserver & Disposable => ({
  trialStarted() {},
  sample() {},
  trialEnded() {},
  [Symbol.dispose]() {},
})

/** The command line that repeats the run; what it must not show is masked. */
function commandOf(words: readonly string[], { secrets, plan, seed }: Prepared): string {
  const masked = words.map(word => secrets.mask(word))
  const seeded =
    masked.some(word => word === '--seed' || word.startsWith('--seed=')) || plan.seed !== undefined
  const quoted = masked.map(word =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
  )
  return ['mailbench', ...quoted, ...(seeded ? [] : ['--seed', seed])].join(' ')
}

/** The plan as it is stored: as written, without what is secret. */
function storedPlan({ plan, secrets, ways }: Prepared): unknown {
  // Text by text: a password of digits must not be cut out of a number.
  const masked = JSON.parse(JSON.stringify(plan), (key, value: unknown) => {
    if (typeof value !== 'string') return value
    return key === 'api_key' && !value.includes('${') ? '***' : secrets.mask(value)
  }) as Record<string, unknown>
  for (const [field, protocol] of [
    ['smtp', 'smtp'],
    ['api', 'http'],
  ] as const) {
    const target = ways.get(wayKey(protocol, undefined))?.target
    if (target) masked[field] = target.display
  }
  return masked
}

/** Passes what is measured on to the files; a disk that refuses ends the campaign. */
class Store implements CampaignStore {
  readonly #writer: RunWriter
  readonly failures: FailureRow[] = []
  readonly injected: InjectedRow[] = []
  readonly merges: MergeRow[] = []
  readonly timeline: TimelineRow[] = []
  fault: string | undefined

  constructor(writer: RunWriter) {
    this.#writer = writer
  }

  get spool() {
    return this.#writer.spool
  }

  async trial(record: Parameters<CampaignStore['trial']>[0]): Promise<boolean> {
    this.failures.push(...record.failures)
    this.injected.push(...record.injected)
    if (record.merge) this.merges.push(record.merge)
    for (const row of record.timeline) this.timeline.push(row)
    return this.#kept(await this.#writer.trial(record))
  }

  async labels(rows: readonly LabelRow[]): Promise<boolean> {
    return this.#kept(await this.#writer.labels(rows))
  }

  async finish(checks: readonly Check[], interrupted: boolean, endedAt: string): Promise<RunResult['state']> {
    this.#kept(await this.#writer.checks(checks))
    const state = interrupted || this.fault ? 'interrupted' : 'complete'
    this.#kept(await this.#writer.finish(state, endedAt))
    return state
  }

  #kept(fault: { message: string } | undefined): boolean {
    if (fault) this.fault ??= fault.message
    return fault === undefined
  }
}

/**
 * Runs a plan and writes its run directory, as it goes.
 * @throws UsageError before anything is written, when the plan cannot be run here
 */
export async function runPlan(plan: Plan, options: RunPlanOptions = {}): Promise<RunResult> {
  const { clock = systemClock, signal = new AbortController().signal, observe = silentObserver } = options
  const stamp = () => new Date(clock.wallMs()).toISOString()
  const name = plan.name ?? 'inline'
  const prepared = await prepare(plan, options.environment ?? process.env, clock.wallMs().toString(36))
  const environment = describeEnvironment({ tlsResume: plan.tls_resume ?? false })
  const { floors } = options
  const besideFloor = floors === undefined ? [] : await floorChecks(floors, environment, clock, signal)
  const random = createRandom(prepared.seed)
  const planned = planTrials(prepared, random)
  await using sinks = await openLocalSinks(prepared, random.fork('sinks'))
  await using network = await openNetwork(
    planned.map(({ condition }) => condition),
    prepared.seed,
  )
  const directory = await runDirectory(plan.out ?? planDefaults.out, name, clock.wallMs())
  const runId = basename(directory)
  const meta = {
    run_id: runId,
    name,
    started_at: stamp(),
    command: commandOf(options.command ?? ['run'], prepared),
    seed: prepared.seed,
    plan: storedPlan(prepared),
    environment,
    planned: planned.map(({ condition, repetition }) => ({ label: condition.label, repetition })),
  }
  const store = new Store(
    await openRunWriter(directory, meta, {
      samples: plan.samples ?? false,
      merges: prepared.conditions.some(isJob),
    }),
  )
  using observer = observe({ directory, prepared, planned })
  const campaign = { prepared, planned, runId, sinks, network, clock, random, signal, observer, store }
  const { trials, labels, checks: ofTrials } = await runCampaign(campaign)
  const checks = [...besideFloor, ...ofTrials]
  const state = await store.finish(checks, signal.aborted, stamp())
  return {
    run_id: runId,
    directory,
    seed: prepared.seed,
    state,
    labels,
    trials,
    failures: store.failures,
    injected: store.injected,
    merges: store.merges,
    timeline: store.timeline,
    checks,
    planned: planned.length,
    fault: store.fault,
  }
}

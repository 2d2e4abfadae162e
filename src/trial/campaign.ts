import type { Clock } from '../clock.ts'
import { loadTemplate } from '../message/corpus.ts'
import { type Random, shuffled } from '../random.ts'
import type { LabelRow, SampleRow, TrialRow } from '../run-store/schema.ts'
import type { Check } from '../run-store/stored-run.ts'
import type { TrialRecord } from '../run-store/trial-record.ts'
import type { Sample } from '../sample.ts'
import { poolLabel, type Repetition } from '../stats/pool.ts'
import { msOf } from '../units.ts'
import type { Condition } from './condition.ts'
import { planDefaults } from './plan.ts'
import { isExact, type Prepared } from './prepare.ts'
import { rehearsalsOf } from './rehearsal.ts'
import type { LocalSinks } from './sinks.ts'
import type { Target } from './target.ts'
import { type Measured, runTrial } from './trial.ts'
import { checksOf, trialRowOf } from './trial-row.ts'

/** One repetition of one label, in the order in which it will be run. */
export interface Planned {
  readonly trial: number
  readonly condition: Condition
  readonly repetition: number
}

/** Told of what happens, for the terminal. */
export interface CampaignObserver {
  trialStarted(planned: Planned): void
  sample(sample: Sample, measured: boolean): void
  trialEnded(planned: Planned, row: TrialRow): void
}

/** Keeps what is measured; stops the campaign by returning false. */
export interface CampaignStore {
  readonly keepsSamples: boolean
  trial(record: TrialRecord): Promise<boolean>
  labels(rows: readonly LabelRow[]): Promise<boolean>
}

export interface CampaignOptions {
  readonly prepared: Prepared
  readonly planned: readonly Planned[]
  readonly runId: string
  readonly sinks: LocalSinks
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  readonly observer: CampaignObserver
  readonly store: CampaignStore
}

export interface CampaignResult {
  readonly trials: readonly TrialRow[]
  readonly labels: readonly LabelRow[]
  readonly checks: readonly Check[]
}

/**
 * Every label once a round, each round in an order of its own: what drifts on the machine, or over the hour,
 * hits all labels alike (randomised complete blocks, Fisher 1935).
 */
export function interleave(conditions: readonly Condition[], repetitions: number, random: Random): Planned[] {
  const rounds = Array.from({ length: repetitions }, (_, round) =>
    shuffled(conditions, random).map(condition => ({ condition, repetition: round + 1 })),
  )
  return rounds.flat().map((planned, i) => ({ trial: i + 1, ...planned }))
}

export function planTrials({ plan, conditions }: Prepared, random: Random): Planned[] {
  return interleave(conditions, plan.repeat ?? planDefaults.repeat, random.fork('order'))
}

function sampleRowOf(trial: number, originNs: number, sample: Sample): SampleRow {
  const { reply } = sample
  return {
    trial,
    index: sample.index,
    message_id: sample.messageId,
    due_ms: msOf(sample.dueNs - originNs),
    start_ms: msOf(sample.startNs - originNs),
    end_ms: msOf(sample.endNs - originNs),
    outcome: reply.outcome,
    phase: reply.phase ?? null,
    cause: reply.cause ?? null,
    code: reply.code ?? null,
    enhanced_code: reply.enhancedCode ?? null,
    connection_id: reply.connectionId === 0 ? null : reply.connectionId,
    attempt: sample.attempt,
  }
}

function recordOf(row: TrialRow, measured: Measured, samples: readonly SampleRow[]): TrialRecord {
  const of = { run_id: row.run_id, trial: row.trial, label: row.label }
  const { phases, failures, timeline, histograms } = measured.recording
  return {
    row,
    phases: phases.map(figures => ({ ...of, ...figures, round_trips: null })),
    failures: failures.map(figures => ({ ...of, ...figures })),
    timeline: timeline.map(figures => ({ ...of, ...figures })),
    histograms,
    samples,
  }
}

/** Runs one planned trial and lays it beside what the sink took. */
async function measure(options: CampaignOptions, planned: Planned, target: Target) {
  const { prepared, runId, sinks, clock, signal, observer, store } = options
  const { plan, run, provider, secrets, ca } = prepared
  const { condition, trial, repetition } = planned
  const startedAt = new Date(clock.wallMs()).toISOString()
  const originNs = clock.nowNs()
  const template = await loadTemplate(condition.message, {
    run,
    trial,
    from: plan.from,
    to: plan.to,
    recipients: condition.recipients,
    exactTo: isExact(plan, condition.target.kind),
    ...(condition.target.kind === 'url' && { wallMs: clock.wallMs() }),
  })
  const authority = condition.target.kind === 'sink' ? sinks.farSide?.ca : ca
  const samples: SampleRow[] = []
  const measured = await runTrial({
    condition,
    target,
    template,
    trust: {
      ...(authority !== undefined && { ca: authority }),
      insecure: plan.tls_insecure ?? false,
      resume: plan.tls_resume ?? false,
    },
    provider,
    secrets,
    clock,
    signal,
    onSample(sample, isMeasured) {
      if (store.keepsSamples) samples.push(sampleRowOf(trial, originNs, sample))
      observer.sample(sample, isMeasured)
    },
  })
  const ours = condition.target.kind === 'sink' && condition.client !== 'null'
  const receipts = ours ? await sinks.farSide?.receipts(run, trial) : undefined
  if (ours) sinks.farSide?.release(run, trial)
  const context = {
    runId,
    trial,
    startedAt,
    repetition,
    condition,
    target,
    provider: provider.name,
    messageBytes: template.sizeBytes,
    measured,
    receipts,
  }
  const checks = checksOf(context)
  return { row: trialRowOf(context, checks), checks, measured, samples }
}

function targetOf({ prepared, sinks }: CampaignOptions, condition: Condition): Target {
  const { target: choice, label } = condition
  const target = choice.kind === 'url' ? prepared.targets.get(choice.url) : sinks.targetOf(condition)
  if (!target) throw new Error(`no target for "${label}"`)
  return target
}

/** Trial 0, several times: nothing of it is kept. */
async function rehearse(options: CampaignOptions): Promise<void> {
  const store: CampaignStore = { ...options.store, keepsSamples: false }
  const observer: CampaignObserver = { trialStarted() {}, sample() {}, trialEnded() {} }
  for (const condition of rehearsalsOf(options.prepared.conditions)) {
    if (options.signal.aborted) return
    const planned = { trial: 0, condition, repetition: 0 }
    await measure({ ...options, store, observer }, planned, targetOf(options, condition))
  }
}

/** Runs the planned trials in order, until they are done, the signal aborts, or the store gives up. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { planned, prepared, random, signal, observer, store } = options
  const trials: TrialRow[] = []
  const checks: Check[] = []
  const repetitions = new Map<string, Repetition[]>(prepared.conditions.map(({ label }) => [label, []]))
  const labels = () =>
    [...repetitions.values()].filter(of => of.length > 0).map(of => poolLabel(of, random.fork('pool')))

  await rehearse(options)
  for (const plannedTrial of planned) {
    if (signal.aborted) break
    const { condition, trial } = plannedTrial
    observer.trialStarted(plannedTrial)
    const {
      row,
      checks: found,
      measured,
      samples,
    } = await measure(options, plannedTrial, targetOf(options, condition))
    trials.push(row)
    checks.push(
      ...found.filter(({ ok }) => !ok).map(check => ({ ...check, check: `trial ${trial} ${check.check}` })),
    )
    const { latencyBlocks, service, startLag } = measured.recording
    repetitions.get(condition.label)?.push({ row, latencyBlocks, service, startLag })
    observer.trialEnded(plannedTrial, row)
    if (!(await store.trial(recordOf(row, measured, samples)))) break
    // At the end of each round: after a crash, the labels are at most a round behind the trials.
    if (trial % prepared.conditions.length === 0 && trial < planned.length) await store.labels(labels())
  }
  const pooled = labels()
  await store.labels(pooled)
  return { trials, labels: pooled, checks }
}

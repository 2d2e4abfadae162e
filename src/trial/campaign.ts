import type { Clock } from '../clock.ts'
import { loadTemplate } from '../message/corpus.ts'
import type { Random } from '../random.ts'
import type { Bins } from '../run-store/bins.ts'
import type { SampleSpool } from '../run-store/sample-spool.ts'
import type { LabelRow, SampleRow, TrialRow } from '../run-store/schema.ts'
import type { Check } from '../run-store/stored-run.ts'
import type { TrialRecord } from '../run-store/trial-record.ts'
import type { Sample } from '../sample.ts'
import type { Injected } from '../sink/injected.ts'
import { jobFigures } from '../stats/job-trips.ts'
import { poolLabel, type Repetition } from '../stats/pool.ts'
import { type MarkedSubmission, type RoundTripFigures, roundTripFigures } from '../stats/round-trips.ts'
import { anatomyKey, isJob } from './anatomy.ts'
import { checksOf } from './checks.ts'
import type { Condition } from './condition.ts'
import { floorLabel } from './floor.ts'
import { mergeRowOf } from './merge-row.ts'
import type { Network } from './network.ts'
import type { Planned } from './planned.ts'
import { type Prepared, targetOf as remoteOf, termsOf } from './prepare.ts'
import { rehearsalsOf } from './rehearsal.ts'
import type { LocalSinks } from './sinks.ts'
import type { Target } from './target.ts'
import { type Measured, runTrial } from './trial.ts'
import { trialRowOf } from './trial-row.ts'

/** Told of what happens, for the terminal. */
export interface CampaignObserver {
  trialStarted(planned: Planned): void
  sample(sample: Sample, measured: boolean): void
  trialEnded(planned: Planned, row: TrialRow): void
}

/** Keeps what is measured; stops the campaign by returning false. */
export interface CampaignStore {
  /** Takes the submissions of the trial under way; undefined when they are not kept. */
  readonly spool: SampleSpool | undefined
  trial(record: TrialRecord): Promise<boolean>
  labels(rows: readonly LabelRow[]): Promise<boolean>
}

export interface CampaignOptions {
  readonly prepared: Prepared
  readonly planned: readonly Planned[]
  readonly runId: string
  readonly sinks: LocalSinks
  readonly network: Network
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

function recordOf(
  row: TrialRow,
  measured: Measured,
  samples: Iterable<SampleRow>,
  injected: readonly Injected[],
  trips: RoundTripFigures | undefined,
): TrialRecord {
  const of = { run_id: row.run_id, trial: row.trial, label: row.label }
  const { phases, failures, timeline, histograms } = measured.recording
  return {
    row,
    phases: phases.map(figures => ({
      ...of,
      ...figures,
      round_trips: trips?.phases.get(figures.phase) ?? null,
    })),
    failures: failures.map(figures => ({ ...of, ...figures })),
    injected: injected.map(figures => ({ ...of, ...figures })),
    timeline: timeline.map(figures => ({ ...of, ...figures })),
    merge: mergeRowOf(row, measured.job),
    histograms,
    samples,
  }
}

/** Where an accepted submission's time went, to be laid beside the turns of its connection. */
function markedOf({ startNs, endNs, reply }: Sample): MarkedSubmission[] {
  const { outcome, connectionId, phases } = reply
  return outcome === 'accepted' && phases.marks ? [{ connectionId, startNs, endNs, marks: phases.marks }] : []
}

/** What the trials of a campaign share beside its options. */
interface Context extends CampaignOptions {
  /** Start lag of the floors, by their label. */
  readonly floorLags: Map<string, Bins>
  /** Counted round trips, by the key of the kind of condition. */
  readonly trips: Map<string, RoundTripFigures>
}

/** Runs one planned trial and lays it beside what the sink took. */
async function measure(options: Context, planned: Planned, target: Target) {
  const { prepared, runId, sinks, network, clock, random, signal, observer, store } = options
  const { plan, run, secrets, ca } = prepared
  const { condition, purpose, trial, repetition } = planned
  const { provider, ...terms } = termsOf(prepared, condition)
  const startedAt = new Date(clock.wallMs()).toISOString()
  const template = await loadTemplate(condition.message, {
    run,
    trial,
    recipients: condition.recipients,
    idempotency: condition.idempotency,
    ...terms,
    ...(condition.target.kind === 'url' && { wallMs: clock.wallMs() }),
  })
  const authority = condition.target.kind === 'sink' ? sinks.farSide?.ca : ca
  const submissions: MarkedSubmission[] = []
  const isAnatomy = purpose === 'anatomy'
  // A floor's submissions are nobody's: the null transport has none to tell of.
  const spool = purpose === 'measure' ? store.spool : undefined
  spool?.begin()
  await using relay = await network.open(condition, target)
  const failed = new AbortController()
  // Its warm-up meets the sinks as they were at the start, and its measured part does again.
  await sinks.farSide?.begin()
  const ended = await runTrial({
    condition,
    target,
    relay: relay?.address,
    keepsMarks: isAnatomy,
    template,
    trust: {
      ...(authority !== undefined && { ca: authority }),
      insecure: plan.tls_insecure ?? false,
      resume: plan.tls_resume ?? false,
    },
    provider,
    secrets,
    clock,
    // Of the repetition, not the trial: both transports meet the same arrivals.
    random: random.fork(`arrivals/${repetition}`),
    signal: isAnatomy ? AbortSignal.any([signal, failed.signal]) : signal,
    onSample(sample, isMeasured) {
      spool?.add(sample)
      if (isAnatomy) submissions.push(...markedOf(sample))
      // A server that is dead is not waited for message by message.
      if (isAnatomy && sample.reply.outcome !== 'accepted') failed.abort()
      observer.sample(sample, isMeasured)
    },
    onDrop: (index, dueNs) => spool?.addDropped(index, dueNs),
    // What went wrong before, in the warm-up or another trial, is not this one's.
    onBegin: async () => sinks.farSide?.begin(),
  })
  const measured = { ...ended, interrupted: signal.aborted }
  const ours = condition.target.kind === 'sink' && condition.client !== 'null'
  const receipts = ours ? await sinks.farSide?.receipts(run, trial) : undefined
  const injected = (ours ? await sinks.farSide?.injected() : undefined) ?? []
  if (ours) sinks.farSide?.release(run, trial)
  const log = isAnatomy ? await relay?.log() : undefined
  const figuresOf = isJob(condition) ? jobFigures : roundTripFigures
  // What a job's failures cost is shared out among those that were accepted: it would be told as theirs.
  const isTelling = !(isJob(condition) && failed.signal.aborted)
  if (log && isTelling) options.trips.set(anatomyKey(condition), figuresOf(submissions, log))
  const trips = options.trips.get(anatomyKey(condition))
  const context = {
    runId,
    trial,
    startedAt,
    repetition,
    purpose,
    condition,
    target,
    provider,
    messageBytes: template.sizeBytes,
    measured,
    receipts,
    trips,
  }
  const floorLag = options.floorLags.get(floorLabel(condition))
  const checks = checksOf(trial, { condition, purpose, measured, receipts, floorLag })
  const messageIdOf = (index: number) => template.message(index).messageId
  const samples = spool?.rows({ trial, beginNs: measured.beginNs, messageIdOf }) ?? []
  return { row: trialRowOf(context, checks), checks, measured, samples, injected, trips }
}

function targetOf({ prepared, sinks }: CampaignOptions, condition: Condition): Target {
  const target = remoteOf(prepared, condition) ?? sinks.targetOf(condition)
  if (!target) throw new Error(`no target for "${condition.label}"`)
  return target
}

/** Trial 0, several times: nothing of it is kept. */
async function rehearse(options: Context): Promise<void> {
  const store: CampaignStore = { ...options.store, spool: undefined }
  const observer: CampaignObserver = { trialStarted() {}, sample() {}, trialEnded() {} }
  for (const condition of rehearsalsOf(options.prepared.conditions)) {
    if (options.signal.aborted) return
    const planned = { trial: 0, purpose: 'measure', condition, repetition: 0, round: 0 } as const
    await measure({ ...options, store, observer }, planned, targetOf(options, condition))
  }
}

/** Runs the planned trials in order, until they are done, the signal aborts, or the store gives up. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { planned, prepared, random, signal, observer, store } = options
  const context: Context = { ...options, floorLags: new Map(), trips: new Map() }
  const trials: TrialRow[] = []
  const checks: Check[] = []
  const repetitions = new Map<string, Repetition[]>(prepared.conditions.map(({ label }) => [label, []]))
  const labels = () =>
    [...repetitions.values()].filter(of => of.length > 0).map(of => poolLabel(of, random.fork('pool')))

  await rehearse(context)
  for (const next of planned) {
    if (signal.aborted) break
    const { condition, purpose, trial } = next
    observer.trialStarted(next)
    const {
      row,
      checks: found,
      measured,
      samples,
      injected,
      trips,
    } = await measure(context, next, targetOf(options, condition))
    trials.push(row)
    checks.push(...found)
    const { latencyBlocks, service, startLag } = measured.recording
    if (purpose === 'floor') context.floorLags.set(condition.label, startLag)
    else if (purpose === 'measure')
      repetitions.get(condition.label)?.push({ row, latencyBlocks, service, startLag })
    observer.trialEnded(next, row)
    if (!(await store.trial(recordOf(row, measured, samples, injected, trips)))) break
    // About once a round: after a crash, the labels are at most a round behind the trials.
    if (trial % prepared.conditions.length === 0 && trial < planned.length) await store.labels(labels())
  }
  const pooled = labels()
  await store.labels(pooled)
  return { trials, labels: pooled, checks }
}

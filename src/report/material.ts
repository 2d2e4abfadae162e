import { join } from 'node:path'
import { type FirstAnswer, firstAnswerOf } from '../claims/answer.ts'
import type { Judged } from '../claims/claim.ts'
import { judgeAll } from '../claims/claims.ts'
import { UsageError } from '../errors.ts'
import type { Bins } from '../run-store/bins.ts'
import { DOCTOR_FILE, type DoctorRecord, readDoctor } from '../run-store/doctor-record.ts'
import type { StoredHistogram } from '../run-store/hlog.ts'
import { readLatencies, readRun } from '../run-store/reader.ts'
import type { LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { mergedBins } from '../stats/quantile.ts'

/** How a threshold came out for one label. */
export interface JudgedThreshold {
  readonly threshold: string
  /** null: there is none that it is for. */
  readonly label: string | null
  readonly ok: boolean
  /** Of its labels the nearest to the limit. */
  readonly nearest: boolean
  /** The figure in words, with its interval; or why there is none. */
  readonly found: string
}

/** One run as reports take it. */
export interface ReportedRun {
  readonly run: StoredRun
  /** The latencies of each label, its valid repetitions in one; the labels of which nothing was accepted have none. */
  readonly latencies: ReadonlyMap<string, Bins>
  readonly thresholds: readonly JudgedThreshold[]
}

/** All that a report may be made of: no clock, no chance, no other file, so that the same runs give the same bytes. */
export interface Material {
  /** At least one. */
  readonly runs: readonly ReportedRun[]
  readonly answer: FirstAnswer
  readonly claims: readonly Judged[]
}

/** One format: the file that it becomes, and its text. */
export interface Report {
  readonly file: string
  render(material: Material): string
}

function latenciesOf(run: StoredRun, histograms: readonly StoredHistogram[]): ReadonlyMap<string, Bins> {
  const blocks = new Map<number, readonly Bins[]>(
    histograms.filter(({ metric }) => metric === 'latency').map(({ trial, blocks: bins }) => [trial, bins]),
  )
  const ofLabel = new Map<string, Bins[]>()
  for (const { trial, label, valid, purpose } of run.trials) {
    const bins = purpose === 'measure' && valid ? (blocks.get(trial) ?? []) : []
    if (bins.length > 0) ofLabel.set(label, [...(ofLabel.get(label) ?? []), ...bins])
  }
  return new Map([...ofLabel].map(([label, bins]) => [label, mergedBins(bins)]))
}

/** @param judge how the run's own thresholds come out */
export function reportedRun(
  run: StoredRun,
  histograms: readonly StoredHistogram[],
  judge: (run: StoredRun) => readonly JudgedThreshold[],
): ReportedRun {
  return { run, latencies: latenciesOf(run, histograms), thresholds: judge(run) }
}

export function materialOf(runs: readonly ReportedRun[], records: readonly DoctorRecord[] = []): Material {
  const stored = runs.map(({ run }) => run)
  return { runs, answer: firstAnswerOf(stored), claims: judgeAll(stored, records) }
}

/** What doctor found: of the file that is named, which must be there, or of those that lie beside the runs. */
async function recordsOf(directories: readonly string[], named: string | undefined): Promise<DoctorRecord[]> {
  const files = named === undefined ? directories.map(dir => join(dir, DOCTOR_FILE)) : [named]
  const records = (await Promise.all(files.map(readDoctor))).filter(record => record !== undefined)
  if (named !== undefined && records.length === 0)
    throw new UsageError(`--doctor: "${named}" does not exist: make it with mailbench doctor PLAN --out FILE`)
  return records
}

/**
 * Reads what reports of these runs are made of.
 * @param doctor a record of doctor, instead of those in the directories
 * @throws UsageError naming the folder and what is wrong with it
 */
export async function readMaterial(
  directories: readonly string[],
  judge: (run: StoredRun) => readonly JudgedThreshold[],
  doctor?: string,
): Promise<Material> {
  const runs = await Promise.all(
    directories.map(async dir => {
      const run = await readRun(dir)
      return reportedRun(run, await readLatencies(dir, run), judge)
    }),
  )
  return materialOf(runs, await recordsOf(directories, doctor))
}

/** A label of one of the runs, under a name that no other has. */
export interface NamedLabel {
  readonly name: string
  readonly row: LabelRow
  readonly latency: Bins
}

/** Every label of every run, in order. */
export function namedLabels({ runs }: Material): NamedLabel[] {
  return runs.flatMap(({ run, latencies }) =>
    run.labels.map(row => ({
      name: runs.length === 1 ? row.label : `${run.run_id}: ${row.label}`,
      row,
      latency: latencies.get(row.label) ?? [],
    })),
  )
}

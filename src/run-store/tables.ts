import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip, gzipSync } from 'node:zlib'
import type { z } from 'zod'
import { type AppendFile, createAppendFile } from './append-file.ts'
import { csvBatches, csvHeader, csvRows } from './csv.ts'
import { hlogHeader, hlogLines } from './hlog.ts'
import { openSampleSpool, type SampleSpool } from './sample-spool.ts'
import {
  failureRow,
  injectedRow,
  mergeRow,
  phaseRow,
  type SampleRow,
  sampleRow,
  timelineRow,
  trialRow,
} from './schema.ts'
import type { TrialRecord } from './trial-record.ts'

/** The files that grow with every trial. They hold whole trials, all of them the same ones. */
export interface Tables {
  /** Where a trial's submissions wait for its end; undefined when they are not kept. */
  readonly spool: SampleSpool | undefined
  /** @throws the system's error; the files are then as before */
  add(record: TrialRecord): Promise<void>
  close(): Promise<void>
}

/** Rows as one gzip member. Members in a row are one valid file (RFC 1952 §2.2). */
async function zip(rows: Iterable<SampleRow>, into: AppendFile): Promise<void> {
  await pipeline(csvBatches(sampleRow, rows), createGzip(), async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) await into.append(chunk)
  })
}

/**
 * samples.csv.gz, and where a trial's submissions are before: in the spool until it has ended, then zipped on the
 * stage, which may take seconds; the file gets them all at once. Spool and stage have no names any more, so that
 * nothing is left of them, whatever ends the process.
 */
interface SampleFiles {
  readonly spool: SampleSpool
  readonly file: AppendFile
  readonly stage: AppendFile
}

async function createSampleFiles(dir: string, file: AppendFile): Promise<SampleFiles> {
  const spool = openSampleSpool(join(dir, 'samples.part'))
  const staged = join(dir, 'samples.csv.gz.part')
  const stage = await createAppendFile(staged)
  await rm(staged)
  return { spool, file, stage }
}

/** What is not kept of every run. */
export interface Keeps {
  readonly samples: boolean
  readonly merges: boolean
}

/** Creates all of them, headers included. @throws the system's error, EEXIST when there is a run already */
export async function createTables(dir: string, startedAtMs: number, keeps: Keeps): Promise<Tables> {
  const files: AppendFile[] = []
  const each = (act: (file: AppendFile) => Promise<void>) => Promise.all(files.map(act))
  const create = async (name: string, begin: string | Uint8Array) => {
    const file = await createAppendFile(join(dir, name))
    files.push(file)
    await file.append(begin)
    return file
  }
  const table = (name: string, schema: z.ZodObject) => create(name, csvHeader(schema))

  try {
    const summary = await table('summary.csv', trialRow)
    const phases = await table('phases.csv', phaseRow)
    const failures = await table('failures.csv', failureRow)
    const injected = await table('injected.csv', injectedRow)
    const timeline = await table('timeline.csv', timelineRow)
    const merges = keeps.merges ? await table('merge.csv', mergeRow) : undefined
    const histograms = await create('histograms.hlog', hlogHeader(startedAtMs))
    const zipped = keeps.samples ? await create('samples.csv.gz', gzipSync(csvHeader(sampleRow))) : undefined
    await each(file => file.commit())
    const samples = zipped && (await createSampleFiles(dir, zipped))

    const append = async (record: TrialRecord) => {
      const { row } = record
      const offsetMs = Date.parse(row.started_at) - startedAtMs
      // First, and beside the files: until it is done, none of them has any of the trial.
      if (samples && record.samples) await zip(record.samples, samples.stage)
      await phases.append(csvRows(phaseRow, record.phases))
      await failures.append(csvRows(failureRow, record.failures))
      await injected.append(csvRows(injectedRow, record.injected))
      await timeline.append(csvRows(timelineRow, record.timeline))
      if (merges && record.merge) await merges.append(csvRows(mergeRow, [record.merge]))
      await histograms.append(hlogLines(row.trial, offsetMs, record.histograms))
      if (samples) for await (const chunk of samples.stage.chunks()) await samples.file.append(chunk)
      // Last: a trial that stands in the summary is complete in the other files.
      await summary.append(csvRows(trialRow, [row]))
    }
    return {
      spool: samples?.spool,
      async add(record) {
        try {
          await append(record)
          await each(file => file.commit())
        } catch (error) {
          await each(file => file.rollBack())
          throw error
        } finally {
          await samples?.stage.rollBack() // never committed: to nothing
        }
      },
      async close() {
        samples?.spool[Symbol.dispose]()
        await samples?.stage.close()
        await each(file => file.close())
      },
    }
  } catch (error) {
    await each(file => file.close())
    throw error
  }
}

import { readdirSync, statSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { Int32Histogram } from 'hdr-histogram-js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { readHistograms, readRun } from './reader.ts'
import { exampleTrialRow } from './rows.fixture.ts'
import { labelRow, type MergeRow, type SampleRow } from './schema.ts'
import type { TrialRecord } from './trial-record.ts'
import { openRunWriter, type RunMeta } from './writer.ts'

const meta: RunMeta = {
  run_id: 'r',
  name: 'quick',
  started_at: '2026-11-23T09:15:00.000Z',
  command: 'mailbench run quick --seed 7',
  seed: 7,
  plan: { name: 'quick', trials: [] },
  environment: { node: 'v24', cpus: 2 },
  planned: [{ label: 'smtp-wire', repetition: 1 }],
}

function* samples(trial: number, count: number): Generator<SampleRow> {
  for (let index = 0; index < count; index++) {
    yield {
      trial,
      index,
      message_id: `<${index}@example.net>`,
      due_ms: index,
      start_ms: index + 0.1,
      end_ms: index + 2,
      outcome: 'accepted',
      phase: null,
      cause: null,
      code: 250,
      enhanced_code: '2.0.0',
      connection_id: 1,
      attempt: 1,
    }
  }
}

function record(trial: number, more: Partial<TrialRecord> = {}): TrialRecord {
  const ofTrial = { run_id: 'r', trial, label: 'smtp-wire' }
  const histogram = new Int32Histogram(1, 3.6e12, 3)
  histogram.recordValue(1_000_000 * trial)
  const figures = { mean_ms: 1, p50_ms: 1, p90_ms: null, p99_ms: null, max_ms: 2, round_trips: null }
  return {
    row: { ...exampleTrialRow, trial, started_at: '2026-11-23T09:15:10.000Z' },
    phases: [{ ...ofTrial, phase: 'envelope', n: 9, ...figures }],
    failures: [
      {
        ...ofTrial,
        outcome: 'rejected',
        phase: 'envelope',
        cause: 'recipient',
        code: 550,
        enhanced_code: '5.1.1',
        count: 1,
        share: 0.01,
        first_at_ms: 12,
        example: '=HYPERLINK("http://evil")',
      },
    ],
    injected: [{ ...ofTrial, step: 'content', fault: 'silence', cause: 'timeout', count: 3 }],
    timeline: [
      {
        ...ofTrial,
        second: 0,
        scheduled: 9,
        accepted: 8,
        failed: 1,
        in_doubt: 0,
        in_flight: 0,
        p50_ms: 1,
        p99_ms: null,
      },
    ],
    histograms: [{ metric: 'latency', intervals: [{ startNs: 0, endNs: 1e9, histogram }] }],
    ...more,
  }
}

/** Rows whose reading fails as a full disk does. */
// biome-ignore lint/correctness/useYield: it fails before its first row
function* diskFull(): Generator<SampleRow> {
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  })
}

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mailbench-run-'))
})
afterEach(() => rm(dir, { recursive: true }))

const text = (name: string) => readFile(join(dir, name), 'utf8')
const table = async (name: string) => parse(await text(name), { columns: true })
const sampleTable = async () =>
  parse(gunzipSync(await readFile(join(dir, 'samples.csv.gz'))), { columns: true })

describe('a run writer', () => {
  test('creates every file before the first trial', async () => {
    const writer = await openRunWriter(dir, meta, { samples: true })
    expect((await readdir(dir)).sort()).toEqual([
      'failures.csv',
      'histograms.hlog',
      'injected.csv',
      'labels.csv',
      'phases.csv',
      'run.json',
      'samples.csv.gz',
      'summary.csv',
      'timeline.csv',
    ])
    expect(await text('summary.csv')).toMatch(/^run_id,trial,.*,invalid_because\r\n$/)
    expect(await readRun(dir)).toMatchObject({ version: 1, state: 'running', ended_at: null, trials: [] })
    await writer.finish('interrupted', '2026-11-23T09:15:01.000Z')
  })

  test('keeps no samples unless told to', async () => {
    const writer = await openRunWriter(dir, meta)
    expect(await writer.trial(record(1, { samples: samples(1, 3) }))).toBeUndefined()
    await writer.finish('complete', '2026-11-23T09:16:00.000Z')
    expect(await readdir(dir)).not.toContain('samples.csv.gz')
  })

  test('has every finished trial on disk at once, as a crash would leave it', async () => {
    const writer = await openRunWriter(dir, meta, { samples: true })
    expect(await writer.trial(record(1, { samples: samples(1, 2500) }))).toBeUndefined()
    expect(await writer.trial(record(2, { samples: samples(2, 10) }))).toBeUndefined()

    expect(await table('summary.csv')).toMatchObject([{ trial: '1' }, { trial: '2' }])
    expect(await table('phases.csv')).toMatchObject([{ phase: 'envelope', p90_ms: '' }, {}])
    expect((await table('injected.csv'))[1]).toMatchObject({ trial: '2', fault: 'silence', count: '3' })
    expect(await table('timeline.csv')).toHaveLength(2)
    expect((await table('failures.csv'))[0]).toMatchObject({ example: '\'=HYPERLINK("http://evil")' })
    expect(await sampleTable()).toHaveLength(2510)
    expect((await readRun(dir)).trials.map(row => row.trial)).toEqual([1, 2])
    expect(await readHistograms(dir)).toEqual([
      { trial: 1, metric: 'latency', blocks: [[[1_000_447, 1]]] },
      { trial: 2, metric: 'latency', blocks: [[[2_000_895, 1]]] },
    ])
    expect(await text('histograms.hlog')).toContain('Tag=t1.latency,10.000,1.000,1.000,')
    await writer.finish('complete', '2026-11-23T09:16:00.000Z')
  })

  test('adds a trial to its files when all of its samples are ready, however long that takes', async () => {
    const writer = await openRunWriter(dir, meta, { samples: true })
    await writer.trial(record(1, { samples: samples(1, 10) }))
    const sizes = () => readdirSync(dir).map(name => [name, statSync(join(dir, name)).size])
    const before = sizes()
    function* watched() {
      for (const row of samples(2, 20_000)) {
        if (row.index % 2000 === 0) expect(sizes()).toEqual(before)
        yield row
      }
    }
    expect(await writer.trial(record(2, { samples: watched() }))).toBeUndefined()
    expect(await sampleTable()).toHaveLength(20_010)
    await writer.finish('complete', '2026-11-23T09:16:00.000Z')
  })

  test('stores what it was given: the run is read back equal', async () => {
    const writer = await openRunWriter(dir, meta)
    const first = record(1)
    await writer.trial(first)
    await writer.checks([{ trial: null, check: 'balance', ok: true, invalidates: true, detail: '100 = 100' }])
    await writer.finish('complete', '2026-11-23T09:16:00.000Z')
    expect(await readRun(dir)).toEqual({
      version: 1,
      ...meta,
      state: 'complete',
      ended_at: '2026-11-23T09:16:00.000Z',
      checks: [{ trial: null, check: 'balance', ok: true, invalidates: true, detail: '100 = 100' }],
      trials: [first.row],
      labels: [],
      phases: first.phases,
      failures: first.failures,
      injected: first.injected,
      timeline: first.timeline,
      merges: [],
    })
  })

  test('keeps what whole jobs took where it is told to, and makes no file of it elsewhere', async () => {
    const writer = await openRunWriter(dir, meta, { merges: true })
    const merge: MergeRow = {
      run_id: 'r',
      trial: 1,
      label: 'smtp-wire',
      batch_size: 50,
      messages: 100,
      accepted: 98,
      total_ms: 12.5,
      messages_per_s: 7840,
      calls: 2,
      connections: 1,
      round_trips: 4,
      bytes_up: 150_000,
      bytes_down: 900,
      memory_bytes: null,
    }
    await writer.trial(record(1, { merge }))
    await writer.trial(record(2))
    await writer.finish('complete', '2026-11-23T09:16:00.000Z')
    expect(await table('merge.csv')).toMatchObject([{ trial: '1', total_ms: '12.5', memory_bytes: '' }])
    expect((await readRun(dir)).merges).toEqual([merge])

    const other = join(dir, 'other')
    await (await openRunWriter(other, meta)).finish('complete', '2026-11-23T09:16:00.000Z')
    expect(await readdir(other)).not.toContain('merge.csv')
  })

  test('replaces the labels whenever they are given', async () => {
    const writer = await openRunWriter(dir, meta)
    const { shape } = labelRow
    const label = (n: number) => {
      const row = Object.fromEntries(Object.keys(shape).map(column => [column, null]))
      return labelRow.parse({ ...row, ...pick(exampleTrialRow, Object.keys(shape)), repetitions: 1, n })
    }
    expect(await writer.labels([label(10)])).toBeUndefined()
    expect(await writer.labels([label(20), label(30)])).toBeUndefined()
    expect(await table('labels.csv')).toMatchObject([{ n: '20' }, { n: '30' }])
    expect((await readRun(dir)).labels.map(row => row.n)).toEqual([20, 30])
    await writer.finish('complete', '2026-11-23T09:16:00.000Z')
  })

  test('takes overlapping calls in turn', async () => {
    const writer = await openRunWriter(dir, meta)
    await Promise.all([
      writer.trial(record(1)),
      writer.trial(record(2)),
      writer.finish('interrupted', '2026-11-23T09:16:00.000Z'),
    ])
    expect(await readRun(dir)).toMatchObject({ state: 'interrupted', trials: [{ trial: 1 }, { trial: 2 }] })
    expect(await table('summary.csv')).toHaveLength(2)
  })

  test('refuses a figure that is none: that is a bug, not a fault', async () => {
    const writer = await openRunWriter(dir, meta)
    const { row } = record(1)
    await expect(writer.trial(record(1, { row: { ...row, latency_mean_ms: Number.NaN } }))).rejects.toThrow()
    expect(await table('summary.csv')).toEqual([])
    expect(await writer.trial(record(2))).toBeUndefined()
    expect(await table('summary.csv')).toHaveLength(1)
    await writer.finish('complete', '2026-11-23T09:16:00.000Z')
  })
})

const pick = (row: object, columns: readonly string[]) =>
  Object.fromEntries(Object.entries(row).filter(([column]) => columns.includes(column)))

describe('a folder that cannot be written', () => {
  test('is met before the first trial, and named', async () => {
    await writeFile(join(dir, 'file'), '')
    const attempt = openRunWriter(join(dir, 'file', 'run'), meta)
    await expect(attempt).rejects.toThrow(UsageError)
    await expect(attempt).rejects.toThrow(/file\/run.*ENOTDIR.*--out/)
  })

  test('and one that holds a run already are both left alone', async () => {
    await writeFile(join(dir, 'summary.csv'), 'precious')
    await expect(openRunWriter(dir, meta)).rejects.toThrow(/EEXIST/)
    expect(await text('summary.csv')).toBe('precious')
  })
})

describe('a full disk', () => {
  test('is a value in one line; tables and run.json keep the trials before it', async () => {
    const writer = await openRunWriter(dir, meta, { samples: true })
    await writer.trial(record(1, { samples: samples(1, 5) }))
    const before = await Promise.all(['summary.csv', 'phases.csv', 'histograms.hlog', 'run.json'].map(text))

    const fault = await writer.trial(record(2, { samples: diskFull() }))
    expect(fault).toMatchObject({ code: 'ENOSPC' })
    expect(fault?.message).toContain(dir)
    expect(fault?.message).not.toContain('\n')

    const after = await Promise.all(['summary.csv', 'phases.csv', 'histograms.hlog', 'run.json'].map(text))
    expect(after).toEqual(before)
    expect(await sampleTable()).toHaveLength(5)
    expect(await writer.finish('interrupted', '2026-11-23T09:16:00.000Z')).toBeUndefined()
    expect(await readRun(dir)).toMatchObject({ state: 'interrupted', trials: [{ trial: 1 }] })
  })

  test('that takes the tables but not run.json leaves run.json whole', async () => {
    const writer = await openRunWriter(dir, meta)
    await writer.trial(record(1))
    // The device that is always full (full(4)) stands where run.json would be written.
    await symlink('/dev/full', join(dir, 'run.json.tmp'))
    expect(await writer.trial(record(2))).toMatchObject({ code: 'ENOSPC' })
    expect((await readRun(dir)).trials).toHaveLength(1)
    expect(await readdir(dir)).not.toContain('run.json.tmp')
    // Space again: nothing of the trial was lost.
    expect(await writer.finish('complete', '2026-11-23T09:16:00.000Z')).toBeUndefined()
    expect((await readRun(dir)).trials).toHaveLength(2)
    expect(await table('summary.csv')).toHaveLength(2)
  })
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { readHistograms, readRun } from './reader.ts'
import { openRunWriter } from './writer.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mailbench-read-'))
})
afterEach(() => rm(dir, { recursive: true }))

const put = (name: string, content: string) => writeFile(join(dir, name), content)

test('a folder without a run is the user’s mistake', async () => {
  await expect(readRun(dir)).rejects.toThrow(UsageError)
  await expect(readRun(dir)).rejects.toThrow(/is no run directory: run\.json/)
  await expect(readHistograms(join(dir, 'nowhere'))).rejects.toThrow(UsageError)
})

test('a run.json that is no JSON is named as such', async () => {
  await put('run.json', '{"version": 1,')
  await expect(readRun(dir)).rejects.toThrow(/run\.json is no JSON/)
})

test('a run of another version is refused with the reason', async () => {
  await put('run.json', '{"version": 2}')
  await expect(readRun(dir)).rejects.toThrow(/does not fit this version of mailbench: version:/)
})

test('a figure of the wrong type is found by its place', async () => {
  const meta = { run_id: 'r', name: 'n', started_at: '2026-11-23T09:15:00Z', command: 'c', seed: 1 }
  const writer = await openRunWriter(dir, { ...meta, plan: {}, environment: {}, planned: [] })
  await writer.finish('complete', '2026-11-23T09:16:00Z')
  const run = await readRun(dir)
  await put('run.json', JSON.stringify({ ...run, planned: [{ label: 'a', repetition: 'one' }] }))
  await expect(readRun(dir)).rejects.toThrow(/planned\.0\.repetition:/)
})

test('a damaged histogram log is the file’s fault, not a crash', async () => {
  await put('histograms.hlog', 'Tag=t1.latency,0.000,1.000,1.000,AAAA\n')
  await expect(readHistograms(dir)).rejects.toThrow(/histograms\.hlog.*damaged/)
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UsageError } from '../errors.ts'
import { csvHeader, csvRows } from './csv.ts'
import { readSamples } from './sample-reader.ts'
import { type SampleRow, sampleRow } from './schema.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mailbench-samples-'))
})
afterEach(() => rm(dir, { recursive: true }))

const row = (index: number, more: Partial<SampleRow> = {}): SampleRow => ({
  trial: 1,
  index,
  message_id: '<1@example.net>',
  due_ms: -1.5,
  start_ms: null,
  end_ms: 2.25,
  outcome: 'rejected',
  phase: 'auth',
  cause: 'auth',
  code: 535,
  enhanced_code: '5.7.8',
  connection_id: null,
  attempt: 1,
  ...more,
})
const file = () => join(dir, 'samples.csv.gz')
async function all(): Promise<SampleRow[]> {
  const rows: SampleRow[] = []
  for await (const each of readSamples(dir)) rows.push(each)
  return rows
}

describe('the kept submissions of a run', () => {
  it('come back as they were written, over all of its gzip members', async () => {
    const rows = [
      row(0),
      row(1, { enhanced_code: '=1+1' }),
      row(2, { message_id: 'a "b", c', enhanced_code: null }),
    ]
    const [first, ...others] = rows
    if (!first) throw new Error('three rows')
    await writeFile(
      file(),
      Buffer.concat([
        gzipSync(csvHeader(sampleRow)),
        gzipSync(csvRows(sampleRow, [first])),
        gzipSync(csvRows(sampleRow, others)),
      ]),
    )
    expect(await all()).toEqual(rows)
  })

  it('are none when the run kept none of any trial', async () => {
    await writeFile(file(), gzipSync(csvHeader(sampleRow)))
    expect(await all()).toEqual([])
  })

  it('need a run that kept them', async () => {
    await expect(all()).rejects.toThrow(UsageError)
    await expect(all()).rejects.toThrow(/keeps no submissions: run the plan with --samples$/)
  })

  it('are refused in one line where their file is damaged', async () => {
    const whole = gzipSync(csvHeader(sampleRow) + csvRows(sampleRow, [row(0)]))
    for (const bytes of [
      whole.subarray(0, -12),
      Buffer.from('no gzip'),
      gzipSync(`${csvHeader(sampleRow)}1,2\r\n`),
      gzipSync(csvHeader(sampleRow) + csvRows(sampleRow, [row(0)]).replace('rejected', 'odd')),
    ]) {
      await writeFile(file(), bytes)
      await expect(all()).rejects.toThrow(/^samples\.csv\.gz in ".*" is damaged \(.+\)$/)
    }
  })
})

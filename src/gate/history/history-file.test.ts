import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { InvalidRunError } from '../compare/sides.ts'
import { readHistory, recordRun } from './history-file.ts'
import { historyRowsOf } from './row.ts'
import { labelOf, runOfDay } from './runs.fixture.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailbench-history-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const labels = [
  labelOf('=smtp, "quoted"', { latency_p50_ms: 2, latency_p50_ms_low: 1.9, latency_p50_ms_high: 2.1 }),
  labelOf('http', { latency_p50_ms: 1, lost: null }),
]

test('what is recorded is read again, in files and folders that did not exist', async () => {
  const file = join(folder, 'new', 'history.csv')
  expect(await readHistory(file)).toEqual([])
  const [first, second] = [runOfDay(1, labels), runOfDay(2, labels)]
  const rows = [...historyRowsOf(first, 'abc'), ...historyRowsOf(second, null)]
  expect((await recordRun(file, first, 'abc')).rows * 2).toBe(rows.length)
  await recordRun(file, second, null)
  expect(await readHistory(file)).toEqual(rows)
  expect(rows.find(({ metric }) => metric === 'latency_p50_ms')).toMatchObject({
    run_id: 'run-1',
    commit: 'abc',
    label: '=smtp, "quoted"',
    repetitions: 5,
    value: 2,
    low: 1.9,
    high: 2.1,
  })
  expect(rows.some(({ label, metric }) => label === 'http' && metric === 'lost')).toBe(false)
})

test('a run is recorded once', async () => {
  const file = join(folder, 'once.csv')
  await recordRun(file, runOfDay(1, labels), null)
  expect(await recordRun(file, runOfDay(1, labels), 'again')).toEqual({ rows: 0 })
  expect((await recordRun(file, runOfDay(2, labels), null)).rows).toBeGreaterThan(0)
})

test('a file whose last line lacks its end, as after an edit, is gone on with in a new one', async () => {
  const file = join(folder, 'edited.csv')
  await recordRun(file, runOfDay(1, labels), null)
  await writeFile(file, (await readFile(file, 'utf8')).trimEnd())
  await recordRun(file, runOfDay(2, labels), null)
  expect(new Set((await readHistory(file)).map(({ run_id }) => run_id))).toEqual(new Set(['run-1', 'run-2']))
})

test('a run that is invalid by its own checks, or did not end, is refused', async () => {
  const file = join(folder, 'invalid.csv')
  const run = runOfDay(1, labels)
  const starved = {
    ...run,
    trials: run.trials.map(row => ({ ...row, valid: false, invalid_because: 'start lag' })),
  }
  await expect(recordRun(file, starved, null)).rejects.toThrow(InvalidRunError)
  await expect(recordRun(file, starved, null)).rejects.toThrow(/invalid and not recorded: .*start lag/)
  await expect(recordRun(file, { ...run, state: 'interrupted' }, null)).rejects.toThrow(/not recorded/)
  expect(await readHistory(file)).toEqual([])
})

test.each([
  ['another table', 'a,b\r\n1,2\r\n', /is no history of mailbench: line 1 is not the header/],
  ['a row that was torn', undefined, /is no history of mailbench: Invalid Record Length.* line 3/],
])('%s is refused by name', async (name, text, words) => {
  const file = join(folder, `${name}.csv`)
  await recordRun(file, runOfDay(1, labels), null)
  const whole = await readFile(file, 'utf8')
  const torn = whole.split('\r\n').slice(0, 3).join('\r\n').slice(0, -20)
  await writeFile(file, text ?? torn)
  await expect(readHistory(file)).rejects.toThrow(words)
})

test('a figure that is none is refused by its row', async () => {
  const file = join(folder, 'figure.csv')
  await recordRun(file, runOfDay(1, labels), null)
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(',5,2,1.9,2.1', ',5,many,1.9,2.1'))
  await expect(readHistory(file)).rejects.toThrow('row 2 has a bad figure')
})

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { historyRowsOf } from '../gate/history/row.ts'
import { labelOf, runOfDay } from '../gate/history/runs.fixture.ts'
import { trendsOf } from '../gate/history/trend.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { runCli, temporaryFolder } from './cli.fixture.ts'
import { historyText, levels } from './history-text.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder[Symbol.asyncDispose]())

const cli = (...args: string[]) => runCli(args, { cwd: folder.path, env: { GITHUB_SHA: 'abcdef1234567890' } })

async function store(run: StoredRun): Promise<string> {
  const dir = join(folder.path, run.run_id)
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, 'run.json'), JSON.stringify(run))
  return dir
}

/** A day whose median is a little more or less than this. */
const dayOf = (day: number, p50: number, trips: number) =>
  runOfDay(day, [
    labelOf('smtp', {
      latency_p50_ms: p50 * (1 + 0.01 * Math.sin(7 * day)),
      round_trips_per_message: trips,
    }),
  ])

describe('what is drawn', () => {
  test('has a line before each new level, and the latest runs only', () => {
    expect(levels([1, 2, 1, 8, 7, 8], [3])).toBe('▁▂▁|█▇█')
    expect(levels([5, 5, 5], [])).toBe('▁▁▁')
    expect([...levels(Array(60).fill(1), [])]).toHaveLength(40)
  })

  test('of one run is its day', () => {
    const [first] = historyText(trendsOf(historyRowsOf(dayOf(0, 2, 2), null), 100), false).split('\n')
    expect(first).toMatch(/: 1 run, 2026-01-01$/)
  })

  test('is each figure that varied, its change under it, and the conclusion last', () => {
    const rows = Array.from({ length: 20 }, (_, day) =>
      historyRowsOf(dayOf(day, day < 10 ? 2 : 2.5, day < 19 ? 2 : 4), 'abcdef1234567890'),
    ).flat()
    const lines = historyText(trendsOf(rows, 100), false).split('\n')
    expect(lines[0]).toMatch(/^example \([0-9a-f]{12}\) on \S+: 20 runs, 2026-01-01 to 2026-01-20$/)
    expect(lines[1]).toBe('smtp')
    expect(lines[2]).toMatch(/^ {2}latency_p50_ms +2\.00 [▁-█]{10}\|[▁-█]{10} 2\.5\d$/)
    expect(lines[3]).toMatch(
      /^ {4}! worse since 2026-01-11 \(commit abcdef1234, run-10\): 2\.\d\d -> 2\.\d\d \(\+2\d\.\d%\)$/,
    )
    expect(lines[5]).toBe('    ! worse since 2026-01-20 (commit abcdef1234, run-19): 2 -> 4 (+100.0%)')
    expect(lines[6]).toMatch(/^\d+ figures never varied \(--all shows them\)\.$/)
    expect(lines.at(-1)).toMatch(/^2 changes in 2 of \d+ series: 2 worse, 0 better\.$/)
  })
})

describe('mailbench history', () => {
  test('adds runs, each once, and shows what changed', async () => {
    const days = Array.from({ length: 5 }, (_, day) => dayOf(day, 2, day < 4 ? 2 : 4))
    const dirs = await Promise.all(days.map(store))
    const added = await cli('history', 'add', ...dirs, '--file', 'h.csv')
    expect(added).toMatchObject({ status: 0, stderr: '' })
    expect(added.stdout).toMatch(/^\d+ figures added to h\.csv\n/)
    expect((await cli('history', 'add', dirs[0] ?? '', '--file', 'h.csv')).stdout).toMatch(
      /is in h\.csv already/,
    )
    const shown = await cli('history', '--file', 'h.csv', '--metric', 'round_trips')
    expect(shown.status).toBe(0)
    expect(shown.stdout).toContain('worse since 2026-01-05 (commit abcdef1234, run-4): 2 -> 4 (+100.0%)')
    expect((await cli('history', '--file', 'h.csv', '--fail-within', '1')).status).toBe(1)
    const json = await cli('history', '--file', 'h.csv', '--json', '--label', 'sm*')
    expect(JSON.parse(json.stdout)).toContainEqual(
      expect.objectContaining({
        metric: 'round_trips_per_message',
        changes: [expect.objectContaining({ at: 4 })],
      }),
    )
  })

  test('refuses an invalid run with 3', async () => {
    const run = dayOf(1, 2, 2)
    const trials = run.trials.map(row => ({ ...row, valid: false, invalid_because: 'start lag' }))
    const dir = await store({ ...run, run_id: 'starved', trials })
    const { status, stderr } = await cli('history', 'add', dir)
    expect(stderr).toMatch(/^mailbench: run starved is invalid and not recorded: .*start lag\n$/)
    expect(status).toBe(3)
  })

  test.each([
    ['a file that is not there', ['--file', 'none.csv'], /"none.csv" holds no run: record some/],
    ['a figure that is in none', ['--file', 'h.csv', '--metric', 'p98'], /--metric: "p98" is in no history/],
    ['a number that is none', ['--last', 'many'], /--last: must be a whole number/],
    ['a run that is none', ['add', 'nowhere'], /"nowhere" is no run directory/],
    ['nothing to add', ['add'], /missing required argument 'runs'/],
  ])('says what is wrong with %s, with 2', async (_, args, words) => {
    const { status, stderr } = await cli('history', ...args)
    expect(stderr).toMatch(words)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(status).toBe(2)
  })

  test('is written by a run that is told to, and read before it', async () => {
    const run = (...args: string[]) =>
      cli('run', '--client', 'wire', '--messages', '5', '--warmup', '0', '--repeat', '1', '--quiet', ...args)
    const { status, stderr } = await run('--smtp', 'sink', '--history', 'own/history.csv')
    expect(stderr).toMatch(/^History: \d+ figures added to own\/history\.csv$/m)
    expect(status).toBe(0)
    expect((await cli('history', '--file', 'own/history.csv')).stdout).toMatch(/1 run is few/)
    await writeFile(join(folder.path, 'bad.csv'), 'no,history\r\n')
    const refused = await run('--smtp', 'sink', '--history', 'bad.csv')
    expect(refused.stderr).toMatch(/"bad.csv" is no history of mailbench/)
    expect(refused.status).toBe(2)
  })
})

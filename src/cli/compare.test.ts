import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exampleRun, type LabelSpec } from '../gate/compare/runs.fixture.ts'
import type { TrialRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { runCli } from './cli.fixture.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailbench-compare-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Ten repetitions of which each is a little slower than the one before. */
const rows = (factor: number, more: Partial<TrialRow> = {}): LabelSpec[] => [
  {
    label: 'smtp wire',
    repetitions: Array.from({ length: 10 }, (_, i) => ({ latency_p50_ms: factor * (2 + i / 100), ...more })),
  },
]

async function store(name: string, labels: readonly LabelSpec[], more: Partial<StoredRun> = {}) {
  const dir = join(folder, name)
  await mkdir(dir)
  await writeFile(join(dir, 'run.json'), JSON.stringify(exampleRun(labels, { run_id: name, ...more })))
  return dir
}

const compare = (...args: string[]) => runCli(['compare', ...args], { cwd: folder })

describe('mailbench compare', () => {
  test('finds nothing between equal runs, and ends with 0', async () => {
    const [base, next] = [await store('same-1', rows(1)), await store('same-2', rows(1))]
    const { status, stdout } = await compare(base, next)
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^No regression/)
    expect(status).toBe(0)
  })

  test('says in one line what is worse, and ends with 1', async () => {
    const [base, next] = [await store('base', rows(1)), await store('slow', rows(1.3))]
    const { status, stdout } = await compare(base, next)
    expect(stdout).toContain('latency_p50_ms')
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      'Regression: latency_p50_ms of "smtp wire" 2.04 -> 2.66 (+30.0%)',
    )
    expect(status).toBe(1)
  })

  test('says how many repetitions would settle what is open, as far as that is reckoned', async () => {
    const wild = async (more: Partial<TrialRow>) => {
      const repetitions = [1, 9, 80].map(ms => ({ latency_p50_ms: ms, ...more }))
      const sides = ['a', 'b'].map(side =>
        store(`wild-${side}-${Object.keys(more).length}`, [{ label: 'x', repetitions }]),
      )
      const { stdout } = await compare(...(await Promise.all(sides)))
      return stdout.split('\n').find(line => line.startsWith('Inconclusive'))
    }
    expect(await wild({})).toBe(
      'Inconclusive with 3 repetitions a side: about 5 would settle half of these, 1000 or more all (80% power).',
    )
    expect(await wild({ throughput_per_s: null, client_cpu_us_per_message: null, failure_rate: null })).toBe(
      'Inconclusive with 3 repetitions a side: 1000 or more would settle these (80% power).',
    )
  })

  test('names the counted regression that a change of mode is', async () => {
    const base = await store('pipelined', rows(1, { round_trips_per_message: 2 }))
    const next = await store('lockstep', rows(1, { round_trips_per_message: 4 }))
    const { status, stdout } = await compare(base, next, '--counted')
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      'Regression: round_trips_per_message of "smtp wire" 2 -> 4 (+2)',
    )
    expect(status).toBe(1)
    expect((await compare(base, base, '--counted')).status).toBe(0)
  })

  test('with --baseline says in one line which label is gone, and ends with 1', async () => {
    const labels = (mode: string, trips: number): LabelSpec[] => [
      { label: 'http', repetitions: [{ transport: 'http' }] },
      { label: `smtp ${mode}`, repetitions: [{ mode, round_trips_per_message: trips }] },
    ]
    const base = await store('kept', labels('pipelined', 2))
    const changed = await store('changed', labels('lockstep', 4), { plan: { mode: 'lockstep' } })
    expect((await compare(base, changed, '--counted')).status).toBe(2)
    const { status, stdout } = await compare(base, changed, '--counted', '--baseline')
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      'Regression: "smtp pipelined" became "smtp lockstep" (mode pipelined -> lockstep); round_trips_per_message of "smtp pipelined -> smtp lockstep" 2 -> 4 (+2)',
    )
    expect(status).toBe(1)
    const fewer = await store('fewer', labels('pipelined', 2).slice(0, 1))
    const missed = await compare(base, fewer, '--counted', '--baseline')
    expect(missed.stdout.trimEnd().split('\n').at(-1)).toBe('Regression: "smtp pipelined" is gone')
    expect(missed.status).toBe(1)
    expect((await compare(base, base, '--counted', '--baseline')).status).toBe(0)
  })

  test('takes several runs of each side', async () => {
    const names = await Promise.all(['a1', 'a2', 'b1', 'b2'].map(name => store(name, rows(1))))
    const [a1 = '', a2 = '', b1 = '', b2 = ''] = names
    const { status, stdout } = await compare(a1, a2, '--json', '--', b1, b2)
    const { comparisons } = JSON.parse(stdout) as { comparisons: { repetitions: number[] }[] }
    expect(comparisons[0]?.repetitions).toEqual([20, 20])
    expect(status).toBe(0)
  })

  test('refuses an invalid run with 3', async () => {
    const base = await store('good', rows(1))
    const starved = await store('starved', rows(1, { valid: false, invalid_because: 'start lag' }))
    const { status, stderr } = await compare(base, starved)
    expect(stderr).toMatch(/^mailbench: run starved is invalid .*start lag\n$/)
    expect(status).toBe(3)
  })

  test.each([
    ['one run', ['base'], /name two run directories/],
    ['a folder that is none', ['base', 'nowhere'], /no run directory/],
    ['one label', ['base', '--labels', 'smtp wire'], /name two labels of one run/],
  ])('says what is wrong with %s, with 2', async (_, args, message) => {
    const { status, stderr } = await compare(...args)
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(status).toBe(2)
  })
})

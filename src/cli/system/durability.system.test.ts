import { execFileSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../clock.ts'
import { createRandom } from '../../random.ts'
import { readLatencies, readRun } from '../../run-store/reader.ts'
import { onlyRunIn, runCli, startCli, temporaryFolder } from '../cli.fixture.ts'
import { readTable } from '../run-files.fixture.ts'

const quick = ['run', 'quick', '--messages', '40', '--warmup', '10', '--samples', '--quiet']
const tables = ['summary.csv', 'labels.csv', 'phases.csv', 'failures.csv', 'timeline.csv', 'samples.csv.gz']

describe('a run that is killed', () => {
  const random = createRandom('kill -9')
  const instants = Array.from({ length: 10 }, () => Math.round(random.next() * 2500))

  it.each(instants)(
    '%d ms after it began leaves a directory that can be read, up to the last finished trial',
    async afterMs => {
      await using folder = await temporaryFolder()
      await using cli = startCli([...quick, '--out', folder.path])
      const dir = await vi.waitFor(async () => {
        const made = await onlyRunIn(folder.path)
        await readRun(made)
        return made
      }, 20_000)
      await systemClock.sleep(afterMs * 1e6)
      cli.kill('SIGKILL')
      await cli.ended
      const run = await readRun(dir)
      expect(run.state).toBe('running')
      const { rows } = await readTable(dir, 'summary.csv')
      // A trial may have reached its table, and not run.json, which is replaced as a whole after it.
      expect(rows.length - run.trials.length).toBeLessThanOrEqual(1)
      expect(rows.slice(0, run.trials.length).map(({ trial }) => Number(trial))).toEqual(
        run.trials.map(({ trial }) => trial),
      )
      // Has all the latencies of these trials, or is refused.
      await readLatencies(dir, run)
      for (const name of tables) expect((await readTable(dir, name)).header.length).toBeGreaterThan(5)
    },
  )
})

describe('a disk that fills up', () => {
  /** Runs on a disk of 400 KB, and reads what is then on it. */
  async function runOnSmallDisk(args: readonly string[]) {
    await using folder = await temporaryFolder()
    const small = join(folder.path, 'small')
    await mkdir(small)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', small])
    try {
      const ended = await runCli([...args, '--out', small])
      const dir = await onlyRunIn(small)
      const run = await readRun(dir)
      await readLatencies(dir, run)
      return { ...ended, run }
    } finally {
      execFileSync('umount', [small])
    }
  }

  it('ends the run with one line, and keeps what was written', async () => {
    const { status, stderr, run } = await runOnSmallDisk([...quick, '--repeat', '10'])
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(/^mailbench: cannot write to .*ENOSPC/)
    expect(status).toBe(3)
    expect(run.trials.length).toBeGreaterThan(2)
    expect(run.trials.length).toBeLessThan(82)
  })

  it('under the samples of a trial that is not over does the same', async () => {
    const plan = ['--smtp', 'sink', '--client', 'null', '--messages', '50000', '--duration', '1m']
    const { status, stderr, run } = await runOnSmallDisk(['run', ...plan, '--samples', '--quiet'])
    expect(stderr).toMatch(/^mailbench: cannot write to [^\n]*ENOSPC[^\n]*\n$/)
    expect(status).toBe(3)
    expect(run.trials.map(({ purpose }) => purpose)).toEqual(['floor'])
  })
})

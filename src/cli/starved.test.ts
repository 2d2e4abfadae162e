import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NS_PER_MS, systemClock } from '../clock.ts'
import { readRun } from '../run-store/reader.ts'
import { onlyRunIn, runCli, startCli, temporaryFolder } from './cli.fixture.ts'

const MINUTE_MS = 60_000

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder[Symbol.asyncDispose]())

test(
  'a run whose generator was starved ends with 3, and is neither recorded nor compared nor added',
  async () => {
    const options = { cwd: folder.path }
    const load = ['--rate', '200', '--messages', '600', '--warmup', '0', '--repeat', '1', '--skip-anatomy']
    const words = [
      'run',
      '--smtp',
      'sink',
      '--client',
      'wire',
      ...load,
      '--out',
      'runs',
      '--history',
      'h.csv',
    ]
    await using cli = startCli(words, options)
    // The floors are done, and the load is on for three seconds: messages come due while nobody can send them.
    await cli.says(/^floors: .*$/m)
    await systemClock.sleep(1000 * NS_PER_MS)
    cli.kill('SIGSTOP')
    await systemClock.sleep(700 * NS_PER_MS)
    cli.kill('SIGCONT')
    const { status, stderr } = await cli.ended
    expect(stderr).toMatch(/^History: run \S+ is invalid and not recorded: /m)
    expect(status).toBe(3)

    const run = await onlyRunIn(join(folder.path, 'runs'))
    // What is said is the first reason: where the last to start were late as well, that is the rate.
    const { checks } = await readRun(run)
    const failed = checks.filter(({ ok, invalidates }) => invalidates && !ok).map(({ check }) => check)
    expect(failed).toContain('start-lag')
    expect(['rate', 'start-lag']).toEqual(expect.arrayContaining(failed))
    for (const command of [
      ['compare', run, run],
      ['history', 'add', run, '--file', 'h.csv'],
    ]) {
      const refused = await runCli(command, options)
      expect(refused.stderr).toMatch(
        /^mailbench: run \S+ is invalid and (?:compared with nothing|not recorded): /,
      )
      expect(refused.status).toBe(3)
    }
    expect(await readdir(folder.path)).toEqual(['runs'])
  },
  MINUTE_MS,
)

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { runCli, temporaryFolder } from '../cli.fixture.ts'
import { planMutator } from '../mutated-plans.fixture.ts'
import { refusalLine, tryMutations } from '../plan-trial.fixture.ts'

it('10,000 mutations of plans are taken or refused in one line, and in no other way', async () => {
  expect(await tryMutations(10_000, 'system')).toBeGreaterThan(500)
}, 300_000)

/** So small that whatever a mutation asks for is soon over, and is asked of local sinks alone. */
const tiny = [
  ...[
    '--emulate',
    '--messages',
    '2',
    '--warmup',
    '0',
    '--repeat',
    '1',
    '--duration',
    '50ms',
    '--timeout',
    '200ms',
  ],
  ...['--users', '2', '--rtt', '0ms', '--retry', '0', '--skip-anatomy', '--quiet', '--json'],
]

async function runMutation(text: string, folder: string, name: string): Promise<'ran' | 'refused'> {
  const plan = join(folder, `${name}.yaml`)
  await writeFile(plan, text)
  const { status, stdout, stderr } = await runCli(['run', plan, ...tiny, '--out', join(folder, name)], {
    cwd: folder,
  })
  if (status === 2) {
    expect(stderr.trimEnd(), text).toMatch(refusalLine)
    expect(stdout).toBe('')
    return 'refused'
  }
  expect([0, 1, 3, 4], text + stderr).toContain(status)
  expect(stderr, text).not.toMatch(/^ {4}at /m)
  expect(JSON.parse(stdout).labels.length, text).toBeGreaterThan(0)
  return 'ran'
}

it('18 mutations run, or are refused with status 2 and one line, by the command itself', async () => {
  await using folder = await temporaryFolder()
  const mutant = planMutator(createRandom('commands'))
  const ends: string[] = []
  for (let i = 0; i < 18; i += 3) {
    const three = [mutant(), mutant(), mutant()]
    ends.push(...(await Promise.all(three.map((text, j) => runMutation(text, folder.path, `${i + j}`)))))
  }
  const ran = ends.filter(end => end === 'ran').length
  expect(ran).toBeGreaterThan(1)
  expect(ran).toBeLessThan(17)
}, 600_000)

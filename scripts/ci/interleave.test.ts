import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lastLine, repository, shell } from './shell.fixture.ts'

const MINUTE_MS = 60_000

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailbench-interleave-'))
  for (const side of ['base', 'head']) {
    await mkdir(join(folder, side))
    await writeFile(join(folder, side, 'plan.yaml'), plan)
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const plan = `name: mine
messages: 5
warmup: 0
repeat: 1
tls: none
skip_anatomy: true
smtp: sink
client: wire
`

const script = join(repository, 'scripts/ci/interleave.sh')
const interleave = (...words: string[]) =>
  shell(folder, [script, ...words], { MAILBENCH: `node ${join(repository, 'src/cli/main.ts')}` })

async function startsOf(side: string): Promise<{ side: string; seed: unknown; at: string }[]> {
  const names = await readdir(join(folder, 'out', side))
  return Promise.all(
    names.map(async name => {
      const { seed, started_at } = JSON.parse(
        await readFile(join(folder, 'out', side, name, 'run.json'), 'utf8'),
      )
      return { side, seed: String(seed), at: String(started_at) }
    }),
  )
}

test(
  'both checkouts take turns, base first and head first, with a seed a round, and are compared',
  async () => {
    const { status, stdout } = await interleave(
      '--rounds',
      '2',
      '--out',
      'out',
      'base',
      'head',
      '--',
      'plan.yaml',
    )
    expect(lastLine(stdout)).toMatch(/^No regression/)
    expect(stdout).not.toContain('Not alike')
    expect(status).toBe(0)
    const runs = [...(await startsOf('base')), ...(await startsOf('head'))].sort((a, b) =>
      a.at < b.at ? -1 : 1,
    )
    expect(runs.map(({ side, seed }) => `${side} ${seed}`)).toEqual(['base 1', 'head 1', 'head 2', 'base 2'])
  },
  MINUTE_MS,
)

test('ends with the status of a run that could not be, before the next', async () => {
  const { status, stderr } = await interleave('--out', 'none', 'base', 'head', '--', 'nowhere.yaml')
  expect(stderr).toMatch(/nowhere\.yaml: there is no such file/)
  expect(stderr).not.toMatch(/head/)
  expect(status).toBe(2)
})

test.each([
  [['base', 'head', 'plan.yaml']],
  [['--rounds', 'many', 'base', 'head', '--']],
  [['--rounds']],
  [['--frobnicate', 'base', 'head', '--']],
])('%j is answered with how it is used', async words => {
  const { status, stderr } = await interleave(...words)
  expect(stderr).toMatch(/^usage: interleave\.sh /)
  expect(status).toBe(2)
})

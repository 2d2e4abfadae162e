import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UsageError } from '../errors.ts'
import { runDirectory, stampOf } from './run-directory.ts'

const WALL_MS = Date.UTC(2026, 10, 23, 9, 15, 0, 987)

let out: string
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'mailbench-out-'))
})
afterEach(() => rm(out, { recursive: true }))

test('a run is named by its UTC second and its plan', async () => {
  expect(stampOf(WALL_MS)).toBe('20261123T091500Z')
  expect(await runDirectory(join(out, 'results', 'runs'), 'headline', WALL_MS)).toBe(
    join(out, 'results', 'runs', '20261123T091500Z-headline'),
  )
})

test('runs of one second are numbered, however many start at once', async () => {
  const made = await Promise.all(Array.from({ length: 4 }, () => runDirectory(out, 'quick', WALL_MS)))
  const names = made.map(dir => basename(dir)).sort()
  const first = '20261123T091500Z-quick'
  expect(names).toEqual([first, `${first}-2`, `${first}-3`, `${first}-4`])
  expect((await readdir(out)).sort()).toEqual(names)
})

test.each([
  ['plans/my plan.yaml', 'plans-my-plan.yaml'],
  ['../../etc', 'etc'],
  ['…', 'run'],
  ['x'.repeat(300), 'x'.repeat(64)],
])('a plan called %s stays inside the folder', async (plan, name) => {
  expect(basename(await runDirectory(out, plan, WALL_MS))).toBe(`20261123T091500Z-${name}`)
})

test('a folder that cannot be made is the user’s to mend', async () => {
  const file = join(out, 'file')
  await writeFile(file, '')
  const attempt = runDirectory(join(file, 'runs'), 'quick', WALL_MS)
  await expect(attempt).rejects.toThrow(UsageError)
  await expect(attempt).rejects.toThrow(/"[^"]*file\/runs".*ENOTDIR.*--out/)
})

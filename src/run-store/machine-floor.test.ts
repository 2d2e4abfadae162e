import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exampleFloor } from './machine-floor.fixture.ts'
import { floorFile, readFloor, writeFloor } from './machine-floor.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailbench-floor-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a floor is read as it was written, from a folder that did not exist', async () => {
  const file = floorFile(join(folder, 'new', 'floors'), exampleFloor.machine)
  expect(await readFloor(file)).toBeUndefined()
  await writeFloor(file, exampleFloor)
  expect(await readFloor(file)).toEqual(exampleFloor)
})

test.each([
  ['no JSON', '{'],
  ['another version', JSON.stringify({ ...exampleFloor, version: 2 })],
  ['a figure that is none', JSON.stringify({ ...exampleFloor, clock_resolution_ns: 'many' })],
])('%s is refused in one line that names the file and the remedy', async (_, text) => {
  const file = join(folder, 'bad.json')
  await writeFile(file, text)
  await expect(readFloor(file)).rejects.toThrow(/^".*bad\.json" is no floor .*mailbench doctor$/)
})

test('a file where its folder should be is the user’s to mend', async () => {
  await writeFile(join(folder, 'file'), '')
  await expect(writeFloor(join(folder, 'file', 'floor.json'), exampleFloor)).rejects.toThrow(/--out$/)
})

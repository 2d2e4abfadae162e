import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAppendFile } from './append-file.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mailbench-append-'))
})
afterEach(() => rm(dir, { recursive: true }))

test('what is rolled back is gone, and writing goes on without a hole', async () => {
  const path = join(dir, 'a.csv')
  const file = await createAppendFile(path)
  await file.append('header\n')
  await file.commit()
  await file.append('half a tri')
  await file.rollBack()
  await file.append('whole\n')
  await file.commit()
  await file.rollBack()
  await file.close()
  expect(await readFile(path, 'utf8')).toBe('header\nwhole\n')
})

test('a file that exists is left alone', async () => {
  const path = join(dir, 'a.csv')
  await (await createAppendFile(path)).close()
  await expect(createAppendFile(path)).rejects.toMatchObject({ code: 'EEXIST' })
})

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

test('what was appended is read back whole, in pieces', async () => {
  const file = await createAppendFile(join(dir, 'a.bin'))
  const written = Buffer.alloc(2_500_000, 'abcdefg')
  for (let at = 0; at < written.length; at += 300_001) await file.append(written.subarray(at, at + 300_001))
  const chunks: Uint8Array[] = []
  for await (const chunk of file.chunks()) chunks.push(chunk)
  await file.close()
  expect(Buffer.concat(chunks).equals(written)).toBe(true)
  expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(written.length)
})

test('a file that exists is left alone', async () => {
  const path = join(dir, 'a.csv')
  await (await createAppendFile(path)).close()
  await expect(createAppendFile(path)).rejects.toMatchObject({ code: 'EEXIST' })
})

import { expect, it } from 'vitest'
import { BytePages } from './byte-pages.ts'

it('has nothing at first', () => {
  const pages = new BytePages()
  expect([pages.length, pages.sizeBytes, pages.get(0), pages.get(1e6)]).toEqual([0, 0, 0, 0])
  expect(pages.bytes()).toEqual(new Uint8Array(0))
})

it('keeps what was set, on both sides of the edge of a page, in any order', () => {
  const pages = new BytePages()
  const indexes = [12_288, 4096, 0, 4095, 8191]
  for (const index of indexes) pages.set(index, (index % 255) + 1)
  const bytes = pages.bytes()
  expect(bytes).toHaveLength(12_289)
  for (const index of indexes)
    expect([pages.get(index), bytes[index]]).toEqual(Array(2).fill((index % 255) + 1))
  expect(bytes.reduce((count, byte) => count + (byte === 0 ? 0 : 1), 0)).toBe(indexes.length)
})

it('costs a byte each, and no more than a page for one that is far out', () => {
  const pages = new BytePages()
  const n = 1_000_000
  for (let index = 0; index < n; index++) pages.set(index, 1)
  expect(pages.sizeBytes / n).toBeLessThan(1.005)
  const before = pages.sizeBytes
  pages.set(2 ** 26, 1)
  expect(pages.sizeBytes - before).toBe(4096)
})

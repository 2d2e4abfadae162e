import { expect, it } from 'vitest'
import { hexOf, uuidOf } from './ids.ts'

it('makes an id of each serial that no other has, as long as is asked for', () => {
  const first = 1_790_000_000_000
  const serials = Array.from({ length: 10_000 }, (_, i) => first + i)
  expect(new Set(serials.map(serial => hexOf(serial, 8))).size).toBe(serials.length)
  for (const digits of [1, 8, 22, 32, 60])
    expect(hexOf(first, digits)).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`))
})

it('makes the same id of the same serial, also across the boundary of 32 bits', () => {
  expect(hexOf(7, 16)).toBe(hexOf(7, 16))
  expect(hexOf(7, 32)).not.toBe(hexOf(7 + 2 ** 32, 32))
})

it('makes UUIDs of version 4', () => {
  expect(uuidOf(1)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

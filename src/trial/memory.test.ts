import { expect, it } from 'vitest'
import { NS_PER_MS, systemClock } from '../clock.ts'
import { watchMemory } from './memory.ts'

const LARGE_BYTES = 64 * 1024 * 1024

it('tells what came to be held at most, although it has been let go of', async () => {
  const end = watchMemory(systemClock)
  let held: Buffer | undefined = Buffer.alloc(LARGE_BYTES)
  await systemClock.sleep(50 * NS_PER_MS)
  expect(held.length).toBe(LARGE_BYTES)
  held = undefined
  expect(end()).toBeGreaterThan(0.9 * LARGE_BYTES)
})

it('is about nothing where nothing happens', () => {
  expect(watchMemory(systemClock)()).toBeLessThan(LARGE_BYTES / 10)
})

import { expect, it } from 'vitest'
import { systemClock } from '../clock.ts'
import { BLACK_HOLE_TIMEOUT_MS, noticeBlackHoles } from './black-hole.ts'

it('every client notices a black hole while it connects, and not before its timeout', async () => {
  const noticed = await noticeBlackHoles(systemClock, new AbortController().signal)
  expect(noticed.map(({ client, transport }) => `${transport} ${client}`).sort()).toEqual([
    'http undici',
    'http wire',
    'smtp nodemailer',
    'smtp wire',
  ])
  for (const { outcome, phase, cause, ms } of noticed) {
    expect({ outcome, phase, cause }).toEqual({ outcome: 'faulted', phase: 'connect', cause: 'timeout' })
    // A timer may be a millisecond early by another clock.
    expect(ms / BLACK_HOLE_TIMEOUT_MS).toBeGreaterThan(0.99)
  }
})

import { describe, expect, it } from 'vitest'
import { exampleFloor } from '../../run-store/machine-floor.fixture.ts'
import { besideFloor } from './beside-floor.ts'

const speed = (loopbackMs: number | null, workMs: number | null) => ({
  loopback: { n: 1000, p50_ms: loopbackMs, p99_ms: null },
  work: { n: 400, p50_ms: workMs, p99_ms: null },
})

describe('a machine beside its floor', () => {
  it('is as fast as it was, within what varies from day to day', () => {
    expect(besideFloor(exampleFloor, speed(0.04, 0.07))).toEqual({
      trial: null,
      check: 'machine-floor',
      ok: true,
      invalidates: false,
      detail:
        'this machine is as fast as when its floor was taken (2026-11-23): loopback round trip 0.04 ms, then 0.03 ms; SHA-256 of 64 KiB 0.07 ms, then 0.05 ms',
    })
  })

  it.each([
    ['sockets', 0.046, 0.05],
    ['processor', 0.03, 0.08],
  ])('is slower by its %s alone, and no figure is invalid for it', (_, loopbackMs, workMs) => {
    const { ok, invalidates, detail } = besideFloor(exampleFloor, speed(loopbackMs, workMs))
    expect({ ok, invalidates }).toEqual({ ok: false, invalidates: false })
    expect(detail).toMatch(/^this machine is slower today than when its floor was taken \(2026-11-23\): /)
  })

  it('is not judged by what could not be measured', () => {
    expect(besideFloor(exampleFloor, speed(null, null))).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/too little/),
    })
  })
})

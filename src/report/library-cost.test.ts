import { describe, expect, it } from 'vitest'
import { libraryCosts } from '../claims/library-cost.ts'
import { exampleLabelRow } from './label-row.fixture.ts'
import { renderLibraryCosts } from './library-cost.ts'

const library = exampleLabelRow({
  label: 'smtp nodemailer reuse 1u',
  latency_p50_ms: 0.6,
  client_cpu_us_per_message: 400,
})
const wire = (overrides: Parameters<typeof exampleLabelRow>[0] = {}) =>
  exampleLabelRow({
    label: 'smtp wire pipelined reuse 1u',
    client: 'wire',
    mode: 'pipelined',
    latency_p50_ms: 0.2,
    client_cpu_us_per_message: 40,
    ...overrides,
  })

describe('what a library costs beyond its protocol', () => {
  it('is its difference from the wire client that says the same', () => {
    const [cost, ...others] = libraryCosts([library, wire({ mode: 'lockstep', latency_p50_ms: 0.3 }), wire()])
    expect(others).toEqual([])
    expect(cost).toMatchObject({ label: library.label, cpuUs: 360, cpuRatio: 10 })
    expect(cost?.latencyMs).toBeCloseTo(0.4)
    expect(cost?.latencyRatio).toBeCloseTo(3)
  })

  it('is not compared with a wire client under another condition', () => {
    for (const other of [{ users: 10 }, { connection: 'fresh' }, { link_rtt_ms: 20 }, { message_bytes: 9 }])
      expect(libraryCosts([library, wire(other)])).toEqual([])
    expect(renderLibraryCosts([library])).toBeUndefined()
  })

  it('is empty where nothing was accepted, and its CPU time where none is known', () => {
    expect(libraryCosts([library, wire({ latency_p50_ms: null })])).toEqual([])
    const [cost] = libraryCosts([library, wire({ client_cpu_us_per_message: null })])
    expect(cost).toMatchObject({ cpuUs: null, cpuRatio: null })
  })

  it('is a line a label', () => {
    expect(renderLibraryCosts([library, wire()])).toMatchInlineSnapshot(`
      "library beyond protocol   p50 ms          CPU us
      smtp nodemailer reuse 1u   +0.40  3.00 x    +360  10.0 x"
    `)
  })
})

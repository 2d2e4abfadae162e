import { describe, expect, it } from 'vitest'
import { libraryCosts } from '../claims/library-cost.ts'
import { around, exampleRun, type LabelSpec } from '../claims/run.fixture.ts'
import { renderLibraryCosts } from './library-cost.ts'

const library: LabelSpec = {
  transport: 'smtp',
  client: 'nodemailer',
  p50s: around(0.6),
  client_cpu_us_per_message: 400,
}
const wire = (more: Partial<LabelSpec> = {}): LabelSpec => ({
  transport: 'smtp',
  client: 'wire',
  mode: 'pipelined',
  p50s: around(0.2),
  client_cpu_us_per_message: 40,
  ...more,
})
const costs = (labels: readonly LabelSpec[]) => libraryCosts(exampleRun(labels))

describe('what a library costs beyond its protocol', () => {
  it('is its difference from the wire client that says the same, with its interval', () => {
    const [cost, ...others] = costs([library, wire({ mode: 'lockstep', p50s: around(0.3) }), wire()])
    expect(others).toEqual([])
    expect(cost?.label).toMatch(/nodemailer/)
    expect(cost?.latencyMs.value).toBeCloseTo(0.4, 1)
    expect(cost?.latencyMs.ratio).toBeCloseTo(3, 1)
    expect(cost?.latencyMs.interval?.low).toBeGreaterThan(0.38)
    expect(cost?.latencyMs.interval?.high).toBeLessThan(0.42)
    expect(cost?.cpuUs).toMatchObject({ value: 360, ratio: 10, interval: { low: 360, high: 360 } })
  })

  it('is not compared with a wire client under another condition', () => {
    for (const other of [
      { users: 10 },
      { connection: 'fresh' },
      { link_rtt_ms: 20 },
      { message_bytes: 9 },
    ] satisfies Partial<LabelSpec>[]) {
      expect(costs([library, wire(other)])).toEqual([])
    }
    expect(renderLibraryCosts(exampleRun([library]))).toBeUndefined()
  })

  it('is not compared over new connections when trials are of different lengths: all users begin at once', () => {
    const fresh = { connection: 'fresh', attempted: 12 }
    expect(costs([{ ...library, ...fresh }, wire({ ...fresh, attempted: 6 })])).toEqual([])
    expect(costs([{ ...library, ...fresh }, wire(fresh)])).toHaveLength(1)
    expect(costs([{ ...library, attempted: 12 }, wire({ attempted: 6 })])).toHaveLength(1)
  })

  it('is empty where nothing was accepted, and its CPU time where none is known', () => {
    expect(costs([library, wire({ accepted: 0 })])).toEqual([])
    const [cost] = costs([library, wire({ client_cpu_us_per_message: null })])
    expect(cost).toMatchObject({ cpuUs: null })
  })

  it('is a line a label', () => {
    expect(renderLibraryCosts(exampleRun([library, wire()]))).toMatchInlineSnapshot(`
      "library beyond protocol           p50 ms          CPU us
      smtp nodemailer reuse 1u rtt-0ms   +0.40  2.98 x    +360  10.0 x"
    `)
  })

  it('is not printed as something where it cannot be told from none', () => {
    const noisy = [0.5, 0.3, 0.9, 0.4, 0.7, 0.6, 0.2, 0.8, 0.35, 0.65]
    const far = { link_rtt_ms: 20 }
    const untold = [
      { ...library, ...far, p50s: noisy.map(ms => 41 + ms), client_cpu_us_per_message: 40 },
      wire({ ...far, p50s: noisy.toReversed().map(ms => 41.1 + ms) }),
    ]
    expect(renderLibraryCosts(exampleRun(untold))).toBeUndefined()
    expect(renderLibraryCosts(exampleRun([library, wire(), ...untold]))).toMatch(
      /\nand 1 more that cannot be told from none$/,
    )
    const few = [library, wire()].map(spec => ({ ...spec, p50s: spec.p50s.slice(0, 3) }))
    expect(renderLibraryCosts(exampleRun(few))).toBeUndefined()
  })
})

import { describe, expect, it } from 'vitest'
import { comparisonsOf } from './comparison.ts'
import { partsOf } from './parts.ts'
import { around, exampleRun, type LabelSpec, librariesAt } from './run.fixture.ts'

const bare = (rttMs: number, own: { smtp: number; http: number }, count = 10): LabelSpec[] => [
  {
    transport: 'smtp',
    client: 'wire',
    mode: 'pipelined',
    link_rtt_ms: rttMs,
    p50s: around(own.smtp + 2 * rttMs, count),
  },
  {
    transport: 'http',
    client: 'wire',
    mode: 'lockstep',
    http_version: '1.1',
    link_rtt_ms: rttMs,
    p50s: around(own.http + rttMs, count),
  },
]

function partsIn(labels: readonly LabelSpec[]) {
  const run = exampleRun(labels)
  const [first] = comparisonsOf(run)
  const parts = first && partsOf(run, first)
  if (!parts) throw new Error('all was counted')
  return parts
}

describe('the parts of a difference', () => {
  it('add up: round trips of set-up and of the message, and the rest', () => {
    const { differenceMs, setupMs, messageMs, rest } = partsIn(
      librariesAt([20], { smtp: 30, http: 10 }, ['fresh']),
    )
    expect([setupMs, messageMs]).toEqual([100, 20])
    expect(setupMs + messageMs + (rest?.ms ?? 0)).toBeCloseTo(differenceMs, 9)
    expect(rest?.interval.low).toBeGreaterThan(10)
    expect(rest?.interval.high).toBeLessThan(30)
  })

  it('tell the libraries from the rest where bare clients were measured, few times though it be', () => {
    const libraries = librariesAt([0], { smtp: 4, http: 1 }, ['reuse'])
    for (const count of [10, 3]) {
      const { rest, library } = partsIn([...libraries, ...bare(0, { smtp: 0.5, http: 0.3 }, count)])
      expect(rest?.ms).toBeCloseTo(3, 0)
      expect(library?.ms).toBeCloseTo(2.8, 0)
      expect(library?.interval.low).toBeGreaterThan(2.5)
      expect(library?.interval.high).toBeLessThan(3.1)
    }
  })

  it('leave the libraries in the rest where no bare client was measured', () => {
    const { rest, library } = partsIn(librariesAt([0], { smtp: 4, http: 1 }, ['reuse']))
    expect(rest?.ms).toBeCloseTo(3, 0)
    expect(library).toBeNull()
  })

  it('are nothing where rounds do not agree that they are something', () => {
    // At 100 ms the rounds vary by some 2 ms; what the sides differ by besides round trips is less.
    const near = librariesAt([100], { smtp: 1.2, http: 1 }, ['reuse'])
    const parts = partsIn([...near, ...bare(100, { smtp: 1, http: 1 })])
    expect(parts).toMatchObject({ messageMs: 100, rest: null, library: null })
  })

  it('are nothing of fewer rounds than an interval needs', () => {
    const few = librariesAt([0], { smtp: 4, http: 1 }, ['reuse']).map(spec => ({
      ...spec,
      p50s: spec.p50s.slice(0, 5),
    }))
    expect(partsIn(few)).toMatchObject({ rest: null, library: null })
  })
})

import { describe, expect, it } from 'vitest'
import { comparisonsOf } from './comparison.ts'
import { lineThrough, seriesIn } from './crossover.ts'
import { exampleRun, type LabelSpec, librariesAt } from './run.fixture.ts'

const series = (labels: readonly LabelSpec[]) => {
  const run = exampleRun(labels)
  return seriesIn(run, comparisonsOf(run))
}

describe('a line through latencies', () => {
  it('is the least squares one', () => {
    // Anscombe's first data set, American Statistician 27 (1973): y = 3.00 + 0.500 x.
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
    const line = lineThrough(x.map((rttMs, i) => ({ rttMs, ms: y[i] ?? 0 })))
    expect(line?.atZeroMs).toBeCloseTo(3.0, 2)
    expect(line?.roundTrips).toBeCloseTo(0.5, 3)
  })

  it('needs two distances', () => {
    expect(lineThrough([])).toBeUndefined()
    expect(lineThrough([{ rttMs: 5, ms: 1 }])).toBeUndefined()
    expect(lineThrough([5, 5].map(rttMs => ({ rttMs, ms: 1 })))).toBeUndefined()
  })
})

describe('where one transport overtakes the other', () => {
  it('is where their lines cross, with the round trips as slopes', () => {
    const [kept, fresh] = series(librariesAt([0, 20, 100], { smtp: 1, http: 41 }))
    expect(kept?.smtp.roundTrips).toBeCloseTo(2, 1)
    expect(kept?.http.roundTrips).toBeCloseTo(1, 1)
    for (const [each, expected] of [
      [kept, 40],
      [fresh, 40 / 6],
    ] as const) {
      if (each?.crossover.kind !== 'at') throw new Error('lines that cross')
      expect(Math.abs(each.crossover.rttMs / expected - 1)).toBeLessThan(0.1)
      expect(each.crossover).toMatchObject({ below: 'smtp', extrapolated: false })
      expect(each.crossover.interval?.low).toBeLessThan(expected)
      expect(each.crossover.interval?.high).toBeGreaterThan(expected * 0.95)
    }
  })

  it('is nowhere when the one that needs fewer round trips is sooner at 0 ms too', () => {
    for (const { crossover } of series(librariesAt([0, 20], { smtp: 4, http: 1 })))
      expect(crossover).toEqual({ kind: 'none', sooner: 'http' })
  })

  it('is at 0 ms, with a bound above it, where rounds do not agree that it is nowhere', () => {
    const near = librariesAt([0, 20], { smtp: 1, http: 1 }, ['reuse']).map(spec => ({
      ...spec,
      p50s: spec.p50s.map((_, i) =>
        spec.transport === 'smtp'
          ? 1.05 + 2 * (spec.link_rtt_ms ?? 0)
          : (i < 4 ? 1.3 : 0.9) + (spec.link_rtt_ms ?? 0),
      ),
    }))
    const [kept] = series(near)
    expect(kept?.crossover).toMatchObject({ kind: 'at', rttMs: 0, below: 'smtp', interval: { low: 0 } })
  })

  it('is nowhere when both need as many', () => {
    const even = librariesAt([0, 20], { smtp: 4, http: 1 }, ['reuse']).map(spec => ({
      ...spec,
      p50s: spec.p50s.map(() => (spec.transport === 'smtp' ? 4 : 1) + (spec.link_rtt_ms ?? 0)),
    }))
    expect(series(even).map(({ crossover }) => crossover)).toEqual([{ kind: 'parallel' }])
  })

  it('is said to be beyond what was measured when it is', () => {
    const [kept] = series(librariesAt([0, 20], { smtp: 1, http: 141 }, ['reuse']))
    expect(kept?.crossover).toMatchObject({ kind: 'at', extrapolated: true })
  })

  it('is unknown of one distance', () => {
    expect(series(librariesAt([20], { smtp: 4, http: 1 }))).toEqual([])
  })
})

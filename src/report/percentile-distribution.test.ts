import { describe, expect, it } from 'vitest'
import { around, exampleRun } from '../claims/run.fixture.ts'
import { HOSTILE } from './hostile.fixture.ts'
import { materialOf, reportedRun } from './material.ts'
import { percentileDistributions } from './percentile-distribution.ts'

/** Labels of one trial each, with these latencies. */
function distributions(labels: readonly string[], latencies: readonly (readonly [number, number])[]) {
  const run = exampleRun(labels.map(label => ({ label, p50s: around(1, 1) })))
  const histograms = run.trials.map(({ trial }) => ({ trial, metric: 'latency', blocks: [latencies] }))
  return percentileDistributions(materialOf([reportedRun(run, histograms, () => [])]))
}

describe('the percentile distribution of a label', () => {
  it("is HdrHistogram's table, in milliseconds", () => {
    const [first] = distributions(
      ['smtp a'],
      [
        [1e6, 90],
        [5e6, 10],
      ],
    )
    expect(first?.file).toBe('hgrm/smtp-a.hgrm')
    const lines = first?.text.split('\n') ?? []
    expect(lines[0]).toMatch(/^ +Value +Percentile +TotalCount 1\/\(1-Percentile\)$/)
    // The grammar of plotFiles.html: value, share, count, and 1 / (1 - share) but in the last row.
    const rows = lines.filter(line => /^ *\d/.test(line)).map(line => line.trim().split(/ +/).map(Number))
    for (const row of rows) expect(row.every(Number.isFinite), row.join()).toBe(true)
    expect(rows[0]?.[0]).toBeCloseTo(1, 2)
    expect(rows.at(-1)).toEqual([expect.closeTo(5, 2), 1, 100])
    expect(rows.find(([, share = 0]) => share >= 0.9)?.[0]).toBeCloseTo(1, 2)
    expect(lines.some(line => /^#\[Max +=.*Total count +=/.test(line))).toBe(true)
  })

  it('has a name that any file system takes, and that no other has', () => {
    const names = distributions(['a b', 'a/b', 'A:B', '../..', HOSTILE.toWellFormed()], [[1e6, 1]]).map(
      ({ file }) => file,
    )
    expect(new Set(names).size).toBe(5)
    for (const name of names) expect(name).toMatch(/^hgrm\/[a-z0-9][a-z0-9._-]{0,110}\.hgrm$/)
  })

  it('is not there where nothing was accepted', () => {
    expect(distributions(['a'], [])).toEqual([])
  })
})

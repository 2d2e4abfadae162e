import { describe, expect, it } from 'vitest'
import { exampleRun, librariesAt } from '../claims/run.fixture.ts'
import { hostileMaterial } from '../report/hostile.fixture.ts'
import { materialOf, reportedRun } from '../report/material.ts'
import { judgeThresholds, runText } from './print-run.ts'

const text = (plan: unknown) => {
  const run = exampleRun(librariesAt([0], { smtp: 4, http: 1 }), { plan })
  return runText(materialOf([reportedRun(run, [], judgeThresholds)]), 80)
}

describe('what a run prints', () => {
  it('is the answer first, then the claims, then the figures', () => {
    const lines = text({}).split('\n')
    const at = (start: string) => lines.findIndex(line => line.startsWith(start))
    expect(at('SMTP or API?')).toBe(0)
    expect(at('Claims:')).toBeGreaterThan(at('Change first'))
    expect(at('label')).toBeGreaterThan(at('Claims:'))
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80)
  })

  it('carries no control character of a hostile run to the terminal', () => {
    const printed = runText(hostileMaterial(), 80)
    expect(/[^\P{Cc}\n]|[\u2028\u202e]/u.test(printed)).toBe(false)
    expect(printed.isWellFormed()).toBe(true)
  })

  it('judges the thresholds of the stored plan', () => {
    expect(text({ thresholds: ['latency.p50<2ms'] })).toMatch(/Thresholds: 2 of 4 hold\./)
    expect(text({ thresholds: ['latency.p50<1s'] })).toMatch(/Thresholds: 4 of 4 hold\./)
    expect(text({})).not.toMatch(/Thresholds/)
    expect(() => text({ thresholds: 'latency.p50<2ms' })).toThrow(/no list of conditions/)
  })
})

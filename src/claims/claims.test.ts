import { describe, expect, it } from 'vitest'
import { claimVerdicts } from './claim.ts'
import { claims, judgeAll } from './claims.ts'
import { exampleRun, librariesAt } from './run.fixture.ts'

const headline = exampleRun(librariesAt([0, 20], { smtp: 4, http: 1 }))
const empty = exampleRun([], { run_id: 'empty' })

describe('all claims of runs', () => {
  it('are judged once each, in order, of one run', () => {
    expect(judgeAll([headline]).map(({ id }) => id)).toEqual(claims.map(({ id }) => id))
    for (const { verdict } of judgeAll([headline])) expect(claimVerdicts).toContain(verdict)
  })

  it('take each verdict from the runs that measure it, and say which', () => {
    const other = exampleRun(librariesAt([0, 20], { smtp: 1, http: 4 }), { run_id: 'other' })
    const speed = judgeAll([empty, headline, other]).filter(({ id }) => id === 'C2')
    expect(speed.map(({ runId, verdict }) => [runId, verdict])).toEqual([
      ['r', 'holds'],
      ['other', 'depends'],
    ])
  })

  it('are not inconclusive where another run settles them', () => {
    const labels = librariesAt([0], { smtp: 4, http: 1 }).map(spec => ({
      ...spec,
      p50s: spec.p50s.slice(0, 2),
    }))
    const few = exampleRun(labels, { run_id: 'few' })
    const verdicts = (runs: Parameters<typeof judgeAll>[0]) =>
      judgeAll(runs)
        .filter(({ id }) => id === 'C2')
        .map(({ verdict }) => verdict)
    expect(verdicts([few])).toEqual(['inconclusive'])
    expect(verdicts([few, headline])).toEqual(['holds'])
  })

  it('are not measured by a run without trials, and each says what would measure it', () => {
    for (const { verdict, runId, finding, flips } of judgeAll([empty])) {
      expect(verdict).toBe('not measured here')
      expect(runId).toBeNull()
      expect(finding).toMatch(/\.$/)
      expect(flips).toMatch(/mailbench|this version/)
    }
  })

  it('say the same of the same run', () => {
    expect(judgeAll([headline])).toEqual(judgeAll([structuredClone(headline)]))
  })
})

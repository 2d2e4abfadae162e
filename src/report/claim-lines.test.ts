import { describe, expect, it } from 'vitest'
import { exampleRun, librariesAt } from '../claims/run.fixture.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { claimLines } from './claim-lines.ts'
import { materialOf, reportedRun } from './material.ts'

const linesOf = (...runs: readonly StoredRun[]) =>
  claimLines(materialOf(runs.map(run => reportedRun(run, [], () => []))))

describe('the claims in the terminal', () => {
  it('take a line each, and those that were not measured say what would', () => {
    const lines = linesOf(exampleRun(librariesAt([0, 20], { smtp: 4, http: 1 })))
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "Claims:
        C1  holds          SMTP needs numerous back-and-forths, an API does not
        C2  holds          APIs deliver faster
        C10 does not hold  A cloud SMTP relay can be as effective as an API
        Not measured here: C3, C4 (mailbench run failures); C5 (mailbench run merge);
          C6 (mailbench run headline); C7 (mailbench doctor PLAN --out FILE, then
          report RUN --doctor FILE); C8, C9 (nothing in this version)."
    `)
  })

  it('name the run that each was judged by, where several are joined', () => {
    const labels = librariesAt([0, 20], { smtp: 4, http: 1 })
    const lines = linesOf(
      exampleRun(labels, { run_id: '20261126T054606Z-headline', name: 'headline' }),
      exampleRun(labels, { run_id: '20261126T055025Z-headline', name: 'headline' }),
      exampleRun(labels, { run_id: '20261126T060000Z-mine', name: 'mine' }),
    )
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
    expect(lines.filter(line => /^ +C2 /.test(line))).toEqual([
      '  C2  holds          APIs deliver faster (20261126T054606Z-headline)',
      '  C2  holds          APIs deliver faster (20261126T055025Z-headline)',
      '  C2  holds          APIs deliver faster (mine)',
    ])
    expect(lines.slice(1, 3)).toEqual([
      '  C1  holds          SMTP needs numerous back-and-forths, an API does not',
      '                     (20261126T054606Z-headline)',
    ])
  })

  it('are passed over where a run measures none', () => {
    expect(linesOf(exampleRun([]))).toEqual([])
  })
})

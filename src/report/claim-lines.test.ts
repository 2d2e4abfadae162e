import { describe, expect, it } from 'vitest'
import { judgeAll } from '../claims/claims.ts'
import { exampleRun, librariesAt } from '../claims/run.fixture.ts'
import { claimLines } from './claim-lines.ts'

describe('the claims in the terminal', () => {
  it('take a line each, and those that were not measured say what would', () => {
    const lines = claimLines(judgeAll([exampleRun(librariesAt([0, 20], { smtp: 4, http: 1 }))]))
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

  it('are passed over where a run measures none', () => {
    expect(claimLines(judgeAll([exampleRun([])]))).toEqual([])
  })
})

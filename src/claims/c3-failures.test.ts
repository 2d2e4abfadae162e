import { describe, expect, it } from 'vitest'
import { failuresClaim } from './c3-failures.ts'
import { exampleRun, type LabelSpec } from './run.fixture.ts'

/** Failures of 500 under one fault, on each kind of connection, SMTP's and the API's. */
const exposed = (
  counts: Readonly<Record<'reuse' | 'fresh', readonly [smtp: number, http: number]>>,
  more: Partial<LabelSpec> = {},
): LabelSpec[] =>
  (['reuse', 'fresh'] as const).flatMap(connection =>
    (['smtp', 'http'] as const).map((transport, i) => {
      const faulted = counts[connection][i] ?? 0
      return {
        transport,
        client: transport === 'smtp' ? 'nodemailer' : 'undici',
        connection,
        fault: '5% reset at any',
        attempted: 500,
        attempts: 500,
        accepted: 500 - faulted,
        faulted,
        lost: 0,
        duplicated: transport === 'smtp' ? 2 : 1,
        p50s: [1],
        ...more,
      }
    }),
  )
const judge = (labels: readonly LabelSpec[]) => failuresClaim.judge(exampleRun(labels))

describe('C3, more exchanges and more failures', () => {
  it('holds where SMTP fails more in every condition', () => {
    const { verdict, finding, figure, evidence } = judge(exposed({ reuse: [90, 25], fresh: [180, 50] }))
    expect(verdict).toBe('holds')
    expect(finding).toBe(
      'Under the same faults SMTP failed more often in 2 of 2 conditions, by 13.0 to 26.0 percentage points. Over SMTP 0 lost and 4 doubled, over the API 0 lost and 2 doubled.',
    )
    expect(figure).toMatchObject({ value: expect.closeTo(13), unit: '%', confidence: 0.95 })
    expect(evidence.rows).toHaveLength(2)
  })

  it('depends where a kept connection makes the difference', () => {
    expect(judge(exposed({ reuse: [5, 10], fresh: [180, 50] })).verdict).toBe('depends')
  })

  it('does not hold where SMTP fails no more', () => {
    expect(judge(exposed({ reuse: [5, 10], fresh: [50, 180] })).verdict).toBe('does not hold')
  })

  it('is inconclusive where the intervals are too wide to say', () => {
    expect(judge(exposed({ reuse: [52, 50], fresh: [180, 50] }))).toMatchObject({
      verdict: 'inconclusive',
      flips: 'more messages: the intervals are too wide',
    })
  })

  it('is not measured without faults, nor of what was attempted again', () => {
    const counts = { reuse: [90, 25], fresh: [180, 50] } as const
    for (const more of [{ fault: null }, { fault: 'every 20 unacknowledged at content' }, { attempts: 600 }])
      expect(judge(exposed(counts, more))).toMatchObject({
        verdict: 'not measured here',
        flips: 'mailbench run failures',
      })
  })
})

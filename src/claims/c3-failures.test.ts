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
      'Under the same faults SMTP failed more often in 2 of 2 conditions, by 13.0 (kept connection) to 26.0 percentage points (new connection). Over SMTP 0 lost and 4 doubled, over the API 0 lost and 2 doubled. Repetitions are fewer than 6: the intervals take messages for independent.',
    )
    expect(figure).toMatchObject({ value: expect.closeTo(13), unit: '%', confidence: 0.95 })
    expect(evidence.rows).toHaveLength(2)
  })

  it('counts a message once however often it was repeated: the same seed draws the same faults for it', () => {
    const repeated = (count: number) =>
      judge(exposed({ reuse: [90, 25], fresh: [180, 50] }, { p50s: Array(count).fill(1) }))
    for (const count of [5, 6]) expect(repeated(count).figure).toEqual(repeated(1).figure)
    expect(repeated(5).finding).toMatch(/the intervals take messages for independent\.$/)
    expect(repeated(6).finding).not.toMatch('independent')
    const column = repeated(6).evidence.columns.indexOf('repetitions')
    expect(repeated(6).evidence.rows.map(row => row[column])).toEqual([6, 6])
  })

  it('is not shown by repetitions that disagree, though their messages were many', () => {
    const labels = exposed({ reuse: [90, 25], fresh: [180, 50] }, { p50s: Array(6).fill(1) })
    const run = exampleRun(labels)
    const trials = run.trials.map(row =>
      row.transport === 'smtp' && row.connection === 'reuse' && row.repetition === 1
        ? { ...row, failure_rate: 0 }
        : row,
    )
    expect(failuresClaim.judge({ ...run, trials }).verdict).toBe('inconclusive')
  })

  it('is decided by HTTP/1.1, and names HTTP/2 and bare clients where that is otherwise', () => {
    const labels = exposed({ reuse: [90, 25], fresh: [180, 50] })
    const http2 = exposed({ reuse: [0, 250], fresh: [0, 50] }, { http_version: '2' }).filter(
      ({ transport }) => transport === 'http',
    )
    const bare = exposed({ reuse: [5, 10], fresh: [180, 50] }).map(spec => ({
      ...spec,
      client: 'wire',
      mode: spec.transport === 'smtp' ? 'chunked' : 'lockstep',
    }))
    const { verdict, finding, evidence } = judge([...labels, ...http2, ...bare])
    expect(verdict).toBe('holds')
    expect(finding).toMatch(
      / Over HTTP\/2 it is otherwise in 1 of 2 \(kept connection: SMTP 18\.0%, API 50\.0%\)\./,
    )
    expect(finding).toMatch(
      / Without a library it is otherwise in 1 of 2 \(wire chunked, kept connection: SMTP 1\.0%, API 2\.0%\)\./,
    )
    expect(finding).toMatch(
      / take messages for independent, and those that share a connection over HTTP\/2 are not\.$/,
    )
    expect(evidence.rows.map(([, client]) => client).filter(client => client === 'undici h2')).toHaveLength(2)
  })

  it('names a condition of several faults by their number, and lists them as evidence', () => {
    const fault = '2% reset at connect/tls/any and 2% silence at any and 2% garbage at any'
    const two = exposed({ reuse: [90, 25], fresh: [180, 50] }, { fault })
    const { columns, rows } = judge(two).evidence
    expect(rows.map(row => row[columns.indexOf('faults')])).toEqual([fault, fault])
    expect(judge(two).equal).toMatch(', 3 kinds of faults at 2%,')
    const uneven = exposed({ reuse: [90, 25], fresh: [180, 50] }, { fault: fault.replace('2% s', '1% s') })
    expect(judge(uneven).equal).toMatch(', 3 kinds of faults, TLS')
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

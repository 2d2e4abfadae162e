import { describe, expect, it } from 'vitest'
import { relayClaim } from './c10-relay.ts'
import { around, exampleRun, type LabelSpec, librariesAt } from './run.fixture.ts'

const judge = (labels: readonly LabelSpec[]) => relayClaim.judge(exampleRun(labels))

/** Kept connections of both libraries at networks where SMTP takes so many times as long. */
const ratios = (...values: readonly number[]): LabelSpec[] =>
  values.flatMap((value, i) => {
    const shared = { connection: 'reuse', link_rtt_ms: 10 * i }
    return [
      {
        ...shared,
        transport: 'smtp' as const,
        client: 'nodemailer',
        p50s: around(20).map(p50 => p50 * value),
      },
      { ...shared, transport: 'http' as const, client: 'undici', http_version: '1.1', p50s: around(20) },
    ]
  })

describe('C10, a relay can be as effective as an API', () => {
  it('holds where SMTP is at most a quarter slower at every network', () => {
    expect(judge(ratios(1.1, 0.5))).toMatchObject({
      verdict: 'holds',
      figure: { unit: 'x', confidence: 0.9 },
    })
    expect(judge(ratios(1.1, 0.5)).figure?.value).toBeCloseTo(1.1, 6)
  })

  it('does not hold where it is slower by more at every network', () => {
    const { verdict, finding } = judge(librariesAt([0, 20], { smtp: 4, http: 1 }))
    expect(verdict).toBe('does not hold')
    expect(finding).toMatch(
      /^On kept connections nodemailer took 2\.\d+ to \d\.\d+ times undici's median latency\. Local sinks were measured, and no cloud relay\.$/,
    )
  })

  it('depends where it is so at some networks only', () => {
    expect(judge(ratios(1, 2)).verdict).toBe('depends')
  })

  it('is inconclusive near the margin, and of too few repetitions', () => {
    const near = ratios(1.25).map(spec =>
      spec.transport === 'smtp'
        ? { ...spec, p50s: spec.p50s.map((p50, i) => p50 * (i % 2 ? 1.1 : 0.9)) }
        : spec,
    )
    expect(judge(near).verdict).toBe('inconclusive')
    expect(judge(ratios(1).map(spec => ({ ...spec, p50s: spec.p50s.slice(0, 4) }))).verdict).toBe(
      'inconclusive',
    )
  })

  it('does not hold where SMTP fails more, however soon it is', () => {
    const failing = ratios(0.5).map(spec =>
      spec.transport === 'smtp' ? { ...spec, accepted: 80, rejected: 20 } : spec,
    )
    expect(judge(failing).verdict).toBe('does not hold')
  })

  it('says when SMTP without a library is as effective', () => {
    const shared = { client: 'wire', connection: 'reuse', link_rtt_ms: 0, p50s: around(5) }
    const wires: LabelSpec[] = [
      { ...shared, transport: 'smtp', mode: 'chunked' },
      { ...shared, transport: 'http', mode: 'lockstep', http_version: '1.1' },
    ]
    const { verdict, finding } = judge([...ratios(2), ...wires])
    expect(verdict).toBe('does not hold')
    expect(finding).toMatch(
      / SMTP itself is as effective in 1 of the 1 that can be judged \(wire chunked\)\.$/,
    )
  })

  it('counts of bare clients those that can be judged, and says why others cannot', () => {
    const shared = { client: 'wire', connection: 'reuse', link_rtt_ms: 0 }
    const wires: LabelSpec[] = [
      { ...shared, transport: 'smtp', mode: 'chunked', p50s: around(5) },
      { ...shared, transport: 'smtp', mode: 'lockstep', p50s: around(20) },
      { ...shared, transport: 'smtp', mode: 'pipelined', p50s: around(5, 3) },
      { ...shared, transport: 'http', mode: 'lockstep', http_version: '1.1', p50s: around(5) },
    ]
    expect(judge([...ratios(2), ...wires]).finding).toMatch(
      / SMTP itself is as effective in 1 of the 2 that can be judged \(wire chunked\); 1 has too few rounds\.$/,
    )
  })

  it('is decided by HTTP/1.1, and names HTTP/2 where that is otherwise', () => {
    const labels = ratios(2, 2)
    const [, http2] = ratios(4).map(spec => ({ ...spec, p50s: spec.p50s.map(p50 => p50 * 4) }))
    if (!http2) throw new Error('the fixture has two sides')
    const { verdict, finding, evidence } = judge([...labels, { ...http2, http_version: '2' }])
    expect(verdict).toBe('does not hold')
    expect(finding).toMatch(/ Over HTTP\/2 it is otherwise in 1 of 2 \(0 ms RTT: SMTP is as effective\)\./)
    expect(evidence.rows.map(([, client]) => client)).toEqual(['undici', 'undici', 'undici h2'])
  })

  it('says nothing of sinks where the servers were others', () => {
    const elsewhere = ratios(2).map(spec => ({ ...spec, target: `${spec.transport}://mail.example` }))
    expect(judge(elsewhere).finding).not.toMatch('sinks')
  })

  it('is not measured without library clients on kept connections', () => {
    expect(judge(librariesAt([0], { smtp: 4, http: 1 }, ['fresh']))).toMatchObject({
      verdict: 'not measured here',
      flips: 'mailbench run headline',
    })
  })
})

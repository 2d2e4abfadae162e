import { describe, expect, it } from 'vitest'
import { answerOf } from './answer.ts'
import { around, exampleRun, type LabelSpec, librariesAt } from './run.fixture.ts'

const summary = (labels: readonly LabelSpec[]) => answerOf([exampleRun(labels)])?.summary ?? ''

const bare = (modes: readonly string[], rtts = [0]): LabelSpec[] =>
  rtts.flatMap(rtt => [
    ...modes.map(mode => ({
      transport: 'smtp' as const,
      client: 'wire',
      mode,
      link_rtt_ms: rtt,
      p50s: around(1 + rtt).map(() => 0.5 + rtt),
    })),
    {
      transport: 'http' as const,
      client: 'wire',
      mode: 'lockstep',
      http_version: '1.1',
      link_rtt_ms: rtt,
      p50s: around(1 + rtt).map(() => 1 + rtt),
    },
  ])

describe('the first sentence of an answer', () => {
  it('says on what it depends: the network', () => {
    expect(summary(librariesAt([0, 100], { smtp: 1, http: 41 }, ['reuse']))).toMatch(
      /^It depends on the round-trip time \(RTT\): with nodemailer and undici /,
    )
  })

  it('says on what it depends: the network, and whether connections are kept', () => {
    expect(summary(librariesAt([0, 20, 100], { smtp: 1, http: 41 }))).toMatch(
      /^It depends on the round-trip time \(RTT\) and whether connections are kept: /,
    )
  })

  it('says on what it depends: the client', () => {
    const told = summary([...librariesAt([0], { smtp: 4, http: 1 }), ...bare(['chunked'])])
    expect(told).toMatch(
      /^It depends on the client: with nodemailer and undici the API was sooner in all 2 conditions/,
    )
    expect(told).toMatch(
      / Without libraries, SMTP that sends in one flight \(CHUNKING\) was shown to be no later in 1 of 1\.$/,
    )
  })

  it('counts conditions, not comparisons, in which bare clients keep up', () => {
    const modes = ['lockstep', 'pipelined', 'chunked']
    expect(summary([...librariesAt([0], { smtp: 4, http: 1 }), ...bare(modes, [0, 20])])).toMatch(
      /SMTP that waits for each reply or pipelines or sends .* no later in 2 of 2\.$/,
    )
  })

  it('is of neither where both are the same', () => {
    const even = librariesAt([0], { smtp: 1, http: 1 }).map(spec => ({
      ...spec,
      p50s: spec.p50s.map(() => 1),
    }))
    expect(summary(even)).toBe('With nodemailer and undici neither was sooner in 2 of 2.')
  })

  it('names the clients apart where it is of bare ones alone, and says that it depends on them', () => {
    const labels = bare(['lockstep', 'chunked'], [0, 20]).map(spec => ({
      ...spec,
      p50s: spec.p50s.map(ms => (spec.mode === 'lockstep' && spec.transport === 'smtp' ? 4 * ms + 4 : ms)),
    }))
    const answer = answerOf([exampleRun(labels)])
    expect(answer?.summary).toMatch(
      /^It depends on .*the client: the API was sooner in 2 of 4 conditions \(0 ms RTT, lockstep; 20 ms RTT, lockstep\)/,
    )
    expect(answer?.setting).toMatch(/^wire over SMTP, wire lockstep over HTTP;/)
    expect(answer?.why[0]).toMatch(/round trips over SMTP \(wire lockstep\) and/)
    for (const crossover of answer?.crossover ?? []) expect(crossover).toMatch(/^(?:Lockstep|Chunked): /)
  })
})

import { describe, expect, it } from 'vitest'
import { answerOf } from './answer.ts'
import { around, exampleRun, type LabelSpec, librariesAt } from './run.fixture.ts'

const crossover = (labels: readonly LabelSpec[]) => answerOf([exampleRun(labels)])?.crossover
const kept = (rtts: readonly number[], own: { smtp: number; http: number }) =>
  librariesAt(rtts, own, ['reuse'])
const bare = (rtts: readonly number[]): LabelSpec[] =>
  rtts.flatMap(rtt => [
    {
      transport: 'smtp',
      client: 'wire',
      mode: 'chunked',
      link_rtt_ms: rtt,
      p50s: around(1 + rtt).map(() => 1 + rtt),
    },
    {
      transport: 'http',
      client: 'wire',
      mode: 'lockstep',
      http_version: '1.1',
      link_rtt_ms: rtt,
      p50s: around(1 + rtt).map(() => 1 + rtt),
    },
  ])

describe('where one transport overtakes the other, in words', () => {
  it('is nowhere in the range that was measured, never on every network', () => {
    expect(crossover(kept([0, 20, 100], { smtp: 4, http: 1 }))).toEqual([
      'None between 0 and 100 ms RTT with these libraries: the API is sooner at every RTT measured, and waits for fewer round trips, so that more distance would only add to its lead.',
    ])
  })

  it('says of bare clients what is otherwise', () => {
    const [libraries, ...others] =
      crossover([...kept([0, 100], { smtp: 4, http: 1 }), ...bare([0, 100])]) ?? []
    expect(libraries).toMatch(/^None between 0 and 100 ms RTT with these libraries/)
    expect(others).toEqual([
      'Without libraries (SMTP chunked, kept connection) none between 0 and 100 ms RTT: both wait for as many round trips, so that distance decides nothing.',
    ])
  })

  it('claims no lead that is not settled', () => {
    const few = kept([0, 20], { smtp: 4, http: 1 }).map(spec => ({ ...spec, p50s: spec.p50s.slice(0, 3) }))
    expect(crossover(few)).toEqual([
      'None seen between 0 and 20 ms RTT with these libraries, though the API is not shown to be sooner at every RTT measured.',
    ])
  })

  it('is told to be beyond what was measured when it is', () => {
    const [beyond = ''] = crossover(kept([0, 20], { smtp: 1, http: 141 })) ?? []
    expect(beyond).toMatch(
      /^None between 0 and 20 ms RTT with these libraries; by the lines the API would overtake SMTP at 1\d\d ms .*, which is beyond\.$/,
    )
  })

  it('is told to be nearer than what was measured when it is', () => {
    const [nearer = ''] = crossover(kept([20, 100], { smtp: 1, http: 8 })) ?? []
    expect(nearer).toMatch(
      /^None between 20 and 100 ms RTT with these libraries; by the lines SMTP would be sooner below [67]\.\d+ ms \(.*\), which is nearer than was measured\.$/,
    )
  })

  it('is not measured at one distance, and what measures it is named', () => {
    expect(crossover(kept([20], { smtp: 4, http: 1 }))).toEqual([
      'Not measured: all was at 20 ms RTT; --rtt 0ms,20ms,100ms measures it.',
    ])
  })
})

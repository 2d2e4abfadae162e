import { describe, expect, test } from 'vitest'
import { exampleLabelRow } from '../report/label-row.fixture.ts'
import { evaluateThresholds, parseThreshold } from './threshold.ts'

describe('a threshold', () => {
  test.each([
    ['latency.p99<250ms', 'latency_p99_ms', '<', 250],
    ['latency.p99 < 0.25s', 'latency_p99_ms', '<', 250],
    ['latency_p50_ms<=3', 'latency_p50_ms', '<=', 3],
    ['failure_rate<1%', 'failure_rate', '<', 0.01],
    ['failure_rate<=0.005', 'failure_rate', '<=', 0.005],
    ['throughput>=100', 'throughput_per_s', '>=', 100],
    ['round_trips_per_message<=2', 'round_trips_per_message', '<=', 2],
    ['lost<1', 'lost', '<', 1],
    ['lost==0', 'lost', '==', 0],
    ['client_cpu<500', 'client_cpu_us_per_message', '<', 500],
  ])('%s', (text, column, operator, limit) => {
    expect(parseThreshold(text)).toEqual({ text, column, operator, limit, filter: undefined })
  })

  test.each([
    ['latency.p99', /is no condition/],
    ['latency.p98<1ms', /"latency.p98" is no column/],
    ['label<3', /"label" is no column/],
    ['latency.p99<fast', /no duration/],
    ['failure_rate<200%', /no share/],
    ['lost<none', /no number/],
    ['latency.p99{mode}<1ms', /^--threshold: latency.p99\{mode\}<1ms: \{mode\} is no filter/],
    ['latency.p99{colour:red}<1ms', /"colour" in \{colour:red\} is no column of a condition/],
    ['latency.p99{mode:wire<1ms', /is no condition/],
  ])('%s is refused in one line', (text, words) => {
    expect(() => parseThreshold(text)).toThrow(words)
  })

  test('is judged on every label, and fails where the figure is missing', () => {
    const labels = [
      exampleLabelRow({ label: 'fast', latency_p99_ms: 10 }),
      exampleLabelRow({ label: 'slow', latency_p99_ms: 30 }),
      exampleLabelRow({ label: 'few', latency_p99_ms: null }),
    ]
    const results = evaluateThresholds([parseThreshold('latency.p99<20ms')], labels)
    expect(results.map(({ label, value, ok }) => [label, value, ok])).toEqual([
      ['fast', 10, true],
      ['slow', 30, false],
      ['few', null, false],
    ])
  })

  test('is judged only on the labels that its filter names', () => {
    const labels = [
      exampleLabelRow({ label: 'pipelined', mode: 'pipelined', latency_p50_ms: 10 }),
      exampleLabelRow({ label: 'lockstep', mode: 'lockstep', latency_p50_ms: 30 }),
    ]
    const judge = (text: string) => evaluateThresholds([parseThreshold(text)], labels)
    expect(judge('latency.p50{mode:pipelined}<20ms')).toMatchObject([{ label: 'pipelined', ok: true }])
    expect(judge('latency.p50 {label:l*} < 20ms')).toMatchObject([{ label: 'lockstep', ok: false }])
  })

  test('that is for no label fails, and says what there is instead', () => {
    const labels = [exampleLabelRow({ mode: 'lockstep' })]
    expect(evaluateThresholds([parseThreshold('latency.p50{mode:pipelind}<20ms')], labels)).toMatchObject([
      { label: null, ok: false, found: 'no label matches {mode:pipelind}: mode is lockstep' },
    ])
    expect(evaluateThresholds([parseThreshold('latency.p50<20ms')], [])).toMatchObject([
      { label: null, ok: false, found: 'no label was measured' },
    ])
  })

  test('tells the figure with its interval, and the label that is nearest to the limit', () => {
    const labels = [
      exampleLabelRow({ label: 'a', latency_p50_ms: 1, latency_p50_ms_low: 0.9, latency_p50_ms_high: 1.1 }),
      exampleLabelRow({ label: 'b', latency_p50_ms: 2, latency_p50_ms_low: null }),
      exampleLabelRow({ label: 'c', latency_p50_ms: 1.5 }),
    ]
    const judge = (text: string) => evaluateThresholds([parseThreshold(text)], labels)
    expect(judge('latency.p50<20ms').map(({ found, nearest }) => [found, nearest])).toEqual([
      ['1 ms (95% 0.9 ms to 1.1 ms)', false],
      ['2 ms', true],
      ['1.5 ms (95% 0.7612 ms to 0.8789 ms)', false],
    ])
    expect(judge('latency.p50>0.1ms').map(({ nearest }) => nearest)).toEqual([true, false, false])
    expect(judge('failure_rate<1%')[0]?.found).toBe('0.0%')
  })

  test('a limit that is met exactly holds with <= and not with <', () => {
    const labels = [exampleLabelRow({ lost: 2 })]
    const ok = (text: string) => evaluateThresholds([parseThreshold(text)], labels)[0]?.ok
    expect([ok('lost<=2'), ok('lost<2'), ok('lost>=2'), ok('lost>2')]).toEqual([true, false, true, false])
  })
})

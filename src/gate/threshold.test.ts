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
    ['client_cpu<500', 'client_cpu_us_per_message', '<', 500],
  ])('%s', (text, column, operator, limit) => {
    expect(parseThreshold(text)).toEqual({ text, column, operator, limit })
  })

  test.each([
    ['latency.p99', /is no condition/],
    ['latency.p98<1ms', /"latency.p98" is no column/],
    ['label<3', /"label" is no column/],
    ['latency.p99<fast', /no duration/],
    ['failure_rate<200%', /no share/],
    ['lost<none', /no number/],
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

  test('a limit that is met exactly holds with <= and not with <', () => {
    const labels = [exampleLabelRow({ lost: 2 })]
    const ok = (text: string) => evaluateThresholds([parseThreshold(text)], labels)[0]?.ok
    expect([ok('lost<=2'), ok('lost<2'), ok('lost>=2'), ok('lost>2')]).toEqual([true, false, true, false])
  })
})

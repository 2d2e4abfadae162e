import { describe, expect, test } from 'vitest'
import {
  conditionColumns,
  failureRow,
  labelRow,
  phaseRow,
  sampleRow,
  timelineRow,
  trialRow,
} from './schema.ts'
import { storedRunJsonSchema } from './stored-run.ts'

// The interface contract's own words: these names and their order are promised to scripts.
const condition =
  'transport, client, mode, http_version, connection, tls, auth, provider, target, link_rtt_ms, fault, load, users, rate_per_s, message_bytes, recipients, batch_size'
const contract = {
  summary: `run_id, trial, started_at, label, purpose, ${condition}, repetition, scheduled, attempted, attempts, calls, accepted, deferred, rejected, faulted, in_doubt, aborted, dropped, recipients_refused, failure_rate, failure_rate_low, failure_rate_high, idempotency, lost, duplicated, in_doubt_taken, throughput_per_s, connections, round_trips_setup, round_trips_per_message, bytes_up_per_message, bytes_down_per_message, latency_min_ms, latency_mean_ms, latency_p50_ms, latency_p75_ms, latency_p90_ms, latency_p95_ms, latency_p99_ms, latency_p999_ms, latency_max_ms, service_p50_ms, service_p99_ms, start_lag_p99_ms, client_cpu_us_per_message, valid, invalid_because`,
  phases: 'run_id, trial, label, phase, n, mean_ms, p50_ms, p90_ms, p99_ms, max_ms, round_trips',
  failures:
    'run_id, trial, label, outcome, phase, cause, code, enhanced_code, count, share, first_at_ms, example',
  timeline: 'run_id, trial, label, second, scheduled, accepted, failed, in_doubt, in_flight, p50_ms, p99_ms',
  samples:
    'trial, index, message_id, due_ms, start_ms, end_ms, outcome, phase, cause, code, enhanced_code, connection_id, attempt',
}
const columns = (schema: { shape: object }) => Object.keys(schema.shape)

describe('the columns of the contract', () => {
  test.each([
    ['summary', trialRow],
    ['phases', phaseRow],
    ['failures', failureRow],
    ['timeline', timelineRow],
    ['samples', sampleRow],
  ] as const)('%s', (name, schema) => {
    expect(columns(schema)).toEqual(contract[name].split(', '))
  })

  test('a label names the condition columns', () => {
    expect(conditionColumns).toEqual(condition.split(', '))
  })

  test('labels.csv has the figures of summary.csv, with bounds beside five of them', () => {
    const summary = columns(trialRow)
    const figures = summary.slice(summary.indexOf('scheduled'))
    const bounded = ['latency_p50_ms', 'latency_p90_ms', 'latency_p99_ms', 'throughput_per_s']
    const expected = figures.flatMap(column =>
      bounded.includes(column) ? [column, `${column}_low`, `${column}_high`] : [column],
    )
    expect(columns(labelRow)).toEqual([
      'run_id',
      'label',
      ...conditionColumns,
      'repetitions',
      'n',
      ...expected,
    ])
  })
})

test('run.json has a JSON Schema that names its version and its trials’ columns', () => {
  const schema = storedRunJsonSchema()
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    properties: { version: { const: 1 }, trials: { items: { required: columns(trialRow) } } },
  })
})

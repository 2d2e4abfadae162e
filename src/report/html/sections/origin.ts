import { stringify } from 'yaml'
import { percent } from '../../../figure-text.ts'
import type { StoredRun } from '../../../run-store/stored-run.ts'
import { dataTable, type Value } from '../data-table.ts'
import { html, type Markup, preformatted } from '../markup.ts'
import type { Section } from '../section.ts'

const LABELS_MAX = 500

function labelsTable({ labels }: StoredRun, limit: number): Markup {
  return dataTable({
    caption: 'Every label, its valid repetitions pooled',
    heads: [
      'label',
      'repetitions',
      'n',
      'p50 ms',
      'low',
      'high',
      'p90 ms',
      'p99 ms',
      'max ms',
      'messages/s',
      'failed',
      'in doubt',
      'round trips set-up',
      'round trips a message',
      'bytes up',
      'bytes down',
      'client CPU µs',
    ],
    rows: labels.map(row => [
      row.valid ? row.label : `${row.label} (invalid)`,
      row.repetitions,
      row.n,
      row.latency_p50_ms,
      row.latency_p50_ms_low,
      row.latency_p50_ms_high,
      row.latency_p90_ms,
      row.latency_p99_ms,
      row.latency_max_ms,
      row.throughput_per_s,
      percent(row.failure_rate),
      row.in_doubt,
      row.round_trips_setup,
      row.round_trips_per_message,
      row.bytes_up_per_message,
      row.bytes_down_per_message,
      row.client_cpu_us_per_message,
    ]),
    limit,
  })
}

/** `libraries.undici`: one line a fact. */
function facts(value: unknown, path = ''): [string, Value][] {
  if (Array.isArray(value)) return [[path, value.map(String).join(', ')]]
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, inner]) => facts(inner, path ? `${path}.${name}` : name))
  return [[path, String(value)]]
}

/** What was run, where, and how to run it again. */
export const originSection: Section = {
  id: 'origin',
  title: 'How to repeat it',
  lead: 'The plan, the machine, the versions and the seed. The same command sends the same messages on the same schedule.',
  lacking: '',
  render({ run }, draw) {
    const { run_id, state, started_at, ended_at, seed, command, plan, environment, planned, trials } = run
    return html`<pre tabindex="0" aria-label="The command that repeats the run"><code>${preformatted(command)}</code></pre>
${dataTable({
  caption: 'The run and its environment',
  heads: ['fact', 'value'],
  rows: [
    ['run', run_id],
    ['state', state],
    ['started', started_at],
    ['ended', ended_at ?? '-'],
    ['seed', String(seed)],
    [
      'trials',
      `${trials.length} of ${planned.length} planned, those among them that calibrate and measure floors`,
    ],
    ...facts(environment),
  ],
})}
<details><summary>The plan</summary><pre tabindex="0" aria-label="The plan"><code>${preformatted(stringify(plan))}</code></pre></details>
<details><summary>All ${run.labels.length} labels</summary>${labelsTable(run, draw.rows(LABELS_MAX))}</details>`
  },
}

import { plainText } from '../run-store/text.ts'
import { outcomes } from '../sample.ts'
import { type Material, namedLabels, type Report } from './material.ts'

const TEXT_MAX = 1000

type Labels = Readonly<Record<string, string>>

interface Sample {
  /** What the family's name is followed by: `_total`, `_count`, … */
  readonly suffix?: string
  readonly labels: Labels
  readonly value: number | null
}

interface Family {
  readonly name: string
  readonly type: 'gauge' | 'counter' | 'summary' | 'info'
  /** The last word of the name, where it has one. */
  readonly unit?: string
  readonly help: string
  readonly samples: readonly Sample[]
}

/** Within quotes a backslash, a quote and a line end are escaped; nothing else may be. */
const quoted = (text: string) => plainText(text, TEXT_MAX).replaceAll('\\', '\\\\').replaceAll('"', '\\"')

const labelText = (labels: Labels) => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${quoted(value)}"`)
  return pairs.length > 0 ? `{${pairs.join(',')}}` : ''
}

function familyLines({ name, type, unit, help, samples }: Family): string[] {
  const known = samples.filter(({ value }) => value !== null)
  if (known.length === 0) return []
  return [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${help}`,
    ...known.map(({ suffix = '', labels, value }) => `${name}${suffix}${labelText(labels)} ${value}`),
  ]
}

/** Seconds, without the noise of a division by a thousand. */
const seconds = (ms: number | null) => (ms === null ? null : Number((ms / 1000).toPrecision(12)))

/** Figures of labels: those of a family stand together, as they must. */
function labelFamilies(material: Material): Family[] {
  const all = namedLabels(material).map(({ row }) => ({
    row,
    of: { run: row.run_id, label: row.label, transport: row.transport, client: row.client },
  }))
  const gauge = (
    name: string,
    help: string,
    samplesOf: (each: (typeof all)[number]) => readonly Sample[],
    unit?: string,
  ): Family => ({
    name,
    type: 'gauge',
    help,
    samples: all.flatMap(samplesOf),
    ...(unit !== undefined && { unit }),
  })
  return [
    {
      name: 'mailbench_latency_seconds',
      type: 'summary',
      unit: 'seconds',
      help: 'From the instant a message was due to its acceptance.',
      samples: all.flatMap(({ row, of }) => [
        ...(
          [
            ['0.5', row.latency_p50_ms],
            ['0.75', row.latency_p75_ms],
            ['0.9', row.latency_p90_ms],
            ['0.95', row.latency_p95_ms],
            ['0.99', row.latency_p99_ms],
            ['0.999', row.latency_p999_ms],
          ] as const
        ).map(([quantile, ms]) => ({ labels: { ...of, quantile }, value: seconds(ms) })),
        { suffix: '_count', labels: of, value: row.n },
      ]),
    },
    {
      name: 'mailbench_submissions',
      type: 'counter',
      help: 'Messages that were due, by how they ended.',
      samples: all.flatMap(({ row, of }) =>
        outcomes.map(outcome => ({ suffix: '_total', labels: { ...of, outcome }, value: row[outcome] })),
      ),
    },
    gauge(
      'mailbench_failure_ratio',
      'Of the messages whose end is known, those that were not taken.',
      ({ row, of }) => [{ labels: of, value: row.failure_rate }],
      'ratio',
    ),
    gauge('mailbench_messages_per_second', 'Messages accepted a second.', ({ row, of }) => [
      { labels: of, value: row.throughput_per_s },
    ]),
    gauge('mailbench_round_trips', 'Counted on the network.', ({ row, of }) => [
      { labels: { ...of, part: 'setup' }, value: row.round_trips_setup },
      { labels: { ...of, part: 'message' }, value: row.round_trips_per_message },
    ]),
    gauge(
      'mailbench_client_cpu_seconds',
      "The client's processor time a message.",
      ({ row, of }) => [
        { labels: of, value: seconds(row.client_cpu_us_per_message && row.client_cpu_us_per_message / 1000) },
      ],
      'seconds',
    ),
    gauge('mailbench_messages_lost', 'Accepted, and never taken by the sink.', ({ row, of }) => [
      { labels: of, value: row.lost },
    ]),
    gauge('mailbench_messages_duplicated', 'Taken more than once.', ({ row, of }) => [
      { labels: of, value: row.duplicated },
    ]),
    gauge('mailbench_valid', 'Whether the self-checks of a label hold.', ({ row, of }) => [
      { labels: of, value: row.valid ? 1 : 0 },
    ]),
  ]
}

function infoFamilies({ runs, claims }: Material): Family[] {
  return [
    {
      name: 'mailbench_run',
      type: 'info',
      help: 'What was run.',
      samples: runs.map(({ run: { run_id, name, state, environment } }) => ({
        suffix: '_info',
        labels: { run: run_id, plan: name, state, version: String(environment['mailbench'] ?? '') },
        value: 1,
      })),
    },
    {
      name: 'mailbench_claim',
      type: 'info',
      help: 'What became of a claim.',
      samples: claims.map(({ id, verdict, runId }) => ({
        suffix: '_info',
        labels: { claim: id, verdict, run: runId ?? '' },
        value: 1,
      })),
    },
  ]
}

/** OpenMetrics 1.0 text, which Prometheus reads as well. */
export const openMetrics: Report = {
  file: 'metrics.prom',
  render: material =>
    [...infoFamilies(material), ...labelFamilies(material)]
      .flatMap(familyLines)
      .concat('# EOF', '')
      .join('\n'),
}

import { around, exampleRun, type LabelSpec, librariesAt } from '../../claims/run.fixture.ts'
import type { Phase } from '../../phase.ts'
import type { Bins } from '../../run-store/bins.ts'
import type { MergeRow, PhaseRow, TimelineRow, TrialRow } from '../../run-store/schema.ts'
import type { StoredRun } from '../../run-store/stored-run.ts'
import { HOSTILE } from '../hostile.fixture.ts'
import { type Material, materialOf } from '../material.ts'

/** Two libraries near and far, our own clients, a ramp, a merge, and a second target: something for every section. */
const labels: readonly LabelSpec[] = [
  ...librariesAt([0, 20, 100], { smtp: 4, http: 1 }),
  ...(['lockstep', 'pipelined', 'chunked'] as const).flatMap(mode =>
    [0, 20, 100].map(rtt => ({
      transport: 'smtp' as const,
      client: 'wire',
      mode,
      connection: 'reuse',
      link_rtt_ms: rtt,
      p50s: around(1 + { lockstep: 4, pipelined: 2, chunked: 1 }[mode] * rtt, 3),
    })),
  ),
  ...(['smtp', 'http'] as const).map(transport => ({
    label: `${transport} ramp`,
    transport,
    client: transport === 'smtp' ? 'nodemailer' : 'undici',
    load: 'ramp',
    users: null,
    rate_per_s: 6000,
    p50s: [12],
  })),
  ...['eu relay', 'us relay'].map((target, i) => ({
    label: `smtp ${target}`,
    transport: 'smtp' as const,
    target,
    link_rtt_ms: null,
    p50s: around(30 + 50 * i),
  })),
  // Beside it, so that names have to say which is which.
  {
    label: 'smtp deferred',
    deferred: 9,
    accepted: 91,
    failure_rate: 0.09,
    connection: 'fresh',
    users: 3,
    p50s: around(5, 3),
  },
  {
    label: 'smtp refused',
    transport: 'smtp',
    fault: '5% reject at recipient and 5% unacknowledged at content, link reset',
    accepted: 95,
    rejected: 5,
    failure_rate: 0.05,
    p50s: around(5, 3),
  },
  // The same by a tenth as often: a name that loses its middle is that of both.
  {
    label: 'smtp refused seldom',
    transport: 'smtp',
    fault: '1% reject at recipient and 1% unacknowledged at content, link reset',
    accepted: 99,
    rejected: 1,
    failure_rate: 0.01,
    p50s: around(5, 3),
  },
  {
    label: 'smtp stalled',
    transport: 'smtp',
    users: 9,
    valid: false,
    invalid_because: 'late starts',
    p50s: [9],
  },
]

const phasesOf = ({ run_id, trial, label, transport, latency_p50_ms: p50 }: TrialRow): PhaseRow[] => {
  const names: readonly Phase[] =
    transport === 'smtp'
      ? ['encode', 'connect', 'tls', 'envelope', 'content', 'reply']
      : ['encode', 'connect', 'send', 'wait']
  const mean_ms = (p50 ?? 0) / names.length
  const figures = { mean_ms, p50_ms: mean_ms, p90_ms: mean_ms, p99_ms: null, max_ms: mean_ms }
  return names.map(phase => ({ run_id, trial, label, phase, n: 98, ...figures, round_trips: null }))
}

const secondsOf = ({ run_id, trial, label }: TrialRow): TimelineRow[] =>
  Array.from({ length: 8 }, (_, second) => ({
    run_id,
    trial,
    label,
    second,
    scheduled: 500 * (second + 1),
    // Nothing in one of them: a logarithm has no place for it.
    accepted: second === 3 ? 0 : Math.min(2500, 500 * (second + 1)),
    failed: 0,
    in_doubt: 0,
    in_flight: 10,
    p50_ms: second < 5 ? 2 : 2 ** second,
    p99_ms: 300,
  }))

const mergeOf = ({ run_id, trial, label }: TrialRow, i: number): MergeRow => ({
  run_id,
  trial,
  label,
  batch_size: 1,
  messages: 500,
  accepted: 500,
  total_ms: 400 + 30 * i,
  messages_per_s: 1000,
  calls: 500,
  connections: 10,
  round_trips: 1000,
  bytes_up: 1e6,
  bytes_down: 1e5,
  memory_bytes: 1e7,
})

/** A run of which every section of a report has something to say. */
export function wholeRun(more: Partial<StoredRun> = {}): StoredRun {
  const empty = { injected: [], merges: [] }
  const { trials } = exampleRun(labels, empty)
  const refused = trials.filter(({ label }) => label === 'smtp refused')
  return exampleRun(labels, {
    planned: trials.map(({ label, repetition }) => ({ label, repetition })),
    checks: trials.flatMap(({ trial, valid }) => [
      { trial, check: 'balance', ok: true, invalidates: true, detail: '100 of 100' },
      { trial, check: 'start-lag', ok: valid, invalidates: true, detail: 'p99 12 ms' },
    ]),
    phases: trials.flatMap(phasesOf),
    failures: refused.map(({ run_id, trial, label }) => ({
      run_id,
      trial,
      label,
      outcome: 'rejected',
      phase: 'envelope',
      cause: 'recipient',
      code: 550,
      enhanced_code: '5.1.1',
      count: 5,
      share: 0.05,
      first_at_ms: 3,
      example: '550 5.1.1 no such user',
    })),
    injected: refused.map(({ run_id, trial, label }) => ({
      run_id,
      trial,
      label,
      step: 'RCPT',
      fault: 'reject',
      cause: 'recipient',
      count: 5,
    })),
    timeline: trials.filter(({ load }) => load === 'ramp').flatMap(secondsOf),
    merges: trials.filter(({ client, link_rtt_ms: rtt }) => client === 'wire' && rtt === 0).map(mergeOf),
    ...more,
  })
}

/** Every text that a server, a plan or a label may bring along. */
const foreign = new Set(
  'run_id name label target provider client mode example invalid_because detail check command enhanced_code fault step seed cpu'.split(
    ' ',
  ),
)

/** The same, with something hostile behind each text that is not ours. */
export function hostileWholeRun(): StoredRun {
  const hostile = HOSTILE.toWellFormed()
  return JSON.parse(JSON.stringify(wholeRun()), (key, value: unknown) =>
    foreign.has(key) && typeof value === 'string' ? `${value} ${hostile}` : value,
  )
}

/** A plausible shape: most near the median, and a tail. */
function latencyOf({ n, latency_p50_ms: p50 }: StoredRun['labels'][number]): Bins {
  const shares = [0.3, 0.3, 0.2, 0.1, 0.06, 0.03, 0.01]
  return shares.map((share, i) => [
    Math.round((p50 ?? 1) * 1e6 * (0.9 + 0.1 * i)),
    Math.max(1, Math.round(share * n * 10)),
  ])
}

/** What the report of these runs is made of. */
export function materialFrom(...runs: readonly StoredRun[]): Material {
  return materialOf(
    runs.map(run => ({
      run,
      latencies: new Map(run.labels.map(row => [row.label, latencyOf(row)])),
      thresholds: [],
    })),
  )
}

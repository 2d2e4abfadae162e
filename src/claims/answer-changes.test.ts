import { describe, expect, it } from 'vitest'
import type { StoredRun } from '../run-store/stored-run.ts'
import { answerOf } from './answer.ts'
import { around, exampleRun, type LabelSpec, librariesAt } from './run.fixture.ts'

const bare: LabelSpec[] = (
  [
    ['lockstep', 4],
    ['pipelined', 2],
    ['chunked', 1],
  ] as const
).map(([mode, trips]) => ({
  transport: 'smtp',
  client: 'wire',
  mode,
  link_rtt_ms: 100,
  p50s: around(1 + 100 * trips),
}))
const bareApi: LabelSpec = {
  transport: 'http',
  client: 'wire',
  mode: 'lockstep',
  http_version: '1.1',
  link_rtt_ms: 100,
  p50s: around(101),
}

const changes = (labels: readonly LabelSpec[], ...joined: StoredRun[]) =>
  answerOf([exampleRun(labels), ...joined])?.changes.join(' ')

/** A mail merge by an API, one by one and in batches. */
function mergeRun(totals: { readonly [batch: number]: readonly number[] }): StoredRun {
  const labels = Object.entries(totals).map(
    ([batch, p50s]): LabelSpec => ({
      label: `merge ${batch}`,
      transport: 'http',
      client: 'undici',
      http_version: '1.1',
      link_rtt_ms: 20,
      users: 10,
      batch_size: Number(batch),
      p50s,
    }),
  )
  const run = exampleRun(labels, { run_id: 'merge' })
  const merges = run.trials.map(({ trial, label, batch_size, latency_p50_ms }) => ({
    run_id: 'merge',
    trial,
    label,
    batch_size: batch_size ?? 1,
    messages: 500,
    accepted: 500,
    total_ms: latency_p50_ms ?? 0,
    messages_per_s: null,
    calls: null,
    connections: null,
    round_trips: null,
    bytes_up: null,
    bytes_down: null,
    memory_bytes: null,
  }))
  return { ...run, merges }
}

describe('what to change first', () => {
  it('is told for either transport, the most rewarding at the top', () => {
    const told = changes(librariesAt([0, 100], { smtp: 4, http: 1 }))
    expect(told).toMatch(
      /^Over SMTP, at 100 ms RTT: keep connections open \(\d{3} ms less a message\), then send by the API instead \(1\d\d ms\)\. Over the API, at 100 ms RTT: keep connections open \(\d{3} ms less a message\)\./,
    )
  })

  it('is to change sides only where that side is shown to be sooner', () => {
    const near = librariesAt([0], { smtp: 1.8, http: 0.7 })
    expect(changes(near)).toMatch(/send by the API instead/)
    const few = near.map(spec => ({ ...spec, p50s: spec.p50s.slice(0, 3) }))
    expect(changes(few)).not.toMatch(/send by|keep connections/)
    expect(changes(librariesAt([0], { smtp: 1, http: 4 }))).toMatch(/Over the API, .* send by SMTP instead/)
  })

  it('is never what the library cannot do, or does already', () => {
    const told = changes([...librariesAt([100], { smtp: 4, http: 1 }), ...bare, bareApi])
    expect(told).not.toMatch(/pipeline/)
    expect(told).toMatch(
      /Sending a message in one flight \(CHUNKING, RFC 3030\), which nodemailer cannot, would save another \d+ ms/,
    )
  })

  it('is to pipeline where a bare client does not', () => {
    expect(changes([...bare, bareApi])).toMatch(
      /^Over SMTP, at 100 ms RTT, lockstep: send by the API instead \(\d+ ms less a message\), or pipeline commands \(RFC 2920\) \(\d+ ms\)\. Sending a message in one flight \(CHUNKING, RFC 3030\) would save/,
    )
  })

  it('names the load where it is not the same in all conditions', () => {
    const loads = [1, 10].flatMap(users =>
      librariesAt([0], { smtp: 4 * users, http: users }, ['reuse']).map(spec => ({ ...spec, users })),
    )
    expect(changes(loads)).toMatch(/^Over SMTP, at 0 ms RTT, 1 at a time: send by the API instead/)
  })

  it('is batch calls, of any run that was joined and measured them', () => {
    const labels = librariesAt([0], { smtp: 4, http: 1 })
    expect(changes(labels)).toMatch(/What batch calls save, mailbench run merge measures\.$/)
    const merge = mergeRun({ 1: around(1100), 50: around(120), 500: around(80) })
    expect(changes(labels, merge)).toMatch(
      /Over the API, send many messages in batch calls: 500 took \d\d\.\d ms in calls of 500, 1,\d{3} ms one by one \(undici, 20 ms RTT, 10 at a time\)\.$/,
    )
  })

  it('is no batch that saved nothing, or was tried too few times', () => {
    const labels = librariesAt([0], { smtp: 4, http: 1 })
    expect(changes(labels, mergeRun({ 1: around(100), 50: around(100.1) }))).not.toMatch(/batch/)
    expect(changes(labels, mergeRun({ 1: around(1100, 3), 50: around(120, 3) }))).not.toMatch(/batch/)
  })
})

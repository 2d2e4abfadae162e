import { describe, expect, it } from 'vitest'
import { answerOf } from './answer.ts'
import { speedClaim } from './c2-speed.ts'
import { around, exampleRun, type LabelSpec, librariesAt } from './run.fixture.ts'

const answer = (labels: readonly LabelSpec[]) => {
  const found = answerOf([exampleRun(labels)])
  if (!found) throw new Error('both transports were measured')
  return found
}
const wires = (
  own: { lockstep: number; pipelined: number; chunked: number; http: number },
  rtt = 100,
): LabelSpec[] => [
  ...(
    [
      ['lockstep', 4],
      ['pipelined', 2],
      ['chunked', 1],
    ] as const
  ).map(([mode, trips]) => ({
    transport: 'smtp' as const,
    client: 'wire',
    mode,
    link_rtt_ms: rtt,
    p50s: around(own[mode] + rtt * trips),
  })),
  {
    transport: 'http',
    client: 'wire',
    mode: 'lockstep',
    http_version: '1.1',
    link_rtt_ms: rtt,
    p50s: around(own.http + rtt),
  },
]

describe('the answer', () => {
  it('says which transport is sooner, by how much, and where', () => {
    const { summary, setting, contests, verdict } = answer(librariesAt([0, 100], { smtp: 4, http: 1 }))
    expect(verdict).toBe('holds')
    expect(summary).toMatch(
      /^With nodemailer and undici the API was sooner in all 4 conditions, 2\.\d+ to \d\.\d+ times\.$/,
    )
    expect(setting).toBe(
      'nodemailer over SMTP, undici over HTTP; to local sinks; 1 at a time, 1.00 kB, 1 recipient; TLS, authenticated',
    )
    expect(contests.map(({ where }) => where)).toEqual([
      '0 ms RTT, kept connection',
      '0 ms RTT, new connection',
      '100 ms RTT, kept connection',
      '100 ms RTT, new connection',
    ])
  })

  it('leaves out conditions of which one side accepted nothing, and says so', () => {
    const specs = librariesAt([0], { smtp: 4, http: 1 }).map(spec =>
      spec.transport === 'http' && spec.connection === 'fresh'
        ? { ...spec, accepted: 0, rejected: 100 }
        : spec,
    )
    const { summary, contests, verdict, open } = answer(specs)
    expect(verdict).toBe('holds')
    expect(contests).toHaveLength(1)
    expect(speedClaim.judge(exampleRun(specs)).finding).toMatch(
      / 1 left out, of which one side accepted nothing\.$/,
    )
    expect(open).toEqual([])
    expect(summary).toMatch(
      / times\. Left out: over the API nothing was accepted under 1 of 2 labels \(0 of 1,000\)\.$/,
    )
  })

  it('names no winner where it depends, and says where it turns', () => {
    const { summary, crossover } = answer(librariesAt([0, 20, 100], { smtp: 1, http: 41 }))
    expect(summary).toMatch(
      /^It depends on .*: with nodemailer and undici the API was sooner in [23] of 6 conditions.*; SMTP was sooner in/,
    )
    expect(crossover).toEqual([
      expect.stringMatching(
        /^Kept connection: at (?:3|4)\d\.\d ms RTT \(.* to .*\), SMTP is sooner below and the API above\.$/,
      ),
      expect.stringMatching(/^New connection: at [67]\.\d+ ms RTT/),
    ])
  })

  it('is not settled by few repetitions, but says what they look like', () => {
    const few = librariesAt([0], { smtp: 4, http: 1 }).map(spec => ({ ...spec, p50s: spec.p50s.slice(0, 3) }))
    expect(answer(few).summary).toBe(
      'Not settled: with nodemailer and undici 2 of 2 conditions have too few repetitions (6 are the least, 10 are good), though the API looks sooner in 2.',
    )
    expect(answer(few.filter(({ connection }) => connection === 'reuse')).summary).toBe(
      'Not settled: with nodemailer and undici the one condition has too few repetitions (6 are the least, 10 are good), though the API looks sooner.',
    )
  })

  it('takes the distance of a server that is not ours from its TCP handshakes', () => {
    const labels = librariesAt([0], { smtp: 50, http: 30 }, ['reuse']).map(spec => ({
      ...spec,
      target: `${spec.transport}://mail.example`,
    }))
    const run = exampleRun(labels)
    const phases = run.labels.map(({ label }, i) => ({
      run_id: 'r',
      trial: i,
      label,
      phase: 'connect' as const,
      n: 3,
      mean_ms: 25,
      p50_ms: null,
      p90_ms: null,
      p99_ms: null,
      max_ms: 30,
      round_trips: null,
    }))
    expect(answerOf([{ ...run, phases }])?.contests[0]?.parts).toMatchObject({ messageMs: 25 })
    expect(answerOf([run])?.contests[0]?.parts).toBeNull()
  })

  it('says why, and what to change first, the most rewarding at the top', () => {
    const bare = wires({ lockstep: 1, pipelined: 1, chunked: 1, http: 0.5 })
    const { why, changes } = answer([...librariesAt([100], { smtp: 4, http: 1 }), ...bare])
    expect(why[0]).toBe(
      'A message waits for 2 network round trips over SMTP and 1 over the API where the connection is kept, for 9 and 3 where it is new.',
    )
    expect(changes[0]).toMatch(
      /^Over SMTP, at 100 ms RTT: keep connections open \(7\d\d ms less a message\), /,
    )
  })

  it('says what the libraries add to bare clients, with the interval, where it can be told from nothing', () => {
    const libraries = librariesAt([0], { smtp: 4, http: 1 }, ['reuse'])
    const at = (http: number) => wires({ lockstep: 1, pipelined: 0.5, chunked: 1, http }, 0)
    expect(answer([...libraries, ...at(0.3)]).why[1]).toMatch(
      /^To what a bare client takes for a message nodemailer adds 3\.\d\d ms \(3\.\d\d to 3\.\d\d\) and undici adds 0\.\d\d ms \(.*\)\.$/,
    )
    expect(answer([...libraries, ...at(1)]).why[1]).toMatch(
      /nodemailer adds [^a-z]*ms \([^a-z]* to [^a-z]*\)[^a]*$/,
    )
  })

  it('is undefined where nothing can be compared', () => {
    expect(answerOf([])).toBeUndefined()
    expect(answerOf([exampleRun([{ transport: 'smtp', p50s: around(1) }])])).toBeUndefined()
  })

  it('comes from the first of several runs that can give one', () => {
    const other = exampleRun(librariesAt([0], { smtp: 4, http: 1 }), { run_id: 'other' })
    expect(answerOf([exampleRun([]), other])?.runId).toBe('other')
  })
})

import { describe, expect, it } from 'vitest'
import type { FailureRow } from '../run-store/schema.ts'
import { firstAnswerOf } from './answer.ts'
import { speedClaim } from './c2-speed.ts'
import { merged } from './job.fixture.ts'
import { around, exampleRun, type LabelSpec, librariesAt } from './run.fixture.ts'
import { storedRuns } from './stored-runs.fixture.ts'

const unanswered = (...runs: Parameters<typeof firstAnswerOf>[0]) => {
  const answer = firstAnswerOf(runs)
  if (answer.kind !== 'none') throw new Error('nothing can be compared')
  return answer
}
const of = (labels: readonly LabelSpec[]) => unanswered(exampleRun(labels))

const failureOf = (more: Partial<FailureRow>): FailureRow => ({
  run_id: 'r',
  trial: 1,
  label: 'http',
  outcome: 'rejected',
  phase: null,
  cause: 'policy',
  code: null,
  enhanced_code: null,
  count: 1,
  share: 1,
  first_at_ms: 0,
  example: null,
  ...more,
})

const [smtp, http] = librariesAt([0], { smtp: 4, http: 1 }, ['reuse']) as [LabelSpec, LabelSpec]

describe('what a run says that does not say which', () => {
  it('is of one transport what it measured, and which command measures both', () => {
    expect(of([smtp, { ...smtp, connection: 'fresh', p50s: around(9) }])).toEqual({
      kind: 'none',
      summary: 'This run cannot say: it sent single messages over SMTP only.',
      instead: [
        expect.stringMatching(
          /^Over SMTP a message took [34]\.\d\d to [89]\.\d\d ms at the median \(2 labels, nodemailer\)\.$/,
        ),
      ],
      remedy: 'mailbench run quick measures both at local sinks, in under 20 seconds.',
    })
    expect(of([http]).summary).toBe('This run cannot say: it sent single messages over the API only.')
  })

  it('names how servers of one’s own are measured, where one was', () => {
    expect(of([{ ...smtp, target: 'smtp://mail.example:25' }]).remedy).toMatch(
      / in under 20 seconds; --smtp URL and --api URL measure both of yours\.$/,
    )
  })

  it('is in what the sides of both differ', () => {
    expect(of([smtp, { ...http, link_rtt_ms: 20, users: 10 }]).summary).toBe(
      'This run cannot say: over SMTP and the API it sent under different round-trip times and loads.',
    )
    const crossed = [
      { ...smtp, link_rtt_ms: 20, users: 1 },
      { ...smtp, link_rtt_ms: 0, users: 10 },
      { ...http, link_rtt_ms: 20, users: 10 },
    ]
    expect(of(crossed).summary).toBe(
      'This run cannot say: it sent over SMTP and the API, but in no condition over both.',
    )
  })

  it('is that clients are no pair', () => {
    expect(of([smtp, { ...http, client: 'wire', mode: 'lockstep' }]).summary).toBe(
      'This run cannot say: libraries are compared with libraries and bare clients with bare ones, and it sent by nodemailer over SMTP, by wire lockstep over the API.',
    )
  })

  it('is of a side that accepted nothing that it did not, how many messages, and why: not that they were too few', () => {
    const nowhere = { target: 'http://127.0.0.1:2525/nowhere', tls: 'none', auth: null }
    const refused = { ...http, ...nowhere, accepted: 0, rejected: 100, latency_p50_ms: null }
    const run = exampleRun([{ ...smtp, ...nowhere, target: 'smtp://127.0.0.1:25' }, refused])
    const label = run.labels.find(({ transport }) => transport === 'http')?.label ?? ''
    const failures = run.trials
      .filter(trial => trial.label === label)
      .map(({ trial }) => failureOf({ trial, label, cause: 'unknown', code: 404, phase: 'wait', count: 100 }))
    const { summary, remedy } = unanswered({ ...run, failures })
    expect(summary).toBe(
      'This run cannot say: over the API nothing was accepted (1,000 of 1,000 rejected in wait: 404).',
    )
    expect(remedy).toMatch(/^mailbench probe /)
    expect(speedClaim.judge({ ...run, failures })).toMatchObject({
      verdict: 'not measured here',
      finding: expect.stringMatching(/nothing was accepted over one of them/),
    })
  })

  it('is so of both sides that time out', () => {
    const silent = { accepted: 0, rejected: 0, latency_p50_ms: null }
    expect(
      of([
        { ...smtp, ...silent, faulted: 100 },
        { ...http, ...silent, in_doubt: 100 },
      ]).summary,
    ).toBe(
      'This run cannot say: over SMTP nothing was accepted (0 of 1,000); over the API nothing was accepted (0 of 1,000).',
    )
  })

  it('is of a mail merge over one transport what batches save', () => {
    const { summary, instead, remedy } = unanswered(
      merged([
        { transport: 'http', client: 'undici', batch: 1, totalMs: 200 },
        { transport: 'http', client: 'undici', batch: 500, totalMs: 40 },
      ]),
    )
    expect(summary).toBe('This run cannot say: it sent a mail merge over the API only.')
    expect(instead).toEqual([
      expect.stringMatching(/^Over the API, send many messages in batch calls: 500 took /),
    ])
    expect(remedy).toBe('mailbench run merge sends a mail merge over both.')
    const few = merged([
      { transport: 'http', client: 'undici', batch: 1, totalMs: 200, count: 1 },
      { transport: 'http', client: 'undici', batch: 500, totalMs: 40, count: 1 },
    ])
    expect(unanswered(few).instead).toEqual([
      'Whether batch calls save time it does not settle: more repetitions may.',
    ])
  })

  it('is why, where nothing counts', () => {
    const run = exampleRun([smtp])
    const labels = run.labels.map(row => ({
      ...row,
      repetitions: 0,
      valid: false,
      invalid_because: 'late starts',
    }))
    expect(unanswered({ ...run, labels })).toMatchObject({
      summary: 'This run cannot say: nothing that it sent counts.',
      instead: [expect.stringMatching(/^Left out as invalid: .* \(late starts\)\.$/)],
    })
    expect(unanswered(exampleRun([])).instead).toEqual([])
  })

  it('is not of messages that a wrong credential kept out, nor of those that no server got', () => {
    expect(of([smtp, { ...http, auth: 'wrong' }]).summary).toMatch(/over SMTP only\.$/)
    expect(of([smtp, { ...http, client: 'null' }]).summary).toMatch(/over SMTP only\.$/)
  })
})

describe('what would settle an answer', () => {
  const few = (count: number) =>
    exampleRun(
      librariesAt([0], { smtp: 4, http: 1 }).map(spec => ({ ...spec, p50s: spec.p50s.slice(0, count) })),
    )
  const open = (run: Parameters<typeof firstAnswerOf>[0][number]) => {
    const answer = firstAnswerOf([run])
    return answer.kind === 'messages' ? answer.open : undefined
  }

  it('is more repetitions, where these are too few or too alike', () => {
    expect(open(few(3))).toEqual([
      'The same with --repeat 10 has repetitions enough; mailbench run quick measures latency alone, in under 20 seconds.',
    ])
    const alike = [smtp, http].map((spec, i) => ({
      ...spec,
      p50s: Array.from({ length: 10 }, (_, round) => 1 + ((round + i) % 2)),
    }))
    expect(open(exampleRun(alike))).toEqual(['More repetitions narrow the intervals: --repeat 20.'])
  })

  it('is nothing where it is settled', () => {
    expect(open(few(10))).toEqual([])
  })

  it('is said with what a run of failures settles instead', () => {
    const [first, settled] = open(storedRuns.failures) ?? []
    expect(first).toMatch(/^The same with --repeat 10 /)
    expect(settled).toMatch(
      /^It settles C3 \((?:holds|does not hold|depends)\) and C4 \(.*\), which stand below\.$/,
    )
  })
})

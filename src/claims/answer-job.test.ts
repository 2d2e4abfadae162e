import { describe, expect, it } from 'vitest'
import { firstAnswerOf } from './answer.ts'
import { type JobAnswer, jobAnswerOf } from './answer-job.ts'
import { merged, type WaySpec } from './job.fixture.ts'
import { exampleRun, librariesAt } from './run.fixture.ts'

const ways = (rttMs: number, smtp: number, singly: number, batched: number, count = 10): WaySpec[] => [
  { transport: 'smtp', client: 'nodemailer', batch: 1, totalMs: smtp, rttMs, count },
  { transport: 'http', client: 'undici', batch: 1, totalMs: singly, rttMs, count },
  { transport: 'http', client: 'undici', batch: 500, totalMs: batched, rttMs, count },
]
const bare = (smtp: number, singly: number, batched: number): WaySpec[] =>
  ways(0, smtp, singly, batched).map(way => ({ ...way, client: 'wire' }))

function answer(specs: readonly WaySpec[]): JobAnswer {
  const found = jobAnswerOf([merged(specs)])
  if (!found) throw new Error('jobs were sent over both transports')
  return found
}

describe('the answer of a run that sent whole jobs only', () => {
  it('says which is quicker, by how much, with the interval, and what is left without batch calls', () => {
    const { summary, verdict, setting, open } = answer(ways(0, 400, 200, 40))
    expect(verdict).toBe('holds')
    expect(summary).toMatch(
      /^For a mail merge of 500 messages, with nodemailer and undici, the API was quicker at 0 ms RTT, (?:9\.\d+|10\.\d) times \([\d.]+ to [\d.]+\), by calls of 500\. One by one, with nodemailer and undici the API was quicker at 0 ms RTT, (?:1\.9\d|2\.0\d) times \(.*\)\.$/,
    )
    expect(setting).toBe(
      'nodemailer over SMTP, undici over HTTP; to local sinks; 1 at a time, 1 recipient, TLS, authenticated; medians of 10 repetitions',
    )
    expect(open[0]).toContain('mailbench run quick')
  })

  it('says how many calls and round trips that took, and what batches save', () => {
    expect(answer([...ways(0, 400, 200, 40), ...ways(20, 900, 700, 90)]).why).toEqual([
      'At 20 ms RTT nodemailer one by one took 500 calls and 10 network round trips, undici in calls of 500 took 1 call and 10 network round trips, all connections together.',
      expect.stringMatching(/^Over the API, send many messages in batch calls: 500 took /),
    ])
  })

  it('tells bare clients from libraries, and each network', () => {
    const { summary, contests } = answer([
      ...ways(0, 400, 200, 40),
      ...ways(20, 900, 700, 90),
      ...bare(20, 60, 30),
    ])
    expect(contests.map(({ where, quicker }) => [where, quicker])).toEqual([
      ['libraries, 0 ms RTT', 'http'],
      ['libraries, 20 ms RTT', 'http'],
      ['bare clients, 0 ms RTT', 'smtp'],
      ['libraries, 0 ms RTT, one by one', 'http'],
      ['libraries, 20 ms RTT, one by one', 'http'],
      ['bare clients, 0 ms RTT, one by one', 'smtp'],
    ])
    expect(summary).toMatch(
      /^It depends: for a mail merge of 500 messages, with nodemailer and undici, the API was quicker in both conditions, /,
    )
    expect(summary).toMatch(
      / Without libraries SMTP was quicker at 0 ms RTT, 1\.\d\d times \(1\.\d\d to 1\.\d\d\)\. /,
    )
  })

  it('names no winner of few repetitions, nor of ways that are too close', () => {
    const few = answer(ways(0, 400, 200, 40, 3))
    expect(few.contests.map(({ quicker }) => quicker)).toEqual(['unknown', 'unknown'])
    expect(few.summary).toMatch(
      /^Not settled: for a mail merge of 500 messages, with nodemailer and undici, the one condition has too few repetitions \(6 are the least, 10 are good\), though the API looks quicker\. /,
    )
    const close = answer(ways(0, 40, 60, 40))
    expect(close.verdict).toBe('inconclusive')
    expect(close.summary).toMatch(/^Not settled: .* the one condition is too close to say/)
  })

  it('has nothing to add where one by one is the quickest way of both', () => {
    const { contests, summary } = answer(ways(0, 40, 60, 80))
    expect(contests).toHaveLength(1)
    expect(summary).toMatch(/SMTP was quicker at 0 ms RTT, 1\.\d\d times \([^)]*\)\.$/)
  })

  it('is none where no job was sent over both, or not all of it was accepted', () => {
    expect(jobAnswerOf([])).toBeUndefined()
    expect(jobAnswerOf([merged(ways(0, 400, 200, 40).slice(1))])).toBeUndefined()
    expect(jobAnswerOf([merged(ways(0, 400, 200, 40), 1)])).toBeUndefined()
  })

  it('gives way to one of single messages, of whichever run', () => {
    const jobs = merged(ways(0, 400, 200, 40))
    expect(firstAnswerOf([jobs])).toMatchObject({ kind: 'job', verdict: 'holds' })
    const single = exampleRun(librariesAt([0], { smtp: 4, http: 1 }), { run_id: 'single' })
    expect(firstAnswerOf([jobs, single])).toMatchObject({ kind: 'messages', runId: 'single' })
  })
})

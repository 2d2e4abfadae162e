import { describe, expect, it } from 'vitest'
import { answerOf } from './answer.ts'
import { exampleRun, librariesAt } from './run.fixture.ts'

/** Two distances, of which the near one kept the client busy. */
function answerAt(users: number, connections: readonly string[] = ['reuse'], busyUpTo = 10) {
  const labels = librariesAt([0, 100], { smtp: 10, http: 1 }, connections).map(spec => ({
    ...spec,
    users,
    throughput_per_s: 500,
  }))
  const run = exampleRun(labels)
  const checks = run.trials
    .filter(
      ({ link_rtt_ms: rtt, transport, repetition }) =>
        rtt === 0 && transport === 'smtp' && repetition <= busyUpTo,
    )
    .map(({ trial }) => ({ trial, check: 'event-loop', ok: false, invalidates: false, detail: '99% busy' }))
  const answer = answerOf([{ ...run, checks }])
  if (!answer) throw new Error('both transports were measured')
  return answer
}

describe('an answer of a client process that is fully busy', () => {
  it('tells its ratios apart from those of the network', () => {
    const { summary, contests } = answerAt(6)
    expect(contests.map(({ atLimit }) => atLimit)).toEqual([true, false])
    expect(summary).toMatch(
      /sooner in all 2 conditions, 2\.\d+ times \(\d+\.\d times where the client process was fully busy\)\.$/,
    )
  })

  it('says that users wait for one another, and that an interval is of one run', () => {
    expect(answerAt(6).why.slice(-2).join(' ')).toBe(
      'Where the client process was fully busy (0 ms RTT), its users wait for one another: a message takes about users / throughput (over SMTP 6 / 500 per s = 12.0 ms), most of it in a queue. Such a ratio compares what messages cost to process under full load; from run to run it may vary by more than its interval, which is of one run.',
    )
    expect(answerAt(6, ['reuse', 'fresh']).why.at(-2)).toMatch(
      /\(0 ms RTT, kept connection; 0 ms RTT, new connection\)/,
    )
  })

  it('says nothing where most trials had time to spare', () => {
    expect(answerAt(6, ['reuse'], 4).contests.map(({ atLimit }) => atLimit)).toEqual([false, false])
    expect(answerAt(6, ['reuse'], 5).contests.map(({ atLimit }) => atLimit)).toEqual([true, false])
  })

  it('says nothing of one user, who waits for nobody', () => {
    const { summary, why } = answerAt(1)
    expect(`${summary} ${why.join(' ')}`).not.toContain('busy')
  })
})

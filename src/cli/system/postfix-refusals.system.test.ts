import { describe, expect, it } from 'vitest'
import { stored } from './mailbench.fixture.ts'
import { postfixFromEnvironment } from './postfix.fixture.ts'
import { startRun, urlOf } from './run-postfix.fixture.ts'

const postfix = postfixFromEnvironment()
const trusted = ['--tls-ca', postfix.caFile]
const size = ['--messages', '12', '--warmup', '3', '--repeat', '1', '--users', '3']

/** Runs, and expects all of the submissions to fail alike and Postfix to take none of them. */
async function failureOf(...args: string[]) {
  const watched = postfix.watchLog()
  const { ended, run, summary, samples } = await stored(startRun(postfix, ...args, ...size))
  expect(ended.status).toBe(4)
  expect(summary).toMatchObject([
    { scheduled: '12', attempted: '12', accepted: '0', failure_rate: '1', valid: 'true' },
  ])
  expect(samples).toHaveLength(15)
  expect(run.failures).toHaveLength(1)
  expect(watched().queued).toEqual([])
  return run.failures[0]
}

describe('what Postfix refuses', () => {
  it.each(['reuse', 'fresh'])('a wrong password is rejected at AUTH, connections %s', async connection => {
    const url = urlOf(postfix, { password: 'not-the-password' })
    const failure = await failureOf('--smtp', url, ...trusted, '--connection', connection)
    expect(failure).toMatchObject({ outcome: 'rejected', phase: 'auth', cause: 'auth', code: 535, count: 12 })
    expect(failure?.enhanced_code).toBe('5.7.8')
  })

  it.each(['smtp', 'smtps'] as const)(
    'a certificate of an unknown authority is a fault of TLS, over %s',
    async scheme => {
      const failure = await failureOf('--smtp', urlOf(postfix, { scheme }))
      expect(failure).toMatchObject({ outcome: 'faulted', phase: 'tls', cause: 'tls', code: null, count: 12 })
    },
  )

  it('a refused recipient is rejected in the envelope, with its enhanced code', async () => {
    const to = ['--to', `nobody@${postfix.refusedDomain}`]
    const failure = await failureOf('--smtp', urlOf(postfix), ...trusted, ...to)
    expect(failure).toMatchObject({ outcome: 'rejected', phase: 'envelope', cause: 'recipient', count: 12 })
    expect(failure).toMatchObject({ code: 550, enhanced_code: '5.1.1' })
  })

  it('a client without credentials is rejected in the envelope, by policy', async () => {
    const failure = await failureOf('--smtp', urlOf(postfix, { password: null }), ...trusted)
    expect(failure).toMatchObject({ outcome: 'rejected', phase: 'envelope', cause: 'policy', count: 12 })
    expect(failure).toMatchObject({ code: 554, enhanced_code: '5.7.1' })
  })

  it('a client that will not use TLS is told to, in the envelope', async () => {
    const failure = await failureOf('--smtp', `${urlOf(postfix, { password: null })}?tls=none`)
    expect(failure).toMatchObject({ outcome: 'rejected', phase: 'envelope', count: 12 })
    expect(failure).toMatchObject({ code: 530, enhanced_code: '5.7.0' })
  })
})

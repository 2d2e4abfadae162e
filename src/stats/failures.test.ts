import { describe, expect, test } from 'vitest'
import { measuring, ORIGIN_NS, reply, submit } from './submissions.fixture.ts'

describe('the failures', () => {
  const refusal = reply('rejected', {
    phase: 'envelope',
    cause: 'recipient',
    code: 550,
    enhancedCode: '5.1.1',
    text: '5.1.1 No such user\r\n\u001b[31mhere',
  })

  test('are told apart by outcome, phase, cause and codes, most frequent first', () => {
    const recorder = measuring()
    submit(recorder, 0, { dueMs: 0, reply: reply('faulted', { phase: 'connect', cause: 'reset' }) })
    submit(recorder, 1, { dueMs: 10, reply: refusal })
    submit(recorder, 2, { dueMs: 20, reply: { ...refusal, text: 'another text' } })
    submit(recorder, 3)
    expect(recorder.finish().failures).toEqual([
      {
        outcome: 'rejected',
        phase: 'envelope',
        cause: 'recipient',
        code: 550,
        enhanced_code: '5.1.1',
        count: 2,
        share: 0.5,
        first_at_ms: 11,
        example: '5.1.1 No such user [31mhere',
      },
      {
        outcome: 'faulted',
        phase: 'connect',
        cause: 'reset',
        code: null,
        enhanced_code: null,
        count: 1,
        share: 0.25,
        first_at_ms: 1,
        example: null,
      },
    ])
  })

  test('an example is at most 200 characters', () => {
    const recorder = measuring()
    submit(recorder, 0, { reply: { ...refusal, text: 'x'.repeat(5000) } })
    expect(recorder.finish().failures[0]?.example).toHaveLength(200)
  })

  test('a server with a new code for every refusal does not grow the table without bound', () => {
    const recorder = measuring()
    for (let i = 0; i < 3000; i++) submit(recorder, i, { reply: { ...refusal, enhancedCode: `id-${i}` } })
    const { failures } = recorder.finish()
    expect(failures).toHaveLength(501)
    expect(failures[0]).toMatchObject({ enhanced_code: null, code: null, cause: 'recipient', count: 2500 })
    expect(failures.reduce((sum, { count }) => sum + count, 0)).toBe(3000)
  })

  test('shares of the failures and of the accepted add up to the scheduled', () => {
    const recorder = measuring()
    for (let i = 0; i < 10; i++) submit(recorder, i, { reply: i < 4 ? refusal : reply('accepted') })
    for (let i = 10; i < 16; i++) {
      recorder.scheduled(i, ORIGIN_NS)
      recorder.dropped(i, ORIGIN_NS)
    }
    const { failures, figures } = recorder.finish()
    const shares = failures.reduce((sum, { share }) => sum + share, 0)
    expect(shares + figures.accepted / figures.scheduled).toBeCloseTo(1, 6)
  })
})

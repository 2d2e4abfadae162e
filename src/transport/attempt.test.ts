import { expect, it } from 'vitest'
import { Attempt } from './attempt.ts'

function begin(): Attempt {
  const attempt = new Attempt(1)
  attempt.enter('encode', 0)
  attempt.enter('queue', 10)
  return attempt
}

it('ends once: what a library reports later changes nothing', async () => {
  const attempt = begin()
  attempt.fail('reset', 'gone', 30)
  attempt.decide({ outcome: 'accepted', code: 250 }, 40)
  attempt.enter('connect', 50)
  attempt.enter('tls', 90)
  const reply = await attempt.reply
  expect(reply).toMatchObject({ outcome: 'faulted', phase: 'queue', cause: 'reset', text: 'gone' })
  expect([reply.phases.get('encode'), reply.phases.get('queue')]).toEqual([10, 20])
  expect([reply.phases.get('connect'), reply.phases.get('tls')]).toEqual([undefined, undefined])
})

it('is in doubt from the hand-over on, and certainly failed before it', async () => {
  const early = begin()
  early.fail('timeout', 'too late', 20)
  const late = begin()
  late.handedOver = true
  late.fail('timeout', 'too late', 20)
  expect([(await early.reply).outcome, (await late.reply).outcome]).toEqual(['faulted', 'in_doubt'])
})

it('tells how long a server asked to wait', async () => {
  const deferred = begin()
  deferred.decide({ outcome: 'deferred', cause: 'throttled', code: 429, retryAfterNs: 3e9 }, 20)
  expect((await deferred.reply).retryAfterNs).toBe(3e9)
})

it('counts the recipients that an answer says were refused', async () => {
  const some = begin()
  some.decide({ outcome: 'accepted', code: 200, recipientsRefused: 2 }, 20)
  const none = begin()
  none.decide({ outcome: 'accepted', code: 200 }, 20)
  expect([(await some.reply).recipientsRefused, (await none.reply).recipientsRefused]).toEqual([2, 0])
})

it('names the phase of what was not accepted, and none of what was', async () => {
  const accepted = begin()
  accepted.decide({ outcome: 'accepted', code: 250 }, 20)
  const refused = begin()
  refused.decide({ outcome: 'rejected', cause: 'policy', code: 554 }, 20)
  expect((await accepted.reply).phase).toBeUndefined()
  expect((await refused.reply).phase).toBe('queue')
})

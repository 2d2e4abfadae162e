import { describe, expect, it } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import type { Idempotency } from '../provider/facts.ts'
import { generic } from '../provider/generic.ts'
import type { HttpResponse, Provider, Taken } from '../provider/provider.ts'
import type { Verdict } from '../sample.ts'
import { virtualClock } from '../virtual-clock.ts'
import { createReplays } from './replays.ts'

const conflict: Verdict = { outcome: 'rejected', code: 409, text: 'another body' }
const pending: Verdict = { outcome: 'deferred', code: 409, text: 'under way' }
const keyed = (idempotency: Partial<Idempotency> = {}): Provider => ({
  ...generic,
  idempotency: { lifetimeNs: 60 * NS_PER_S, conflict, pending, ...idempotency },
})
const named = (idempotencyKey: string): Taken => ({ kind: 'taken', messages: [], idempotencyKey })
const response: HttpResponse = { status: 202, headers: {}, body: '{"id":"1"}' }
const body = Buffer.from('body')
const waiting = () => true
const gone = () => false

function open() {
  const clock = virtualClock()
  return { clock, replays: createReplays(clock) }
}

describe('a request that names itself', () => {
  it('is answered as the first time when it comes again', () => {
    const { replays } = open()
    const provider = keyed()
    expect(replays.recall(provider, named('k'), body, waiting)).toBeUndefined()
    replays.settle(provider, named('k'), response)
    expect(replays.recall(provider, named('k'), body, waiting)).toEqual({ response })
  })

  it('is told apart from those with another key, and of another provider', () => {
    const { replays } = open()
    expect(replays.recall(keyed(), named('k'), body, waiting)).toBeUndefined()
    replays.settle(keyed(), named('k'), response)
    expect(replays.recall(keyed(), named('l'), body, waiting)).toBeUndefined()
    expect(replays.recall({ ...keyed(), name: 'other' }, named('k'), body, waiting)).toBeUndefined()
  })

  it('is told apart from that of another account', () => {
    const { replays } = open()
    for (const account of ['one', 'two']) {
      const taken: Taken = { ...named('k'), account }
      expect(replays.recall(keyed(), taken, body, waiting)).toBeUndefined()
      replays.settle(keyed(), taken, response)
      expect(replays.recall(keyed(), taken, body, waiting)).toEqual({ response })
    }
  })

  it('is refused with another body, unless the provider does not look', () => {
    const { replays } = open()
    const { conflict: _none, ...blind } = keyed().idempotency as Idempotency
    for (const [provider, expected] of [
      [keyed(), { refusal: conflict }],
      [{ ...generic, name: 'blind', idempotency: blind }, { response }],
    ] as const) {
      replays.recall(provider, named('k'), body, waiting)
      replays.settle(provider, named('k'), response)
      expect(replays.recall(provider, named('k'), Buffer.from('else'), waiting)).toEqual(expected)
    }
  })

  it('is put off while the first is under way, and only as long as somebody waits for that', () => {
    const { replays } = open()
    replays.recall(keyed(), named('k'), body, waiting)
    expect(replays.recall(keyed(), named('k'), body, waiting)).toEqual({ refusal: pending })
    replays.recall(keyed(), named('l'), body, gone)
    expect(replays.recall(keyed(), named('l'), body, waiting)).toBeUndefined()
  })

  it('may be tried again once it was refused, or its time is over', async () => {
    const { clock, replays } = open()
    replays.recall(keyed(), named('refused'), body, waiting)
    replays.settle(keyed(), named('refused'))
    expect(replays.recall(keyed(), named('refused'), body, waiting)).toBeUndefined()
    replays.recall(keyed(), named('old'), body, waiting)
    replays.settle(keyed(), named('old'), response)
    await clock.advance(60 * NS_PER_S)
    expect(replays.recall(keyed(), named('old'), body, waiting)).toBeUndefined()
  })

  it('is new every time where there is no key, or the provider knows none', () => {
    const { replays } = open()
    const unnamed: Taken = { kind: 'taken', messages: [] }
    for (const [provider, taken] of [
      [keyed(), unnamed],
      [generic, named('k')],
    ] as const) {
      expect(replays.recall(provider, taken, body, waiting)).toBeUndefined()
      replays.settle(provider, taken, response)
      expect(replays.recall(provider, taken, body, waiting)).toBeUndefined()
    }
  })

  it('is forgotten when ten thousand others came after it', () => {
    const { replays } = open()
    for (let i = 0; i <= 10_000; i++) {
      replays.recall(keyed(), named(`k${i}`), body, waiting)
      replays.settle(keyed(), named(`k${i}`), response)
    }
    expect(replays.recall(keyed(), named('k1'), body, waiting)).toEqual({ response })
    expect(replays.recall(keyed(), named('k0'), body, waiting)).toBeUndefined()
  })
})

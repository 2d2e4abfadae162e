import { describe, expect, it } from 'vitest'
import { NS_PER_MS, NS_PER_S } from '../clock.ts'
import { openLoad } from '../load/open.ts'
import { constantRate } from '../load/schedule.ts'
import { loadTemplate } from '../message/corpus.ts'
import type { Message } from '../message/message.ts'
import { PhaseTimes } from '../phase.ts'
import { createRandom } from '../random.ts'
import type { Reply } from '../sample.ts'
import { type VirtualClock, virtualClock } from '../virtual-clock.ts'
import { type RetrySpec, retryPolicyOf } from './retry-policy.ts'
import { retrying } from './retrying.ts'
import type { Transport } from './transport.ts'

const template = await loadTemplate('password-reset', { run: '0badcafe', trial: 1 })
const TOOK_NS = 5 * NS_PER_MS

interface Sent {
  readonly index: number
  readonly atNs: number
}

/** Answers what `answer` says of each message's first attempt, its second, and so on, after 5 ms. */
function open(
  answer: (index: number, attempt: number) => Partial<Reply>,
  spec: RetrySpec = 3,
  signal = new AbortController().signal,
) {
  const clock = virtualClock()
  const sent: Sent[] = []
  const bare: Transport = {
    protocol: 'smtp',
    connectionsOpened: 7,
    fallbacks: ['a reason'],
    async submit({ index }: Message) {
      sent.push({ index, atNs: clock.nowNs() })
      const attempt = sent.filter(each => each.index === index).length
      await clock.sleep(TOOK_NS)
      const reply = { recipientsRefused: 0, connectionId: attempt, phases: new PhaseTimes() }
      return { outcome: 'accepted', ...reply, ...answer(index, attempt) }
    },
    [Symbol.asyncDispose]: async () => {},
  }
  const policy = retryPolicyOf(spec)
  if (!policy) throw new Error('no policy')
  return {
    clock,
    sent,
    transport: retrying(bare, { policy, clock, random: createRandom('retrying'), signal }),
  }
}

async function drained<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  await clock.drain()
  return work
}

const outcomesOf = ({ attempts }: Reply) => attempts?.map(({ reply }) => reply.outcome)
const steady: RetrySpec = { times: 3, backoff: '100ms', jitter: 'none' }

/** What the attempts of one message end as, and what the submission does. */
async function ending(...answers: Partial<Reply>[]) {
  const { clock, transport } = open((_index, attempt) => answers[attempt - 1] ?? {})
  return drained(clock, transport.submit(template.message(0)))
}

const deferred = { outcome: 'deferred', phase: 'envelope', cause: 'throttled', code: 451 } as const
const faulted = { outcome: 'faulted', phase: 'connect', cause: 'refused' } as const
const inDoubt = { outcome: 'in_doubt', phase: 'reply', cause: 'reset' } as const
const rejected = { outcome: 'rejected', phase: 'envelope', cause: 'recipient', code: 550 } as const

describe('a submission that is attempted again', () => {
  it('is left alone when its first attempt is decisive', async () => {
    for (const answer of [{}, rejected, { outcome: 'aborted' } as const])
      expect((await ending(answer)).attempts).toBeUndefined()
  })

  it('ends with the first attempt that is accepted, and knows all of them', async () => {
    const reply = await ending(deferred, faulted, {})
    expect(reply).toMatchObject({ outcome: 'accepted', connectionId: 3 })
    expect(outcomesOf(reply)).toEqual(['deferred', 'faulted', 'accepted'])
  })

  it('ends as its last attempt when there are no more', async () => {
    const reply = await ending(faulted, faulted, faulted, deferred, {})
    expect(reply).toMatchObject(deferred)
    expect(outcomesOf(reply)).toEqual(['faulted', 'faulted', 'faulted', 'deferred'])
  })

  it('is accepted when it was in doubt and is accepted later', async () => {
    expect(await ending(inDoubt, {})).toMatchObject({ outcome: 'accepted' })
  })

  it('stays in doubt whatever fails after it: what may have been taken is never called failed', async () => {
    for (const last of [faulted, deferred]) {
      const reply = await ending(deferred, inDoubt, last, last)
      expect(reply).toMatchObject(inDoubt)
      expect(outcomesOf(reply)).toHaveLength(4)
    }
    for (const last of [rejected, { outcome: 'aborted' } as const]) {
      const reply = await ending(inDoubt, last)
      expect(reply).toMatchObject(inDoubt)
      expect(outcomesOf(reply)).toEqual(['in_doubt', last.outcome])
    }
  })

  it('waits as the policy says, and each attempt has its own time', async () => {
    const { clock, transport, sent } = open(() => deferred, steady)
    const { attempts = [] } = await drained(clock, transport.submit(template.message(0)))
    expect(sent.map(({ atNs }) => atNs / NS_PER_MS)).toEqual([0, 105, 310, 715])
    expect(attempts.map(({ startNs, endNs }) => [startNs / NS_PER_MS, endNs / NS_PER_MS])).toEqual([
      [0, 5],
      [105, 110],
      [310, 315],
      [715, 720],
    ])
  })

  it('waits no less than the server asked', async () => {
    const asked = { ...deferred, retryAfterNs: 2 * NS_PER_S }
    const { clock, transport, sent } = open((_, attempt) => (attempt === 1 ? asked : {}), steady)
    await drained(clock, transport.submit(template.message(0)))
    expect(sent.map(({ atNs }) => atNs / NS_PER_MS)).toEqual([0, 2005])
  })

  it('waits as long in every run of a seed, and messages unlike each other', async () => {
    const startsOf = async (indexes: number[]) => {
      const { clock, transport, sent } = open((_, attempt) => (attempt === 1 ? deferred : {}))
      await drained(clock, Promise.all(indexes.map(index => transport.submit(template.message(index)))))
      const retries = sent.slice(indexes.length)
      return new Map(retries.map(({ index, atNs }) => [index, atNs]))
    }
    const [one, other] = [await startsOf([1, 2, 3]), await startsOf([3, 1, 9, 2])]
    for (const index of [1, 2, 3]) expect(other.get(index)).toBe(one.get(index))
    expect(new Set(other.values()).size).toBe(4)
  })

  it('is not waited for any more when the run ends, and ends as its last attempt', async () => {
    const ended = new AbortController()
    const { clock, transport, sent } = open(
      () => deferred,
      { times: 3, backoff: '1s', jitter: 'none' },
      ended.signal,
    )
    const reply = transport.submit(template.message(0))
    await clock.advance(500 * NS_PER_MS)
    ended.abort()
    await clock.advance(NS_PER_MS)
    expect(await reply).toMatchObject(deferred)
    expect(sent).toHaveLength(1)
  })

  it('does not shift an open load: what waits holds up nobody', async () => {
    const { clock, transport, sent } = open((_, attempt) => (attempt === 1 ? deferred : {}), steady)
    const due: number[] = []
    const sender = {
      async submit(index: number, dueNs: number) {
        due.push(dueNs)
        await transport.submit(template.message(index))
      },
      drop: () => expect.unreachable(),
    }
    const load = openLoad(constantRate(1000), { maxInFlight: 1000, random: createRandom('load') })
    const bounds = { messages: 200, durationNs: 60 * NS_PER_S }
    await drained(clock, load.run(sender, 0, bounds, clock, new AbortController().signal))
    const firsts = new Map<number, number>()
    for (const { index, atNs } of sent) if (!firsts.has(index)) firsts.set(index, atNs)
    expect(sent).toHaveLength(400)
    expect([...firsts.values()]).toEqual(due)
    expect(due.at(-1)).toBe(199 * NS_PER_MS)
  })

  it('is told apart from its transport by nothing else', () => {
    const { transport } = open(() => ({}))
    expect(transport).toMatchObject({ protocol: 'smtp', connectionsOpened: 7, fallbacks: ['a reason'] })
  })
})

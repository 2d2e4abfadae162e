import { describe, expect, it } from 'vitest'
import type { Message } from '../message/message.ts'
import { mailedTo } from '../provider/contract-mail.ts'
import { generic } from '../provider/generic.ts'
import type { BatchSender } from '../provider/provider.ts'
import type { Reply } from '../sample.ts'
import { openSinks, type Sinks } from '../sink/sinks.ts'
import { type Batch, batched, batchPath, batchSender } from './batched.ts'
import { type TestOptions, templateOf, testOptions } from './contract.ts'
import { undiciTransport } from './http-undici.ts'
import { httpWireTransport } from './http-wire/http-wire.ts'
import { hear, openScripted, reset, type Step, say } from './scripted-server.ts'
import type { Transport } from './transport.ts'

const RUN = '0badcafe'
const SIZE = 4
const call = batchSender(generic.batch as BatchSender)

function addressed({ host, port, ca: _ca, password, ...rest }: TestOptions) {
  return { address: { host, port }, provider: call, key: password, reuse: true, ...rest }
}

const clients: Readonly<Record<string, (options: TestOptions) => Transport<Batch>>> = {
  undici: options => undiciTransport({ version: '1.1', ...addressed(options) }),
  'undici h2': options => undiciTransport({ version: '2', ...addressed(options) }),
  wire: options => httpWireTransport({ mode: 'lockstep', ...addressed(options) }),
  'wire pipelined': options => httpWireTransport({ mode: 'pipelined', ...addressed(options) }),
}

const openSink = (keys: readonly string[] = ['right']): Promise<Sinks> =>
  openSinks({ listeners: [{ protocol: 'http', tls: 'none' }], keys, script: {}, seed: 'batched' })

const portOf = (sinks: Sinks) => sinks.endpoints[0]?.port ?? 0

async function messagesOf(count: number): Promise<Message[]> {
  const template = await templateOf('password-reset')
  return Array.from({ length: count }, (_, i) => template.message(i))
}

const submitAll = (transport: Transport, messages: readonly Message[]) =>
  Promise.all(messages.map(message => transport.submit(message)))

const outcomesOf = (replies: readonly Reply[]) => replies.map(({ outcome }) => outcome)
const times = <T>(count: number, value: T) => Array.from({ length: count }, () => value)

describe.each(Object.entries(clients))('batch calls by %s', (name, open) => {
  it('carry each message once, so many in a call, the rest in the last', async () => {
    await using sinks = await openSink()
    await using transport = batched(open(testOptions({ port: portOf(sinks) })), SIZE)
    const replies = await submitAll(transport, await messagesOf(10))
    expect(outcomesOf(replies)).toEqual(times(10, 'accepted'))
    expect(transport.calls).toBe(3)
    expect([...sinks.ledger.receipts(RUN, 1).counts]).toEqual(times(10, 1))
    // One call's messages share its times, and its connection.
    expect(replies[0]?.phases).toBe(replies[SIZE - 1]?.phases)
    expect(replies[0]?.phases).not.toBe(replies[SIZE]?.phases)
    expect(replies.every(({ connectionId }) => connectionId > 0)).toBe(true)
  })

  it('tell each message what became of it', async () => {
    await using sinks = await openSink()
    await using transport = batched(open(testOptions({ port: portOf(sinks) })), SIZE)
    const messages = await messagesOf(SIZE)
    const sent = messages.map((message, i) => (i === 2 ? mailedTo(message, 'nobody') : message))
    const replies = await submitAll(transport, sent)
    expect(outcomesOf(replies)).toEqual(['accepted', 'accepted', 'rejected', 'accepted'])
    expect(replies[2]).toMatchObject({ cause: 'recipient', phase: 'wait', code: 422 })
    expect(replies[1]).toMatchObject({ phase: undefined, cause: undefined, code: 202 })
    expect([...sinks.ledger.receipts(RUN, 1).counts]).toEqual([1, 1, 0, 1])
  })

  it('share the fate of a call that was refused', async () => {
    await using sinks = await openSink()
    const options = testOptions({ port: portOf(sinks), password: 'wrong' })
    await using transport = batched(open(options), SIZE)
    const replies = await submitAll(transport, await messagesOf(SIZE + 1))
    expect(replies.map(({ outcome, cause }) => [outcome, cause])).toEqual(
      times(SIZE + 1, ['rejected', 'auth']),
    )
    expect(sinks.ledger.receipts(RUN, 1).taken).toBe(0)
  })

  it('end with the run, each message aborted', async () => {
    await using server = await openScripted([])
    const controller = new AbortController()
    const options = testOptions({ port: server.port, signal: controller.signal })
    await using transport = batched(open(options), SIZE)
    const replies = submitAll(transport, await messagesOf(SIZE + 1))
    controller.abort()
    expect(outcomesOf(await replies)).toEqual(times(SIZE + 1, 'aborted'))
  })

  if (name.endsWith('h2')) return

  const answer = (body: string) =>
    `HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  const results = (count: number) => JSON.stringify({ results: times(count, { id: 'x' }) })

  it.each<[string, Step, unknown[]]>([
    ['says nothing of some', say(answer(results(2))), ['accepted', 'accepted', 'in_doubt', 'in_doubt']],
    ['cannot be read', say(answer('<html>')), times(SIZE, 'in_doubt')],
    ['does not come', reset, times(SIZE, 'in_doubt')],
    [
      'breaks off',
      async peer => {
        peer.say(answer(results(SIZE)).slice(0, -1))
        peer.end()
      },
      times(SIZE, 'in_doubt'),
    ],
  ])('leave nobody unaccounted for where an answer %s', async (_what, step, outcomes) => {
    const script: Step[] = [hear(/\]\}$/), step]
    await using server = await openScripted(script)
    await using transport = batched(open(testOptions({ port: server.port })), SIZE)
    expect(outcomesOf(await submitAll(transport, await messagesOf(SIZE)))).toEqual(outcomes)
  })
})

it('a batch call is made beside the single one, wherever that is', () => {
  expect(batchPath(generic, undefined)).toBeUndefined()
  expect(batchPath(generic, '/send')).toBe('/batch')
  expect(batchPath(generic, '/behind/send')).toBe('/behind/batch')
  expect(() => batchPath(generic, '/other')).toThrow(/^batch: /)
})

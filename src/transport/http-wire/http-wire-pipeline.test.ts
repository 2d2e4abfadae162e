import { beforeAll, describe, expect, it } from 'vitest'
import type { Template } from '../../message/message.ts'
import type { Reply } from '../../sample.ts'
import { expectNothingLeft, LARGE_BYTES, leap, templateOf, testOptions } from '../contract.ts'
import { leapingClock } from '../leaping-clock.fixture.ts'
import { http1Dialogue, httpResponse } from '../scripted-dialogue.ts'
import {
  end,
  hear,
  openScripted,
  type Peer,
  reset,
  type Step,
  say,
  settle,
  silence,
  stall,
} from '../scripted-server.ts'
import type { Transport } from '../transport.ts'
import { openWire } from './open-wire.fixture.ts'

let template: Template
beforeAll(async () => {
  template = await templateOf('password-reset')
})

const pipelined = { mode: 'pipelined' } as const

/** Reads a whole request, and returns the index of its message. */
async function hearRequest(peer: Peer): Promise<number> {
  const head = await peer.hear(/\r\n\r\n/)
  const body = await peer.hear(new RegExp(`^[^]{${/content-length: (\d+)/.exec(head)?.[1]}}`))
  return Number.parseInt(/X-Mailbench-Id":"\w+-\w+-(\w+)/.exec(body)?.[1] ?? '', 16)
}

/** A refusal that tells whose it is. */
const refusalOf = (index: number) =>
  httpResponse(422, [], JSON.stringify({ error: { message: `no ${index}` } }))
const taken = httpResponse(202)

/** Takes a first message, which shows the client that the connection persists; then these steps. */
const afterFirst = (...steps: readonly Step[]): Step =>
  async function play(peer) {
    await hearRequest(peer)
    peer.say(taken)
    for (const step of steps) await step(peer)
  }

const hearAll =
  (count: number): Step =>
  async peer => {
    for (let i = 0; i < count; i++) await hearRequest(peer)
  }

const submitAll = (transport: Transport, from: number, to: number): Promise<Reply[]> =>
  Promise.all(Array.from({ length: to - from }, (_, i) => transport.submit(template.message(from + i))))

const outcomesOf = (replies: readonly Reply[]) => replies.map(({ outcome }) => outcome)

const several = (outcome: string, count: number) => Array.from({ length: count }, () => outcome)

describe('wire HTTP that pipelines', () => {
  it('keeps as many requests in flight as it may, and gives each the reply that is its own', async () => {
    const inFlight: number[] = []
    const turn: Step = async peer => {
      for (let waiting: number[] = []; ; waiting = []) {
        waiting.push(await hearRequest(peer))
        await settle(peer)
        while (/POST/.test(peer.unread)) waiting.push(await hearRequest(peer))
        inFlight.push(waiting.length)
        peer.say(waiting.map(refusalOf).join(''))
      }
    }
    await using server = await openScripted([turn])
    const options = testOptions({ port: server.port, connections: 1 })
    await using transport = openWire(options, { ...pipelined, depth: 3 })
    const replies = await submitAll(transport, 0, 9)
    expect(replies.map(({ text }) => text)).toEqual(replies.map((_, index) => `no ${index}`))
    expect(replies.map(({ connectionId }) => connectionId)).toEqual(several('', 9).map(() => 1))
    // The first goes alone: until its reply nobody knows whether the connection persists.
    expect(inFlight).toEqual([1, 3, 3, 2])
  })

  it('prefers a connection of its own to a place behind others', async () => {
    await using server = await openScripted([http1Dialogue(taken)])
    const options = testOptions({ port: server.port, connections: 3 })
    await using transport = openWire(options, pipelined)
    for (let round = 0; round < 2; round++) {
      const replies = await submitAll(transport, 3 * round, 3 * round + 3)
      expect(replies.map(({ connectionId }) => connectionId).sort()).toEqual([1, 2, 3])
    }
    const six = await submitAll(transport, 6, 12)
    expect(six.map(({ connectionId }) => connectionId).sort()).toEqual([1, 1, 2, 2, 3, 3])
  })

  it('opens another connection before it puts a message behind another', async () => {
    await using server = await openScripted([http1Dialogue(taken)])
    await using transport = openWire(testOptions({ port: server.port, connections: 2 }), pipelined)
    await transport.submit(template.message(0))
    const replies = await submitAll(transport, 1, 3)
    expect(replies.map(({ connectionId }) => connectionId)).toEqual([1, 2])
  })

  it('is in doubt of what it sent behind a reply that ends the connection, and sends the rest on another', async () => {
    let connections = 0
    const closing = afterFirst(hearAll(3), say(httpResponse(202, ['Connection: close'])), settle, end)
    const polite = http1Dialogue(taken)
    await using server = await openScripted([peer => (connections++ === 0 ? closing(peer) : polite(peer))])
    const options = testOptions({ port: server.port, connections: 1 })
    await using transport = openWire(options, { ...pipelined, depth: 3 })
    await transport.submit(template.message(0))
    const replies = await submitAll(transport, 1, 6)
    expect(outcomesOf(replies)).toEqual(['accepted', 'in_doubt', 'in_doubt', 'accepted', 'accepted'])
    expect(replies.map(({ connectionId }) => connectionId)).toEqual([1, 1, 1, 2, 2])
    expect(replies[1]).toMatchObject({ phase: 'wait', cause: 'reset' })
    expect(transport.fallbacks).toEqual([])
  })

  it('takes what it has not written yet elsewhere when the connection has ended', async () => {
    const peers: Peer[] = []
    await using server = await openScripted([peer => void peers.push(peer), http1Dialogue(taken)])
    await using transport = openWire(testOptions({ port: server.port, connections: 1 }), pipelined)
    await transport.submit(template.message(0))
    await new Promise(setImmediate)
    peers[0]?.socket.destroy()
    const replies = await submitAll(transport, 1, 4)
    expect(outcomesOf(replies)).toEqual(several('accepted', 3))
    expect(replies.map(({ connectionId }) => connectionId)).toEqual([2, 2, 2])
  })

  it('loses at most what was not answered, at whatever octet the connection is cut', () =>
    expectNothingLeft(async () => {
      const stream = [1, 2, 3].map(refusalOf).join('')
      // Where the head of each is complete.
      const decided = [...stream.matchAll(/\r\n\r\n/g)].map(match => match.index + 4)
      for (const how of [end, reset]) {
        for (let octets = 1; octets < stream.length; octets++) {
          const cut = afterFirst(hearAll(3), say(stream.slice(0, octets)), settle, how)
          await using server = await openScripted([cut])
          await using transport = openWire(testOptions({ port: server.port, connections: 1 }), pipelined)
          await transport.submit(template.message(0))
          const replies = await submitAll(transport, 1, 4)
          const complete = decided.filter(at => at <= octets).length
          expect(outcomesOf(replies), `after ${octets}`).toEqual([
            ...several('rejected', complete),
            ...several('in_doubt', 3 - complete),
          ])
        }
      }
    }))

  it('lets no reply that nobody asked for answer a request that comes later', async () => {
    let connections = 0
    const talkative = afterFirst(hearAll(2), say([1, 2, 3].map(refusalOf).join('')), silence)
    const polite = http1Dialogue(taken)
    await using server = await openScripted([peer => (connections++ === 0 ? talkative(peer) : polite(peer))])
    const options = testOptions({ port: server.port, connections: 1 })
    await using transport = openWire(options, { ...pipelined, depth: 2 })
    await transport.submit(template.message(0))
    const replies = await submitAll(transport, 1, 5)
    expect(outcomesOf(replies)).toEqual(['rejected', 'rejected', 'accepted', 'accepted'])
    expect(replies.map(({ connectionId }) => connectionId)).toEqual([1, 1, 2, 2])
  })

  it('is in doubt of all that it sent behind a reply that cannot be read', async () => {
    const odd = afterFirst(hearAll(3), say(refusalOf(1)), say('HTTP/1.1 200 OK\r\n: \r\n\r\n'), silence)
    await using server = await openScripted([odd])
    await using transport = openWire(testOptions({ port: server.port, connections: 1 }), pipelined)
    await transport.submit(template.message(0))
    const replies = await submitAll(transport, 1, 4)
    expect(replies.map(({ outcome, cause }) => [outcome, cause])).toEqual([
      ['rejected', 'content'],
      ['in_doubt', 'protocol'],
      ['in_doubt', 'protocol'],
    ])
  })

  it('lets those behind others wait for their turn without a limit, which is that of whom they wait for', async () => {
    const clock = leapingClock()
    const answerSlowly: Step[] = [leap(clock, 0.7), say(taken)]
    await using server = await openScripted([
      afterFirst(hearAll(3), ...answerSlowly, ...answerSlowly, ...answerSlowly),
    ])
    await using transport = openWire(testOptions({ port: server.port, connections: 1, clock }), {
      ...pipelined,
      depth: 3,
    })
    const [first] = await submitAll(transport, 0, 1)
    const replies = await submitAll(transport, 1, 4)
    expect(outcomesOf([first as Reply, ...replies])).toEqual(several('accepted', 4))
  })

  it('gives up the whole connection when a reply is overdue, and nothing else', async () => {
    const clock = leapingClock()
    let connections = 0
    const slow = afterFirst(hearAll(3), leap(clock, 1.1), silence)
    const polite = http1Dialogue(taken)
    await using server = await openScripted([peer => (connections++ === 0 ? slow(peer) : polite(peer))])
    const options = testOptions({ port: server.port, clock, connections: 1 })
    await using transport = openWire(options, { ...pipelined, depth: 3 })
    await transport.submit(template.message(0))
    const overdue = await submitAll(transport, 1, 4)
    expect(overdue.map(({ outcome, cause }) => [outcome, cause])).toEqual(
      several('', 3).map(() => ['in_doubt', 'timeout']),
    )
    expect(await transport.submit(template.message(4))).toMatchObject({
      outcome: 'accepted',
      connectionId: 2,
    })
  })

  it('aborts all that is in flight on a connection, and is in doubt of none of it', async () => {
    const controller = new AbortController()
    await using server = await openScripted([afterFirst(hearAll(3), () => controller.abort(), silence)])
    const options = testOptions({ port: server.port, connections: 1, signal: controller.signal })
    await using transport = openWire(options, { ...pipelined, depth: 3 })
    await transport.submit(template.message(0))
    const replies = await submitAll(transport, 1, 6)
    expect(replies.map(({ outcome, phase }) => [outcome, phase])).toEqual([
      ...several('', 3).map(() => ['aborted', 'wait']),
      ...several('', 2).map(() => ['aborted', 'queue']),
    ])
  })

  it('sends nothing behind a request that is still on its way', async () => {
    const clock = leapingClock()
    const large = await templateOf({ sizeBytes: LARGE_BYTES })
    await using server = await openScripted([
      afterFirst(hear(/\r\n\r\n/), stall, settle, leap(clock, 1.1), silence),
    ])
    await using transport = openWire(testOptions({ port: server.port, clock, connections: 1 }), pipelined)
    await transport.submit(template.message(0))
    const onItsWay = transport.submit(large.message(1))
    await new Promise(setImmediate)
    const behind = transport.submit(template.message(2))
    expect(await onItsWay).toMatchObject({ outcome: 'faulted', phase: 'send', cause: 'timeout' })
    // It would be lost with the connection, had it been written behind the other.
    expect(await behind).toMatchObject({ outcome: 'accepted', connectionId: 2 })
  })
})

describe('wire HTTP that was asked to pipeline, and says why it does not', () => {
  it.each([
    ['each message has a connection of its own', { reuse: false }, /fresh/],
    ['requests await 100 Continue', { expectContinue: true }, /100 Continue/],
  ])('%s', async (_why, variant, reason) => {
    await using transport = openWire(testOptions({ port: 1 }), { ...pipelined, ...variant })
    expect(transport.fallbacks).toEqual([expect.stringMatching(reason)])
  })

  it.each([
    ['says so', httpResponse(202, ['Connection: close'])],
    ['is of HTTP/1.0', httpResponse(202).replace('1.1', '1.0')],
  ])('the server closes its connections: it %s', async (_how, reply) => {
    await using server = await openScripted([http1Dialogue(reply)])
    await using transport = openWire(testOptions({ port: server.port, connections: 1 }), pipelined)
    expect(transport.fallbacks).toEqual([])
    expect(outcomesOf(await submitAll(transport, 0, 4))).toEqual(several('accepted', 4))
    expect(transport.fallbacks).toEqual([expect.stringMatching(/closed/)])
    expect(transport.connectionsOpened).toBe(4)
  })

  it('says nothing in lockstep, where nothing was asked', async () => {
    await using server = await openScripted([http1Dialogue(httpResponse(202, ['Connection: close']))])
    await using transport = openWire(testOptions({ port: server.port, connections: 1 }))
    await submitAll(transport, 0, 2)
    expect(transport.fallbacks).toEqual([])
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import type { Template } from '../../message/message.ts'
import { generic } from '../../provider/generic.ts'
import type { Provider } from '../../provider/provider.ts'
import type { Reply } from '../../sample.ts'
import {
  expectNothingLeft,
  LARGE_BYTES,
  leap,
  presentPhases,
  sumNs,
  templateOf,
  testOptions,
  untilTimeout,
} from '../contract.ts'
import { leapingClock } from '../leaping-clock.fixture.ts'
import { http1Dialogue, httpResponse, type Reaction } from '../scripted-dialogue.ts'
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
import { openWire, type Variant } from './open-wire.fixture.ts'

let template: Template
beforeAll(async () => {
  template = await templateOf('password-reset')
})

const deciding: Provider = { ...generic, bodyDecides: true }

/** Submits one message to a server that reacts so to the whole request. */
async function submitTo(reaction: Reaction | readonly string[], variant: Variant = {}): Promise<Reply> {
  const clock = leapingClock()
  const timed = typeof reaction === 'string' ? reaction : untilTimeout<string | Step>(reaction, clock)
  await using server = await openScripted([http1Dialogue(timed as Reaction)])
  await using transport = openWire(testOptions({ port: server.port, clock, connections: 1 }), variant)
  return await transport.submit(template.message(0))
}

const statuses: readonly [number, Partial<Reply>][] = [
  [301, { outcome: 'rejected', cause: 'protocol' }],
  [304, { outcome: 'rejected', cause: 'protocol' }],
  [400, { outcome: 'rejected', cause: 'content' }],
  [401, { outcome: 'rejected', cause: 'auth' }],
  [417, { outcome: 'rejected', cause: 'unknown' }],
  [422, { outcome: 'rejected', cause: 'content' }],
  [429, { outcome: 'deferred', cause: 'throttled' }],
  [502, { outcome: 'in_doubt', cause: 'server' }],
  [503, { outcome: 'deferred', cause: 'server' }],
  [504, { outcome: 'in_doubt', cause: 'server' }],
]

describe.each([
  ['kept', true],
  ['fresh', false],
] as const)('wire HTTP, %s', (_name, reuse) => {
  it.each(statuses)('reads a status of %i', async (code, expected) => {
    const reaction = httpResponse(code, ['Retry-After: 7', 'Location: http://elsewhere.invalid/'])
    const reply = await submitTo(reaction, { reuse })
    expect(reply).toMatchObject({ ...expected, code, phase: 'wait', connectionId: 1 })
  })

  it.each([
    ['a length', httpResponse(422, [], '{"error":{"message":"No"}}')],
    [
      'chunks',
      'HTTP/1.1 422 X\r\nTransfer-Encoding: chunked\r\n\r\n1a\r\n{"error":{"message":"No"}}\r\n0\r\n\r\n',
    ],
    [
      'an interim response before it',
      `HTTP/1.1 103 Hints\r\n\r\n${httpResponse(422, [], '{"error":{"message":"No"}}')}`,
    ],
  ])('reads a refusal that has %s', async (_what, reaction) => {
    expect(await submitTo(reaction, { reuse })).toMatchObject({ outcome: 'rejected', code: 422, text: 'No' })
  })

  it('reads a refusal that ends with the connection', async () => {
    const reaction = [say('HTTP/1.1 422 X\r\n\r\n{"error":{"message":"No"}}'), end]
    expect(await submitTo(reaction, { reuse })).toMatchObject({ outcome: 'rejected', code: 422, text: 'No' })
  })

  it('is satisfied with no body at all', async () => {
    expect(await submitTo('HTTP/1.1 204 X\r\n\r\n', { reuse })).toMatchObject({
      outcome: 'accepted',
      code: 204,
    })
  })

  it.each([
    ['cut', [end], 'reset'],
    ['reset', [reset], 'reset'],
    ['never completed', [silence], 'timeout'],
  ] as const)(
    'lets the head decide when the body is %s, unless the dialect needs the body',
    async (_how, steps, cause) => {
      const cut = (status: number) => [say(httpResponse(status, ['Content-Length: 100'])), settle, ...steps]
      const taken = await submitTo(cut(202), { reuse })
      const refused = await submitTo(cut(400), { reuse })
      const open = await submitTo(cut(202), { reuse, provider: deciding })
      expect(taken).toMatchObject({ outcome: 'accepted', code: 202 })
      expect(taken.phase).toBeUndefined()
      expect(refused).toMatchObject({ outcome: 'rejected', code: 400, phase: 'wait' })
      expect(open).toMatchObject({ outcome: 'in_doubt', phase: 'receive', cause })
      expect(open.code).toBeUndefined()
    },
  )

  it.each([
    ['another protocol', '220 smtp.example.net ESMTP\r\n'],
    ['a head without an end', 'HTTP/1.1 200 OK\r\nX: \x00\x01\r\n\r\n'],
    ['two lengths', httpResponse(202, ['Content-Length: 2', 'Content-Length: 3'])],
    ['a length and chunks', httpResponse(202, ['Content-Length: 2', 'Transfer-Encoding: chunked'])],
  ])('is in doubt when it is answered with %s', async (_what, reaction) => {
    const reply = await submitTo(reaction, { reuse })
    expect(reply).toMatchObject({ outcome: 'in_doubt', phase: 'wait', cause: 'protocol' })
  })

  it('cuts off a response that does not end', async () => {
    const body = 'x'.repeat(3 * 1024 * 1024)
    const reply = await submitTo(httpResponse(202, [], body), { reuse, provider: deciding })
    expect(reply).toMatchObject({ outcome: 'in_doubt', phase: 'receive', cause: 'protocol' })
  })
})

describe('wire HTTP, answered before it has sent everything', () => {
  async function submitLarge(steps: readonly Step[], provider = generic): Promise<Reply> {
    const large = await templateOf({ sizeBytes: LARGE_BYTES })
    await using server = await openScripted([hear(/\r\n\r\n/), stall, ...steps])
    await using transport = openWire(testOptions({ port: server.port }), { provider })
    return await transport.submit(large.message(0))
  }

  it('takes the answer', async () => {
    const reply = await submitLarge([say(httpResponse(413, ['Connection: close'])), settle, reset])
    expect(reply).toMatchObject({ outcome: 'rejected', phase: 'wait', cause: 'content', code: 413 })
  })

  it('is in doubt when the answer needs its body and is cut', async () => {
    const cut = [say(httpResponse(202, ['Content-Length: 100'])), settle, reset]
    const reply = await submitLarge(cut, deciding)
    expect(reply).toMatchObject({ outcome: 'in_doubt', phase: 'receive', cause: 'reset' })
  })

  it('sends nothing more on that connection, although the server would keep it', async () => {
    const large = await templateOf({ sizeBytes: LARGE_BYTES })
    await using server = await openScripted([hear(/\r\n\r\n/), say(httpResponse(413)), silence])
    await using transport = openWire(testOptions({ port: server.port, connections: 1 }))
    for (const index of [0, 1]) {
      const reply = await transport.submit(large.message(index))
      expect(reply).toMatchObject({ outcome: 'rejected', code: 413, connectionId: index + 1 })
    }
  })
})

describe('a connection of wire HTTP', () => {
  const submitBoth = async (reaction: Reaction | readonly string[], variant: Variant = {}) => {
    await using server = await openScripted([http1Dialogue(reaction)])
    await using transport = openWire(testOptions({ port: server.port, connections: 1 }), variant)
    const replies: Reply[] = []
    for (const index of [0, 1]) {
      replies.push(await transport.submit(template.message(index)))
      if (Array.isArray(reaction) && reaction.includes(end)) await server.idle()
    }
    return replies.map(({ outcome, connectionId }) => [outcome, connectionId])
  }
  const twice = (...ids: number[]) => ids.map(id => ['accepted', id])

  it('is kept where the server keeps it', async () => {
    expect(await submitBoth(httpResponse(202))).toEqual(twice(1, 1))
    expect(await submitBoth(httpResponse(202).replace('1.1', '1.0'))).toEqual(twice(1, 2))
    const keeping = httpResponse(202, ['Connection: keep-alive']).replace('1.1', '1.0')
    expect(await submitBoth(keeping)).toEqual(twice(1, 1))
  })

  it('ends where the server says so, or when its end ends a body', async () => {
    expect(await submitBoth(httpResponse(202, ['Connection: close']))).toEqual(twice(1, 2))
    expect(await submitBoth([say('HTTP/1.1 202 X\r\n\r\n{}'), end])).toEqual(twice(1, 2))
  })

  it('costs nothing when the server has closed it while it was idle', async () => {
    expect(await submitBoth([say(httpResponse(202)), end])).toEqual(twice(1, 2))
  })

  it('costs nothing either when its end has come, and could not be read yet', async () => {
    const peers: Peer[] = []
    await using server = await openScripted([
      http1Dialogue([say(httpResponse(202)), peer => void peers.push(peer)]),
    ])
    await using transport = openWire(testOptions({ port: server.port, connections: 1 }))
    await transport.submit(template.message(0))
    await new Promise(setImmediate)
    // The kernel has sent its end when this returns; the client has not had a turn to read it.
    peers[0]?.socket.destroy()
    const reply = await transport.submit(template.message(1))
    expect(reply).toMatchObject({ outcome: 'accepted', connectionId: 2 })
  })

  it('is given up before the server does so, where that says when', async () => {
    const clock = leapingClock()
    await using server = await openScripted([http1Dialogue(httpResponse(202, ['Keep-Alive: timeout=5']))])
    await using transport = openWire(testOptions({ port: server.port, clock, connections: 1 }))
    const ids: number[] = []
    for (const idleS of [0, 3, 4.5, 0]) {
      clock.leap(idleS * 1e9)
      ids.push((await transport.submit(template.message(ids.length))).connectionId)
    }
    expect(ids).toEqual([1, 1, 2, 2])
  })

  it.each([
    ['a second reply', httpResponse(400)],
    ['an octet', 'x'],
  ])('that brings %s which nobody asked for is not written to again', async (_what, stray) => {
    expect(await submitBoth(httpResponse(202) + stray)).toEqual(twice(1, 2))
  })

  it('that brings a reply which nobody asked for, later, is not written to again', async () => {
    const seen = Promise.withResolvers<void>()
    const late = [say(httpResponse(202)), settle, say(httpResponse(408)), settle, () => seen.resolve()]
    await using server = await openScripted([http1Dialogue(late)])
    await using transport = openWire(testOptions({ port: server.port, connections: 1 }))
    const first = await transport.submit(template.message(0))
    await seen.promise
    const second = await transport.submit(template.message(1))
    expect([first, second].map(({ outcome, connectionId }) => [outcome, connectionId])).toEqual(twice(1, 2))
  })

  it('does not let a reply that was given up answer the next request', async () => {
    const clock = leapingClock()
    const late = [leap(clock, 1.1), say(httpResponse(202)), silence]
    await using server = await openScripted([http1Dialogue(late)])
    await using transport = openWire(testOptions({ port: server.port, clock, connections: 1 }))
    for (const index of [0, 1]) {
      const reply = await transport.submit(template.message(index))
      expect(reply).toMatchObject({ outcome: 'in_doubt', cause: 'timeout', connectionId: index + 1 })
    }
  })

  it('takes a message that waited too long out of its queue, and never sends it', async () => {
    const log: string[] = []
    const clock = leapingClock()
    const gap = leap(clock, 0.7)
    const [head, body] = [httpResponse(202, ['Content-Length: 2'], ''), '{}']
    await using server = await openScripted([http1Dialogue([gap, say(head), gap, say(body)], log)])
    await using transport = openWire(testOptions({ port: server.port, clock, connections: 1 }))
    const [first, second] = await Promise.all([0, 1].map(index => transport.submit(template.message(index))))
    expect(first?.outcome).toBe('accepted')
    expect(second).toMatchObject({ outcome: 'faulted', phase: 'queue', cause: 'timeout', connectionId: 0 })
    expect(second && presentPhases(second)).toEqual(['encode', 'queue'])
    const third = await transport.submit(template.message(2))
    expect(third).toMatchObject({ outcome: 'accepted', connectionId: 1 })
    expect(log.length).toBe(2)
  })

  it('goes to the next in the queue when the message that opened it was stopped', async () => {
    const clock = leapingClock()
    await using server = await openScripted([http1Dialogue(httpResponse(202))])
    await using transport = openWire(testOptions({ port: server.port, clock, connections: 1 }))
    const first = transport.submit(template.message(0))
    clock.leap(11e9)
    const second = transport.submit(template.message(1))
    expect(await first).toMatchObject({ outcome: 'faulted', cause: 'timeout', connectionId: 0 })
    const reply = await second
    expect(reply).toMatchObject({ outcome: 'accepted', connectionId: 1 })
    expect(presentPhases(reply)).toEqual(['encode', 'queue', 'send', 'wait', 'receive'])
  })

  it('is opened once for each message of a fresh kind, even after one that was stopped', async () => {
    const clock = leapingClock()
    await using server = await openScripted([http1Dialogue(httpResponse(202))])
    const options = testOptions({ port: server.port, clock, connections: 1 })
    await using transport = openWire(options, { reuse: false })
    const first = transport.submit(template.message(0))
    clock.leap(11e9)
    const second = transport.submit(template.message(1))
    expect((await first).outcome).toBe('faulted')
    const reply = await second
    expect(reply).toMatchObject({ outcome: 'accepted', connectionId: 2 })
    expect(presentPhases(reply)).toContain('connect')
  })

  it('is not written to when the server speaks before it is asked', async () => {
    await using server = await openScripted([say('220 smtp.example.net ESMTP\r\n'), silence])
    await using transport = openWire(testOptions({ port: server.port }))
    const reply = await transport.submit(template.message(0))
    expect(reply.cause).toBe('protocol')
    expect(['faulted', 'in_doubt']).toContain(reply.outcome)
  })
})

describe('a request of wire HTTP that expects 100 Continue', () => {
  const expecting = { expectContinue: true } as const
  const asks = 'HTTP/1.1 100 Continue\r\n\r\n'

  it('sends its body when the server asks for it, on connection after connection', async () => {
    const heads: string[] = []
    const turn: Step = async peer => {
      for (;;) {
        heads.push(await peer.hear(/\r\n\r\n/))
        await settle(peer)
        peer.say(asks)
        await peer.skip(Number(/content-length: (\d+)/.exec(heads.at(-1) ?? '')?.[1]))
        peer.say(httpResponse(202))
      }
    }
    await using server = await openScripted([turn])
    await using transport = openWire(testOptions({ port: server.port, connections: 1 }), expecting)
    for (const index of [0, 1]) {
      const reply = await transport.submit(template.message(index))
      expect(reply).toMatchObject({ outcome: 'accepted', connectionId: 1 })
      expect(heads[index]).toContain('expect: 100-continue')
    }
  })

  it('keeps its body where it is refused, and the connection ends', async () => {
    await using server = await openScripted([hear(/\r\n\r\n/), say(httpResponse(401)), silence])
    await using transport = openWire(testOptions({ port: server.port, connections: 1 }), expecting)
    for (const index of [0, 1]) {
      const reply = await transport.submit(template.message(index))
      expect(reply).toMatchObject({ outcome: 'rejected', cause: 'auth', connectionId: index + 1 })
    }
  })

  it('sends its body unasked after a while', async () => {
    const clock = leapingClock()
    const impatient: Step = async peer => {
      await peer.hear(/\r\n\r\n/)
      await settle(peer)
      clock.leap(1.1e9)
    }
    await using server = await openScripted([impatient, hear(/"headers":\{/), say(httpResponse(202))])
    await using transport = openWire(testOptions({ port: server.port, clock }), expecting)
    expect(await transport.submit(template.message(0))).toMatchObject({ outcome: 'accepted' })
  })

  it('has certainly not been taken when the connection fails before', async () => {
    await using server = await openScripted([hear(/\r\n\r\n/), reset])
    await using transport = openWire(testOptions({ port: server.port }), expecting)
    const reply = await transport.submit(template.message(0))
    expect(reply).toMatchObject({ outcome: 'faulted', phase: 'wait', cause: 'reset' })
  })
})

describe('the phases of wire HTTP', () => {
  it('are kept as instants where that is asked for, and add up to them', async () => {
    await using server = await openScripted([http1Dialogue(httpResponse(202))])
    await using transport = openWire(testOptions({ port: server.port, connections: 1 }), { keepsMarks: true })
    const cold = await transport.submit(template.message(0))
    const warm = await transport.submit(template.message(1))
    const names = (reply: Reply) => reply.phases.marks?.map(({ phase }) => phase)
    expect(names(cold)).toEqual(['encode', 'queue', 'connect', 'queue', 'send', 'wait', 'receive'])
    expect(names(warm)).toEqual(['encode', 'queue', 'send', 'wait', 'receive'])
    for (const reply of [cold, warm]) {
      const marks = reply.phases.marks ?? []
      const [first, last] = [marks.at(0)?.atNs ?? 0, marks.at(-1)?.atNs ?? 0]
      expect(sumNs(reply)).toBe(last - first + (reply.phases.get('receive') ?? 0))
    }
  })
})

describe('cutting the session of wire HTTP', () => {
  const small = () => templateOf({ sizeBytes: 1 })

  /** The outcome of a message whose connection is cut, and of the next, whose is not. */
  async function outcomesAround(cut: Step): Promise<string[]> {
    let connections = 0
    const polite = http1Dialogue(httpResponse(202))
    await using server = await openScripted([peer => (connections++ === 0 ? cut(peer) : polite(peer))])
    await using transport = openWire(testOptions({ port: server.port, connections: 1 }))
    const messages = await small()
    const replies: Reply[] = []
    for (const index of [0, 1]) replies.push(await transport.submit(messages.message(index)))
    return replies.map(({ outcome, cause }) => `${outcome} ${cause ?? ''}`.trim())
  }

  it('after any octet of a request leaves the message in doubt, and the next unharmed', () =>
    expectNothingLeft(async () => {
      const { body } = generic.request((await small()).message(0), 'right')
      for (let octets = 1; octets < body.length; octets += 7) {
        const cut: Step = async peer => {
          await peer.skip(octets)
          peer.reset()
        }
        expect(await outcomesAround(cut), `after ${octets}`).toEqual(['in_doubt reset', 'accepted'])
      }
    }))

  it('after any octet of a reply leaves the message in doubt until its head is complete', () =>
    expectNothingLeft(async () => {
      const reply = httpResponse(202)
      const headBytes = reply.indexOf('\r\n\r\n') + 4
      for (const how of [end, reset]) {
        for (let octets = 1; octets < reply.length; octets++) {
          const cut = http1Dialogue([say(reply.slice(0, octets)), settle, how])
          const first = octets < headBytes ? 'in_doubt reset' : 'accepted'
          expect(await outcomesAround(cut), `after ${octets}`).toEqual([first, 'accepted'])
        }
      }
    }))
})

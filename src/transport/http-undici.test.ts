import { createServer as createHttp2 } from 'node:http2'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Template } from '../message/message.ts'
import type { Phase } from '../phase.ts'
import { generic } from '../provider/generic.ts'
import type { Provider } from '../provider/provider.ts'
import type { Reply } from '../sample.ts'
import { type Certificate, createCertificate } from '../sink/certificate.ts'
import { openHttpSink } from '../sink/http.ts'
import {
  LARGE_BYTES,
  leap,
  presentPhases,
  type TestOptions,
  type TransportCase,
  templateOf,
  testOptions,
  testTransport,
  untilTimeout,
} from './contract.ts'
import { undiciTransport } from './http-undici.ts'
import { leapingClock } from './leaping-clock.fixture.ts'
import { http1Dialogue, http2Dialogue, httpResponse, type Reaction } from './scripted-dialogue.ts'
import {
  end,
  hear,
  openScripted,
  reset,
  type Step,
  say,
  settle,
  silence,
  skip,
  stall,
} from './scripted-server.ts'

interface Variant {
  readonly encrypted: boolean
  readonly version: '1.1' | '2'
  readonly reuse: boolean
  readonly provider?: Provider
}

function open(options: TestOptions, { encrypted, version, reuse, provider = generic }: Variant) {
  const { host, port, ca, password, ...rest } = options
  return undiciTransport({
    address: { host, port },
    ...(encrypted && { trust: { insecure: false, resume: false, ...(ca !== '' && { ca }) } }),
    version,
    provider,
    key: password,
    reuse,
    ...rest,
  })
}

const inOrder =
  (...steps: readonly Step[]): Step =>
  async peer => {
    for (const step of steps) await step(peer)
  }

function scriptFor({ encrypted, version }: Variant): TransportCase['script'] {
  const alpn = version === '2' ? ['h2'] : ['http/1.1']
  const begin =
    (options: object): Step =>
    peer =>
      encrypted ? peer.secure({ ...options, ALPNProtocols: alpn }) : undefined
  return {
    handshake: steps => inOrder(...steps),
    part: (steps, options) =>
      version === '2'
        ? inOrder(begin(options), http2Dialogue(steps, 8192))
        : inOrder(begin(options), hear(/\r\n\r\n/), skip(8192), ...steps),
    whole: (steps, options) =>
      inOrder(begin(options), version === '2' ? http2Dialogue(steps) : http1Dialogue(steps)),
  }
}

function caseOf(variant: Variant): TransportCase {
  const { encrypted, version, reuse } = variant
  const message: Phase[] = ['send', 'wait', 'receive']
  return {
    name: `undici, HTTP/${version}, ${reuse ? 'pooled' : 'fresh'}, TLS ${encrypted ? 'implicit' : 'none'}`,
    tls: encrypted ? 'implicit' : 'none',
    reuse,
    queues: reuse && version === '1.1',
    openSink: openHttpSink,
    open: options => open(options, variant),
    cold: ['encode', 'queue', 'connect', ...(encrypted ? (['tls'] as const) : []), ...message],
    warm: ['encode', 'queue', ...message],
    wrongPassword: { phase: 'wait', code: 401 },
    sending: 'send',
    awaiting: 'wait',
    script: scriptFor(variant),
  }
}

for (const version of ['1.1', '2'] as const) {
  for (const encrypted of [false, true]) {
    for (const reuse of [true, false]) testTransport(caseOf({ version, encrypted, reuse }))
  }
}

let template: Template
let certificate: Certificate
beforeAll(async () => {
  template = await templateOf('password-reset')
  certificate = await createCertificate()
})

const deciding: Provider = { ...generic, bodyDecides: true }

interface Submission {
  readonly reaction: Reaction | readonly string[]
  readonly reuse?: boolean
  readonly provider?: Provider
}

/** Submits one message to a server of HTTP/1.1 that reacts so to the whole request. */
async function submitTo({ reaction, reuse = false, provider = generic }: Submission): Promise<Reply> {
  const clock = leapingClock()
  const timed = typeof reaction === 'string' ? reaction : untilTimeout<string | Step>(reaction, clock)
  await using server = await openScripted([http1Dialogue(timed as Reaction)])
  await using transport = open(testOptions({ port: server.port, clock, connections: 1 }), {
    encrypted: false,
    version: '1.1',
    reuse,
    provider,
  })
  return await transport.submit(template.message(0))
}

const statuses: readonly [number, Partial<Reply>][] = [
  [301, { outcome: 'rejected', cause: 'protocol' }],
  [400, { outcome: 'rejected', cause: 'content' }],
  [401, { outcome: 'rejected', cause: 'auth' }],
  [403, { outcome: 'rejected', cause: 'auth' }],
  [413, { outcome: 'rejected', cause: 'content' }],
  [422, { outcome: 'rejected', cause: 'content' }],
  [429, { outcome: 'deferred', cause: 'throttled' }],
  [500, { outcome: 'deferred', cause: 'server' }],
  [502, { outcome: 'in_doubt', cause: 'server' }],
  [503, { outcome: 'deferred', cause: 'server' }],
  [504, { outcome: 'in_doubt', cause: 'server' }],
]

describe.each([
  ['pooled', true],
  ['fresh', false],
] as const)('undici, %s', (_name, reuse) => {
  it.concurrent.each(statuses)('reads a status of %i', async (code, expected) => {
    const reaction = httpResponse(code, ['Retry-After: 7', 'Location: http://elsewhere.invalid/'])
    expect(await submitTo({ reaction, reuse })).toMatchObject({
      ...expected,
      code,
      phase: 'wait',
      connectionId: 1,
    })
  })

  it.concurrent.each([
    ['cut', [end], 'reset'],
    ['reset', [reset], 'reset'],
    ['never completed', [silence], 'timeout'],
  ] as const)(
    'lets the head decide when the body is %s, unless the dialect needs the body',
    async (_how, steps, cause) => {
      const cut = (status: number) => [say(httpResponse(status, ['Content-Length: 100'])), settle, ...steps]
      const [taken, refused, open] = await Promise.all([
        submitTo({ reaction: cut(202), reuse }),
        submitTo({ reaction: cut(400), reuse }),
        submitTo({ reaction: cut(202), provider: deciding, reuse }),
      ])
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
  ])('is in doubt when it is answered with %s', async (_what, reaction) => {
    expect(await submitTo({ reaction, reuse })).toMatchObject({
      outcome: 'in_doubt',
      phase: 'wait',
      cause: 'protocol',
    })
  })

  it('takes an interim response for none', async () => {
    const reaction = `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${httpResponse(422, [], '{"error":{"message":"No"}}')}`
    expect(await submitTo({ reaction, reuse })).toMatchObject({ outcome: 'rejected', code: 422, text: 'No' })
  })

  it('reads control characters in a refusal', async () => {
    const reply = await submitTo({ reaction: httpResponse(400, [], '\x1b[31m\x00\x07moo'), reuse })
    expect(reply).toMatchObject({ outcome: 'rejected', code: 400, text: '\x1b[31m\x00\x07moo' })
  })

  it('cuts off a response that does not end', async () => {
    const body = 'x'.repeat(3 * 1024 * 1024)
    const reply = await submitTo({ reaction: httpResponse(202, [], body), provider: deciding, reuse })
    expect(reply).toMatchObject({ outcome: 'in_doubt', phase: 'receive', cause: 'protocol' })
  })
})

describe('undici, answered before it has sent everything', () => {
  async function submitLarge(steps: readonly Step[], provider = generic): Promise<Reply> {
    const large = await templateOf({ sizeBytes: LARGE_BYTES })
    await using server = await openScripted([hear(/\r\n\r\n/), stall, ...steps])
    await using transport = open(testOptions({ port: server.port }), {
      encrypted: false,
      version: '1.1',
      reuse: true,
      provider,
    })
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
})

describe('a pool of undici', () => {
  const pooled = { encrypted: false, version: '1.1', reuse: true } as const

  it('charges the setup to the message that waits for it, also when the one before it ended the connection', async () => {
    await using server = await openScripted([http1Dialogue(httpResponse(202, ['Connection: close']))])
    await using transport = open(testOptions({ port: server.port, connections: 1 }), pooled)
    const replies = await Promise.all([0, 1, 2].map(index => transport.submit(template.message(index))))
    for (const [index, reply] of replies.entries()) {
      expect(reply).toMatchObject({ outcome: 'accepted', connectionId: index + 1 })
      expect(presentPhases(reply)).toEqual(['encode', 'queue', 'connect', 'send', 'wait', 'receive'])
    }
  })

  it('opens another connection when the server has closed one that was idle', async () => {
    await using server = await openScripted([http1Dialogue([say(httpResponse(202)), end])])
    await using transport = open(testOptions({ port: server.port, connections: 1 }), pooled)
    for (const index of [0, 1]) {
      const reply = await transport.submit(template.message(index))
      expect(reply).toMatchObject({ outcome: 'accepted', connectionId: index + 1 })
      expect(presentPhases(reply)).toContain('connect')
      await server.idle()
    }
  })

  it('takes a message that waited too long out of its queue', async () => {
    const log: string[] = []
    const clock = leapingClock()
    const gap = leap(clock, 0.7)
    const [head, body] = [httpResponse(202, ['Content-Length: 2'], ''), '{}']
    await using server = await openScripted([http1Dialogue([gap, say(head), gap, say(body)], log)])
    await using transport = open(testOptions({ port: server.port, clock, connections: 1 }), pooled)
    const [first, second] = await Promise.all([0, 1].map(index => transport.submit(template.message(index))))
    expect(first?.outcome).toBe('accepted')
    expect(second).toMatchObject({ outcome: 'faulted', phase: 'queue', cause: 'timeout', connectionId: 0 })
    expect(second && presentPhases(second)).toEqual(['encode', 'queue'])
    const third = await transport.submit(template.message(2))
    // On another connection: undici ends the one whose turn it was when it finds the aborted request.
    expect(third).toMatchObject({ outcome: 'accepted', connectionId: 2 })
    expect(log.length).toBe(2)
  })

  it('keeps the time that it reported of a message, although the dialling for it goes on', async () => {
    const controller = new AbortController()
    await using server = await openScripted([http1Dialogue(httpResponse(202))])
    const options = testOptions({ port: server.port, signal: controller.signal })
    await using transport = open(options, pooled)
    const submission = transport.submit(template.message(0))
    controller.abort()
    const reply = await submission
    const before = presentPhases(reply).map(phase => [phase, reply.phases.get(phase)])
    while (transport.connectionsOpened === 0) await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(presentPhases(reply).map(phase => [phase, reply.phases.get(phase)])).toEqual(before)
  })
})

describe('undici, HTTP/2', () => {
  const wanting = { encrypted: true, version: '2', reuse: true } as const

  it.each([
    ['knows nothing of ALPN', undefined],
    ['speaks HTTP/1.1 only', ['http/1.1']],
  ])('does not fall back when the server %s', async (_how, ALPNProtocols) => {
    const { cert, key, ca } = certificate
    const tls = { cert, key, ...(ALPNProtocols && { ALPNProtocols }) }
    await using server = await openScripted([peer => peer.secure(tls), silence])
    await using transport = open(testOptions({ port: server.port, ca }), wanting)
    const reply = await transport.submit(template.message(0))
    expect(reply).toMatchObject({ outcome: 'faulted', phase: 'tls', cause: 'protocol', connectionId: 0 })
  })

  it('is in doubt when it is answered in HTTP/1.1', async () => {
    await using server = await openScripted([hear(/PRI/), say(httpResponse(400)), silence])
    await using transport = open(testOptions({ port: server.port }), { ...wanting, encrypted: false })
    const reply = await transport.submit(template.message(0))
    expect(reply).toMatchObject({ outcome: 'in_doubt', cause: 'protocol' })
  })

  it('is tried again by undici itself when the server refuses the stream (RFC 9113 §8.7)', async () => {
    let streams = 0
    const engine = createHttp2().on('stream', stream => {
      streams += 1
      stream.on('error', () => {})
      if (streams === 1) return stream.close(0x7)
      stream.resume().on('end', () => {
        stream.respond({ ':status': 202 })
        stream.end('{}')
      })
    })
    await using server = await openScripted([peer => void engine.emit('connection', peer.release()), silence])
    await using transport = open(testOptions({ port: server.port }), { ...wanting, encrypted: false })
    const reply = await transport.submit(template.message(0))
    expect(reply).toMatchObject({ outcome: 'accepted', connectionId: 1 })
    expect(streams).toBe(2)
  })

  it('carries many messages on one connection', async () => {
    await using server = await openScripted([http2Dialogue([silence])])
    const controller = new AbortController()
    const options = testOptions({ port: server.port, connections: 1, signal: controller.signal })
    await using transport = open(options, { ...wanting, encrypted: false })
    const submissions = Promise.all([0, 1, 2].map(index => transport.submit(template.message(index))))
    while (transport.connectionsOpened === 0) await new Promise(setImmediate)
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate)
    controller.abort()
    const replies = await submissions
    expect(replies.map(reply => [reply.connectionId, reply.phase])).toEqual([1, 2, 3].map(() => [1, 'wait']))
  })
})

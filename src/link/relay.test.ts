import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { type Nanoseconds, NS_PER_MS, NS_PER_S, systemClock } from '../clock.ts'
import type { DialError } from '../dial/dial.ts'
import { createDialer } from '../dial/dialer.ts'
import { createRandom } from '../random.ts'
import { closedPort, expectNothingLeft } from '../transport/contract.ts'
import type { LinkSpec } from './link.ts'
import { heard, openLinked, received } from './relay.fixture.ts'
import { openRelay } from './relay.ts'
import { createReleases } from './releases.ts'

/** Long, so that what a busy machine adds to it is little. */
const R_MS = 100
const rtt = `${R_MS}ms`
/** Tries of what a stall of the machine can spoil, and nothing else. */
const ROUNDS_MAX = 10

const ignore = () => {}

/** How long `work` takes, in round trips: never less than theory says, and at its best hardly more. */
async function expectRoundTrips(theory: number, work: () => Promise<Nanoseconds>): Promise<void> {
  const most = 1.1 * theory
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS_MAX && best > most; round++)
    best = Math.min(best, (await work()) / (R_MS * NS_PER_MS))
  expect(best).toBeGreaterThanOrEqual(theory)
  expect(best).toBeLessThan(most)
}

async function spanOf(work: () => Promise<unknown>): Promise<Nanoseconds> {
  const startNs = systemClock.nowNs()
  await work()
  return systemClock.nowNs() - startNs
}

/** A server, a link to it, and a dialer that goes through the link. */
async function open(spec: LinkSpec, serve: (socket: Socket) => void) {
  const linked = await openLinked(spec, serve)
  const { target: address, relay } = linked
  const dialer = createDialer({ address, relay, timeoutNs: 10 * NS_PER_S, clock: systemClock })
  return {
    ...linked,
    dialer,
    dial: () => dialer.dial(ignore),
    [Symbol.asyncDispose]() {
      dialer[Symbol.dispose]()
      return linked[Symbol.asyncDispose]()
    },
  }
}

/** The failure of a dial. */
const failureOf = (dial: Promise<unknown>) =>
  dial.then(
    () => expect.unreachable('the dial succeeded'),
    (error: DialError) => error,
  )

/** Answers each byte with one. */
const echo = (socket: Socket) =>
  void socket.on('data', chunk => socket.write(chunk)).on('end', () => socket.end())

describe('a link with a round-trip time', () => {
  it('lets a connection be established after one', async () => {
    await using linked = await open({ rtt }, echo)
    await expectRoundTrips(1, () => spanOf(() => linked.dial()))
  })

  it('lets a greeting be heard after two', async () => {
    await using linked = await open({ rtt }, socket => socket.write('220'))
    await expectRoundTrips(2, () => spanOf(async () => heard((await linked.dial()).socket)))
  })

  it('lets a client that speaks first be answered after two', async () => {
    await using linked = await open({ rtt }, echo)
    await expectRoundTrips(2, () =>
      spanOf(async () => {
        const { socket } = await linked.dial()
        socket.write('a')
        await heard(socket)
      }),
    )
  })

  it('lets a refusal be known after one, in the phase in which it is known without a link', async () => {
    const port = await closedPort()
    using releases = createReleases(systemClock)
    const target = { host: '127.0.0.1', port }
    await using relay = await openRelay({ target, spec: { rtt }, seed: '', releases, clock: systemClock })
    using dialer = createDialer({ address: target, relay, timeoutNs: 10 * NS_PER_S, clock: systemClock })
    let error: DialError | undefined
    await expectRoundTrips(1, () =>
      spanOf(async () => {
        error = await failureOf(dialer.dial(ignore))
      }),
    )
    expect(error).toMatchObject({ phase: 'connect', failure: 'refused', cause: { code: 'ECONNREFUSED' } })
    const { connections, totals } = relay.log()
    expect(connections[0]?.end).toMatchObject({ by: 'server', how: 'refused' })
    // A connection that was refused cost no turn that anybody counts.
    expect(totals).toMatchObject({ turns: 0, bytesUp: 0, bytesDown: 0 })
  })

  it('costs a dialogue what theory says, and counts as many turns', async () => {
    const exchanges = 5
    await using linked = await open({ rtt }, socket => {
      socket.write('220')
      echo(socket)
    })
    await expectRoundTrips(2 + exchanges, () =>
      spanOf(async () => {
        const { socket } = await linked.dial()
        await heard(socket)
        for (let exchange = 0; exchange < exchanges; exchange++) {
          socket.write('a')
          await heard(socket)
        }
        socket.destroy()
      }),
    )
    for (const { turns, turnCount, bytesUp, bytesDown } of linked.relay.log().connections) {
      expect([turns.length, turnCount, bytesUp, bytesDown]).toEqual([7, 7, 5, 8])
    }
  })

  it('delays what is on its way at the same time at the same time', async () => {
    await using linked = await open({ rtt }, echo)
    // Eight questions, a tenth of a round trip apart.
    await expectRoundTrips(1 + 0.7 + 1, () =>
      spanOf(async () => {
        const { socket } = await linked.dial()
        const startNs = systemClock.nowNs()
        let answers = 0
        const answered = new Promise<void>(resolve => {
          socket.on('data', chunk => {
            answers += chunk.length
            if (answers === 8) resolve()
          })
        })
        for (let question = 0; question < 8; question++) {
          await systemClock.until(startNs + question * 0.1 * R_MS * NS_PER_MS)
          socket.write('a')
        }
        await answered
        socket.destroy()
      }),
    )
  })
})

describe('a relay', () => {
  it('numbers its connections, for any number of dialers, and says what became of each', async () => {
    await using linked = await open({ rtt: '1ms' }, echo)
    using other = createDialer({
      address: { host: 'localhost', port: 1 },
      relay: linked.relay,
      timeoutNs: NS_PER_S,
      clock: systemClock,
    })
    const [first, second] = [await linked.dial(), await other.dial(ignore)]
    expect([first.id, second.id, linked.dialer.opened, other.opened]).toEqual([1, 2, 1, 1])
    first.socket.end()
    await once(first.socket, 'close')
    linked.served[1]?.resetAndDestroy()
    await received(second.socket)
    expect(linked.relay.log().connections.map(({ id, end }) => [id, end?.by, end?.how])).toEqual([
      [1, 'client', 'closed'],
      [2, 'server', 'reset'],
    ])
  })

  it.each(['server', 'client'] as const)('passes on that the %s has reset the connection', async who => {
    await using linked = await open({ rtt: '2ms' }, echo)
    const { socket } = await linked.dial()
    socket.write('a')
    await heard(socket)
    const [served] = linked.served as [Socket]
    const [actor, other] = who === 'server' ? [served, socket] : [socket, served]
    const ended = received(other as Socket)
    ;(actor as Socket).resetAndDestroy()
    expect(await ended).toEqual({ text: '', code: 'ECONNRESET' })
    expect(linked.relay.log().connections[0]?.end).toMatchObject({ by: who, how: 'reset' })
  })

  it('passes on a half-close, and what is said after it', async () => {
    await using linked = await open({ rtt: '4ms' }, socket => {
      let text = ''
      socket.on('data', chunk => {
        text += chunk.toString('latin1')
      })
      socket.on('end', () => socket.end(`${text} is all`))
    })
    const { socket } = await linked.dial()
    const ended = received(socket)
    socket.end('that')
    expect(await ended).toEqual({ text: 'that is all', code: undefined })
    await vi.waitFor(() => expect(linked.served[0]?.destroyed).toBe(true))
  })

  it('has Nagle off (RFC 896) at both of its ends', async () => {
    await using linked = await open({}, echo)
    const { socket: probe } = await linked.dial()
    const spy = vi.spyOn(Object.getPrototypeOf(Reflect.get(probe, '_handle')), 'setNoDelay')
    await linked.dial()
    // The dialer's end, the relay's two, and the server's.
    expect(spy.mock.calls).toEqual([[true], [true], [true], [true]])
    expect(new Set(spy.mock.contexts).size).toBe(4)
    spy.mockRestore()
  })

  it('leaves nothing behind when it is closed with connections open', () =>
    expectNothingLeft(async () => {
      const linked = await open({ rtt: '50ms', reset: { at: '1h' } }, echo)
      const { socket } = await linked.dial()
      socket.write('a')
      const pending = linked.dial().catch(ignore)
      await linked[Symbol.asyncDispose]()
      await pending
    }))

  it('survives a client that leaves before it is connected', async () => {
    await using linked = await open({ rtt: '20ms' }, echo)
    const early = connect(linked.relay.port, '127.0.0.1')
    await once(early, 'connect')
    early.resetAndDestroy()
    const { socket } = await linked.dial()
    socket.write('a')
    expect(await heard(socket)).toBe('a')
    expect(linked.relay.log().connections.map(({ end }) => end?.how)).toEqual(['reset', undefined])
    expect(linked.served.length).toBe(1)
  })
})

describe('bytes', () => {
  const CHUNKS = 300

  it('arrive whole and in order, however they are cut and whatever delays them', async () => {
    const random = createRandom('chunks')
    const sizeOf = () => Math.ceil(random.next() ** 4 * 40_000)
    const digestOf = (socket: Socket) => {
      const hash = createHash('sha256')
      socket.on('data', chunk => hash.update(chunk))
      return once(socket, 'end').then(() => hash.digest('hex'))
    }
    /** Writes random chunks at random times; returns the digest of them all. */
    async function send(socket: Socket): Promise<string> {
      const hash = createHash('sha256')
      for (let chunk = 0; chunk < CHUNKS; chunk++) {
        const bytes = Buffer.from(Array.from({ length: sizeOf() }, () => random.integer(256)))
        hash.update(bytes)
        socket.write(bytes)
        if (random.next() < 0.3) await new Promise(setImmediate)
      }
      socket.end()
      return hash.digest('hex')
    }
    const spec = {
      rtt: '3ms',
      jitter: { exponential: '1ms' },
      bandwidth: { up: '400mbit' },
      stall: { for: '10ms', after: '100kb', every: '300kb' },
    }
    await using linked = await open(spec, ignore)
    const { socket } = await linked.dial()
    const [served] = linked.served as [Socket]
    const [atServer, atClient] = [digestOf(served), digestOf(socket)]
    const [byClient, byServer] = [await send(socket), await send(served)]
    expect([await atServer, await atClient]).toEqual([byClient, byServer])
  })

  it('pass no faster than the bandwidth, and hardly slower', async () => {
    const sizeBytes = 1_000_000
    const theoryNs = (8 * sizeBytes * NS_PER_S) / 80e6
    const shares: number[] = []
    for (let round = 0; round < ROUNDS_MAX && Math.min(...shares, 2) > 1.1; round++) {
      await using linked = await open({ bandwidth: '80mbit' }, ignore)
      const { socket } = await linked.dial()
      const [served] = linked.served as [Socket]
      const whole = received(served)
      const startNs = systemClock.nowNs()
      socket.end(Buffer.alloc(sizeBytes))
      expect((await whole).text.length).toBe(sizeBytes)
      shares.push((systemClock.nowNs() - startNs) / theoryNs)
    }
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(1)
    expect(Math.min(...shares)).toBeLessThan(1.1)
  })

  it('are read no faster than they pass, but for a window', async () => {
    await using linked = await open({ rtt: '10ms', bandwidth: '1mbit' }, socket => void socket.resume())
    const { socket } = await linked.dial()
    socket.write(Buffer.alloc(20_000_000))
    const startNs = systemClock.nowNs()
    // Long enough to read it all many times over.
    while (systemClock.nowNs() - startNs < 0.3 * NS_PER_S) await new Promise(setImmediate)
    const passedBytes = ((systemClock.nowNs() - startNs) / NS_PER_S) * 1e6
    expect(linked.relay.log().totals.bytesUp).toBeLessThan(passedBytes + 400_000)
  })
})

describe('a link with a fault', () => {
  it('is cut after any number of bytes, at both ends, with all of them delivered', async () => {
    const dialogue = 'abcdefgh'
    for (let after = 1; after <= 2 * dialogue.length; after++) {
      await using linked = await open({ reset: { after: `${after}b` } }, echo)
      const { socket } = await linked.dial()
      const [served] = linked.served as [Socket]
      const [atServer, atClient] = [received(served), received(socket)]
      socket.write(dialogue)
      const up = Math.min(after, dialogue.length)
      expect(await atServer).toEqual({ text: dialogue.slice(0, up), code: 'ECONNRESET' })
      expect(await atClient).toEqual({ text: dialogue.slice(0, after - up), code: 'ECONNRESET' })
      expect(linked.relay.log().connections[0]?.end).toMatchObject({ by: 'link', how: 'reset' })
    }
  })

  it('is cut at an instant, whatever travels then, and lives on for who comes later', async () => {
    await using linked = await open({ rtt: '2ms', reset: { at: '100ms' } }, echo)
    const { socket } = await linked.dial()
    socket.write('a')
    expect(await received(socket)).toEqual({ text: 'a', code: 'ECONNRESET' })
    const { socket: later } = await linked.dial()
    later.write('b')
    expect(await heard(later)).toBe('b')
  })

  it('that stalls delivers all the same, by that much later', async () => {
    const theoryNs = 100 * NS_PER_MS
    await using linked = await open({ stall: { for: '100ms', after: '3b', direction: 'down' } }, echo)
    const { socket } = await linked.dial()
    const startNs = systemClock.nowNs()
    socket.write('abcdef')
    expect(await heard(socket)).toBe('abc')
    expect(await heard(socket)).toBe('def')
    expect(systemClock.nowNs() - startNs).toBeGreaterThanOrEqual(theoryNs)
  })

  it('that is dark from its first byte on cannot be dialled: nobody refuses, and nobody answers', async () => {
    await using linked = await open({ blackhole: { at: '0ms' } }, echo)
    const { relay } = linked
    const address = { host: '127.0.0.1', port: 9 }
    using impatient = createDialer({ address, relay, timeoutNs: 100 * NS_PER_MS, clock: systemClock })
    expect(await failureOf(impatient.dial(ignore))).toMatchObject({ phase: 'connect', failure: 'timeout' })
    expect(linked.served.length).toBe(0)
  })

  it('that goes dark swallows what follows, and the news that the client has left', async () => {
    await using linked = await open({ blackhole: { after: '6b' } }, echo)
    const { socket } = await linked.dial()
    const [served] = linked.served as [Socket]
    const atServer = received(served)
    let isOver = false
    void atServer.then(() => {
      isOver = true
    })
    socket.write('abc')
    expect(await heard(socket)).toBe('abc')
    socket.end('def')
    await vi.waitFor(() => expect(linked.relay.log().connections[0]?.end?.how).toBe('closed'))
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    expect([isOver, socket.destroyed, served.bytesRead]).toEqual([false, false, 3])
  })

  it('that is dark keeps a bounded number of connections whose clients have left', async () => {
    await using linked = await open({ blackhole: { at: '0ms' } }, ignore)
    const clients: Socket[] = []
    const gone: number[] = []
    for (let i = 0; i < 1030; i++) {
      const client = connect({ host: '127.0.0.1', port: linked.relay.port, allowHalfOpen: true })
      client.on('error', ignore).once('close', () => gone.push(i))
      clients.push(client)
      await once(client, 'connect')
      client.resume().end()
    }
    await vi.waitFor(() => expect(gone.length).toBe(6))
    expect(gone.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5])
    for (const client of clients) client.destroy()
  })
})

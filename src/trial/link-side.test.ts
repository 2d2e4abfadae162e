import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { NS_PER_MS, NS_PER_S, systemClock } from '../clock.ts'
import { createDialer } from '../dial/dialer.ts'
import { type LinkSide, startLinkSide } from './link-side.ts'

const ignore = () => {}

/** A server that says which one it is, and then answers each byte with one. */
async function openServer(name: string) {
  const sockets: Socket[] = []
  const server = createServer({ noDelay: true }, socket => {
    sockets.push(socket)
    socket.on('error', ignore).on('data', chunk => socket.write(chunk))
    socket.write(name)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

async function dial(side: LinkSide, target: { host: string; port: number }, rtt: string) {
  const relay = await side.open({ target, spec: { rtt }, seed: 'side' })
  const dialer = createDialer({
    address: target,
    relay: relay.address,
    timeoutNs: 10 * NS_PER_S,
    clock: systemClock,
  })
  return { relay, dialer }
}

const heard = async (socket: Socket) => String((await once(socket, 'data'))[0])

describe('the link side', () => {
  it('relays in a process of its own, to several servers at once', async () => {
    await using side = await startLinkSide()
    expect(side.pid).not.toBe(process.pid)
    using first = await openServer('first')
    using second = await openServer('second')
    const words = [first, second].map(async ({ target }) => {
      const { relay, dialer } = await dial(side, target, '5ms')
      const { socket } = await dialer.dial(ignore)
      const word = await heard(socket)
      const log = await relay.log()
      socket.destroy()
      return [word, log?.totals.connections, log?.totals.bytesDown, log?.rttNs]
    })
    expect(await Promise.all(words)).toEqual([
      ['first', 1, 5, 5 * NS_PER_MS],
      ['second', 1, 6, 5 * NS_PER_MS],
    ])
  })

  it('tells the instants of turns on our clock: each lies between our question and our hearing the answer', async () => {
    await using side = await startLinkSide()
    using server = await openServer('220')
    const { relay, dialer } = await dial(side, server.target, '5ms')
    const askedNs = [systemClock.nowNs()]
    const heardNs: number[] = []
    const { socket } = await dialer.dial(ignore)
    heardNs.push(systemClock.nowNs())
    askedNs.push(systemClock.nowNs())
    await heard(socket)
    heardNs.push(systemClock.nowNs())
    for (let exchange = 0; exchange < 5; exchange++) {
      askedNs.push(systemClock.nowNs())
      socket.write('a')
      await heard(socket)
      heardNs.push(systemClock.nowNs())
    }
    const [connection] = (await relay.log())?.connections ?? []
    const turnsNs = connection?.turns.map(({ atNs }) => atNs) ?? []
    expect(turnsNs.length).toBe(7)
    for (const [i, atNs] of turnsNs.entries()) {
      expect(atNs).toBeGreaterThan(Number(askedNs[i]))
      expect(atNs).toBeLessThan(Number(heardNs[i]))
    }
    expect(connection?.acceptedNs).toBeGreaterThan(Number(askedNs[0]))
    expect(connection?.acceptedNs).toBeLessThan(Number(heardNs[0]))
    socket.destroy()
  })

  it('closes a relay that is disposed of, and leaves the others', async () => {
    await using side = await startLinkSide()
    using server = await openServer('220')
    const [gone, kept] = [await dial(side, server.target, '1ms'), await dial(side, server.target, '1ms')]
    const { socket } = await gone.dialer.dial(ignore)
    const closed = once(socket.resume(), 'close')
    await gone.relay[Symbol.asyncDispose]()
    await gone.relay[Symbol.asyncDispose]()
    await closed
    await expect(gone.dialer.dial(ignore)).rejects.toMatchObject({ phase: 'connect', failure: 'refused' })
    expect(await gone.relay.log()).toBeUndefined()
    const { socket: other } = await kept.dialer.dial(ignore)
    expect(await heard(other)).toBe('220')
    other.destroy()
  })

  it('is gone once it is disposed of, and says so', async () => {
    const side = await startLinkSide()
    const relay = await side.open({ target: { host: '127.0.0.1', port: 9 }, spec: {}, seed: '' })
    await side[Symbol.asyncDispose]()
    expect(() => process.kill(side.pid, 0)).toThrow(/ESRCH/)
    expect(await relay.log()).toBeUndefined()
    await relay[Symbol.asyncDispose]()
    await expect(side.open({ target: { host: '127.0.0.1', port: 9 }, spec: {}, seed: '' })).rejects.toThrow(
      /process is gone/,
    )
  })

  it('passes on that a relay cannot be opened, and opens the next one', async () => {
    await using side = await startLinkSide()
    const target = { host: '127.0.0.1', port: 9 }
    await expect(side.open({ target, spec: { rtt: 'far' }, seed: '' })).rejects.toThrow(
      /"far" is no duration/,
    )
    expect((await side.open({ target, spec: {}, seed: '' })).address.port).toBeGreaterThan(0)
  })
})

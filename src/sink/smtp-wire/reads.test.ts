import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type Reads, takeReads } from './reads.ts'

const MANY = 16 * 1024 * 1024

/** Both ends of a connection. */
async function openPair() {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  return {
    client,
    accepted,
    [Symbol.dispose]() {
      client.destroy()
      accepted.destroy()
      server.close()
    },
  }
}

/** A whole connection's life: what was to happen in the meantime has happened. */
async function meanwhile(): Promise<void> {
  using pair = await openPair()
  pair.client.end('x')
  pair.accepted.resume()
  await once(pair.accepted, 'end')
}

describe('what is read from a socket', () => {
  it('comes in order, what was there before included, and the end after it', async () => {
    using pair = await openPair()
    pair.client.write('first ')
    pair.accepted.resume()
    await once(pair.accepted, 'readable')
    let heard = ''
    takeReads(pair.accepted, chunk => {
      heard += chunk
    })
    expect(heard).toBe('first ')
    pair.client.write('second ')
    pair.client.end('last')
    await once(pair.accepted, 'end')
    expect(heard).toBe('first second last')
  })

  it('stops when it is asked to, and goes on where it was', async () => {
    using pair = await openPair()
    let heardBytes = 0
    let pieces = 0
    const reads: Reads = takeReads(pair.accepted, chunk => {
      heardBytes += chunk.length
      if (++pieces === 1) reads.pause()
    })
    pair.client.end(Buffer.alloc(MANY))
    while (pieces === 0) await new Promise(setImmediate)
    for (let round = 0; round < 3; round++) await meanwhile()
    expect(pieces).toBe(1)
    reads.resume()
    await once(pair.accepted, 'end')
    expect(heardBytes).toBe(MANY)
  })

  it('goes back to the stream when it is given up', async () => {
    using pair = await openPair()
    const taken: string[] = []
    const reads = takeReads(pair.accepted, chunk => taken.push(String(chunk)))
    pair.client.write('taken')
    while (taken.length === 0) await new Promise(setImmediate)
    reads.end()
    pair.client.write('given back')
    expect(String((await once(pair.accepted, 'data'))[0])).toBe('given back')
    expect(taken).toEqual(['taken'])
  })
})

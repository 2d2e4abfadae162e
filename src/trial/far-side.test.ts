import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { request } from 'undici'
import { describe, expect, it, vi } from 'vitest'
import { UsageError } from '../errors.ts'
import { ID_HEADER } from '../message/identity.ts'
import type { Endpoint } from '../sink/sink.ts'
import { type FarSide, type FarSideSpec, startFarSide } from './far-side.ts'

const spec: FarSideSpec = {
  listeners: [
    { protocol: 'http', tls: 'none' },
    { protocol: 'smtp', tls: 'starttls' },
  ],
  script: {},
  seed: 'far-side',
}

async function submit(farSide: FarSide, id: string): Promise<number> {
  const address = { address: 'a@example.net' }
  const { statusCode, body } = await request(`http://127.0.0.1:${farSide.endpoints[0]?.port}/send`, {
    method: 'POST',
    body: JSON.stringify({ from: address, to: [address], headers: { [ID_HEADER]: id } }),
  })
  await body.dump()
  return statusCode
}

/** True once nothing listens there: a process that is only waiting to be reaped no longer does. */
function isClosed(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true))
    socket.once('connect', () => socket.destroy())
  })
}

const closing = (port: number) =>
  vi.waitFor(async () => expect(await isClosed(port)).toBe(true), { timeout: 10_000 })

describe('the far side', () => {
  it('takes messages in a process of its own and tells what it took', async () => {
    await using farSide = await startFarSide(spec)
    expect(farSide.pid).not.toBe(process.pid)
    expect(farSide.endpoints.map(({ protocol, tls }) => `${protocol} ${tls}`)).toEqual([
      'http none',
      'smtp starttls',
    ])
    expect(farSide.ca).toMatch(/^-----BEGIN CERTIFICATE-----/)
    for (const index of [0, 2, 2]) expect(await submit(farSide, `0badcafe-0001-0000000${index}`)).toBe(202)
    const receipts = await farSide.receipts('0badcafe', 1)
    expect(receipts).toEqual({ taken: 3, duplicated: 1, counts: new Uint8Array([1, 0, 2]) })
    farSide.release('0badcafe', 1)
    expect((await farSide.receipts('0badcafe', 1))?.taken).toBe(0)
  })

  it('is gone once it is disposed of, and says so', async () => {
    const farSide = await startFarSide(spec)
    await farSide[Symbol.asyncDispose]()
    await farSide[Symbol.asyncDispose]()
    expect(() => process.kill(farSide.pid, 0)).toThrow(/ESRCH/)
    expect(await farSide.receipts('0badcafe', 1)).toBeUndefined()
  })

  it('has no receipts when it was killed, also for one who is waiting for them', async () => {
    await using farSide = await startFarSide(spec)
    process.kill(farSide.pid, 'SIGSTOP')
    const waiting = farSide.receipts('0badcafe', 1)
    process.kill(farSide.pid, 'SIGKILL')
    expect(await waiting).toBeUndefined()
    expect(await farSide.receipts('0badcafe', 1)).toBeUndefined()
  })

  it('leaves Ctrl-C to its parent', async () => {
    await using farSide = await startFarSide(spec)
    process.kill(farSide.pid, 'SIGINT')
    expect(await submit(farSide, '0badcafe-0001-00000000')).toBe(202)
    expect((await farSide.receipts('0badcafe', 1))?.taken).toBe(1)
  })

  /** A process that starts a far side, prints its endpoints, and then does what `program` says. */
  async function startParent(program: string) {
    const module = new URL('./far-side.ts', import.meta.url).href
    const whole = `
      import { startFarSide } from ${JSON.stringify(module)}
      const { endpoints } = await startFarSide(${JSON.stringify(spec)})
      console.log(JSON.stringify(endpoints))
      ${program}`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', whole], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface({ input: parent.stdout }), 'line')
    const endpoints: Endpoint[] = JSON.parse(line)
    return { parent, endpoints }
  }

  it.each(['SIGKILL', 'SIGTERM'] as const)('ends when its parent is ended by %s', async signal => {
    const { parent, endpoints } = await startParent('setInterval(() => {}, 1000)')
    expect(await isClosed(Number(endpoints[0]?.port))).toBe(false)
    parent.kill(signal)
    for (const { port } of endpoints) await closing(port)
  })

  it('does not keep a parent alive that forgot to dispose of it', async () => {
    const { parent, endpoints } = await startParent('process.exitCode = 2')
    expect(await once(parent, 'exit')).toEqual([2, null])
    for (const { port } of endpoints) await closing(port)
  })

  it('names the port that it cannot have, as the user’s mistake, and leaves no process', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const { port } = squatter.address() as AddressInfo
    const listeners: FarSideSpec['listeners'] = [{ protocol: 'smtp', tls: 'none', port }]
    const failure = await startFarSide({ ...spec, listeners }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UsageError)
    expect(String(failure)).toContain(`port ${port} on 127.0.0.1 is in use`)
    squatter.close()
  })

  it('says that HTTP has no STARTTLS', async () => {
    const listeners: FarSideSpec['listeners'] = [{ protocol: 'http', tls: 'starttls' }]
    await expect(startFarSide({ ...spec, listeners })).rejects.toThrow(/HTTP has no STARTTLS/)
  })
})

import { execFile } from 'node:child_process'
import dgram from 'node:dgram'
import { lookup, resolve4 } from 'node:dns'
import promises from 'node:dns/promises'
import { once } from 'node:events'
import { connect, createServer, isIPv4, Socket } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { createDialer } from '../../src/dial/dialer.ts'
import { prepare } from '../../src/trial/prepare.ts'
import { guardLoopback } from './guard.ts'
import { escapes } from './setup.ts'

/** 192.0.2.0/24 and 2001:db8::/32 are for documentation (RFC 5737, RFC 3849): nobody would answer. */
const [outside, outside6] = ['192.0.2.1', '2001:db8::1']

/** What was said of attempts that were meant: they are forgiven. */
const caught = () => escapes.splice(0).map(({ message }) => message)

describe('a test', () => {
  it.each([
    ['an address', () => connect(25, outside), `connect to ${outside}`],
    ['an address of IPv6', () => connect({ port: 25, host: outside6 }), `connect to ${outside6}`],
    ['an address by a socket of its own', () => new Socket().connect(25, outside), `connect to ${outside}`],
    ['a name', () => connect(587, 'smtp.sendgrid.net'), 'look up smtp.sendgrid.net'],
    ['a name that it looks up', () => lookup('api.resend.com', () => {}), 'look up api.resend.com'],
    ['a resolver', () => resolve4('api.resend.com', () => {}), 'ask for api.resend.com'],
    [
      'an address by a datagram',
      () => dgram.createSocket('udp4').send('x', 53, outside),
      `send to ${outside}`,
    ],
  ])('cannot reach %s off loopback', (_what, reach, deed) => {
    const message = `a test may not ${deed}: it is not on loopback`
    expect(reach).toThrow(message)
    expect(caught()).toEqual([message])
  })

  it('fails for it even where what it tests swallows the error', async () => {
    await expect(fetch('https://api.resend.com/emails')).rejects.toThrow()
    expect(caught()).toEqual(['a test may not look up api.resend.com: it is not on loopback'])
    await expect(promises.lookup('api.resend.com')).rejects.toThrow('look up api.resend.com')
    const address = { host: 'smtp.sendgrid.net', port: 587 }
    using dialer = createDialer({ address, timeoutNs: 1e9, clock: systemClock })
    await expect(dialer.dial(() => {})).rejects.toThrow('look up smtp.sendgrid.net')
    expect(caught().length).toBe(2)
  })

  it('is told of names that cannot exist that they do not', async () => {
    const unknown = { code: 'ENOTFOUND' }
    await expect(promisify(lookup)('nonexistent.invalid')).rejects.toMatchObject(unknown)
    await expect(promises.lookup('mail.bench.test')).rejects.toMatchObject(unknown)
    const [error] = await once(connect(25, 'nonexistent.invalid'), 'error')
    expect(error).toMatchObject(unknown)
    expect(caught()).toEqual([])
  })

  it.each(['localhost', '127.0.0.1', '0.0.0.0', undefined])('reaches its own servers: %j', async host => {
    const server = createServer(socket => socket.end()).listen(0)
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const socket = connect({ port, ...(host !== undefined && { host }) })
    await once(socket, 'connect')
    socket.destroy()
    server.close()
    expect(isIPv4((await promises.lookup('127.0.0.1')).address)).toBe(true)
    expect(caught()).toEqual([])
  })

  it('has its attempts told to the file that is running, not to those before it in the same process', () => {
    const earlier = escapes.length
    const { connect: guarded } = Socket.prototype
    const later: string[] = []
    guardLoopback(({ message }) => later.push(message))
    try {
      expect(() => connect(25, outside)).toThrow(`connect to ${outside}`)
    } finally {
      guardLoopback(error => escapes.push(error))
    }
    expect(later).toEqual([`a test may not connect to ${outside}: it is not on loopback`])
    expect(escapes.length).toBe(earlier)
    // Nor is there a guard more for each file.
    expect(Socket.prototype.connect).toBe(guarded)
  })

  it('may prepare a run of real hosts, which asks nobody', async () => {
    const plan = {
      smtp: 'smtp://mail.example.org',
      api: 'https://api.sendgrid.com',
      provider: 'sendgrid',
    } as const
    expect((await prepare({ ...plan, confirm: true }, {}, 'a')).cap).toBe(100)
    expect(caught()).toEqual([])
  })
})

describe('a process that a test starts', () => {
  const failureOf = (program: string) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]).then(
      () => 'nothing failed',
      ({ stderr }: { stderr: string }) => stderr,
    )

  it.each([
    [`import { connect } from 'node:net'; connect(25, '${outside}').on('error', () => {})`, outside],
    [`try { (await import('node:tls')).connect(465, 'smtp.resend.com') } catch {}`, 'smtp.resend.com'],
    [`await fetch('https://api.resend.com/').catch(() => {})`, 'api.resend.com'],
    [
      `import { connect } from 'node:net'
      const lookup = (_host, _options, done) => done(null, [{ address: '${outside}', family: 4 }])
      connect({ port: 25, host: 'localhost', lookup }).on('error', () => {})`,
      outside,
    ],
  ])('ends when it reaches off loopback: %j', async (program, host) => {
    expect(await failureOf(program)).toContain(`${host}: it is not on loopback`)
  })

  it('is not hindered otherwise', async () => {
    const program = `import { connect, createServer } from 'node:net'
      const server = createServer(socket => socket.end('hello')).listen(0, '127.0.0.1', () =>
        connect(server.address().port, 'localhost').on('data', () => server.close()))`
    expect(await failureOf(program)).toBe('nothing failed')
  })
})

import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { openLinked } from '../link/relay.fixture.ts'
import { startCli } from './cli.fixture.ts'

/** Of this machine, and not the one that sinks listen on; where it is not set up, it cannot be reached either. */
const OTHER_ADDRESS = '127.0.0.2'

/** What becomes of a connection. */
async function reached(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port, timeout: 2000 })
  try {
    await Promise.race([
      once(socket, 'connect'),
      once(socket, 'timeout').then(() => Promise.reject(new Error('timeout'))),
    ])
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

it('the sinks are reached from this machine alone, by the one address that they listen on', async () => {
  const any = ['--smtp-port', '0', '--smtps-port', '0', '--http-port', '0', '--https-port', '0']
  await using sink = startCli(['sink', ...any])
  await sink.says(/ https:\/\/127\.0\.0\.1:\d+/)
  const ports = [...sink.stdout().matchAll(/^127\.0\.0\.1:(\d+) /gm)].map(([, port]) => Number(port))
  expect(ports).toHaveLength(4)
  for (const port of ports) {
    expect(await reached('127.0.0.1', port)).toBe(true)
    expect(await reached(OTHER_ADDRESS, port)).toBe(false)
  }
  expect(sink.stderr()).toBe('')
})

it('a relay likewise', async () => {
  await using linked = await openLinked({}, () => {})
  const { port } = linked.relay
  expect(await reached('127.0.0.1', port)).toBe(true)
  expect(await reached(OTHER_ADDRESS, port)).toBe(false)
})

import { describe, expect, it } from 'vitest'
import { flood, openHostileHttp, openHostileSmtp } from '../transport/hostile-servers.fixture.ts'
import { runCli } from './cli.fixture.ts'

const OUTPUT_MAX = 100_000
/** What is read before a client gives up, with what the kernel's buffers take, and a relay's. */
const WRITTEN_MAX_BYTES = 32 * 1024 * 1024

describe('probe shows what it must, and reads no more, of a server that says', () => {
  it.concurrent.each([
    ['a greeting without end', () => openHostileSmtp('greeting', socket => flood(socket, 'x')), 'smtp'],
    ['capabilities without end', () => openHostileSmtp('EHLO', socket => flood(socket, '250-X\r\n')), 'smtp'],
    ['a last reply without end', () => openHostileSmtp('.', socket => flood(socket, '250-x\r\n')), 'smtp'],
    ['a status line without end', () => openHostileHttp(socket => flood(socket, 'HTTP/1.1 ')), 'http'],
    [
      'a refusal without end',
      () =>
        openHostileHttp(socket => {
          socket.write('HTTP/1.1 422 No\r\ntransfer-encoding: chunked\r\n\r\n')
          flood(socket, '2\r\nx\n\r\n')
        }),
      'http',
    ],
  ] as const)('%s', async (_what, open, scheme) => {
    await using server = await open()
    const { status, stdout, stderr } = await runCli(['probe', `${scheme}://127.0.0.1:${server.port}`])
    expect({ status, stderr }).toEqual({ status: 4, stderr: '' })
    expect(stdout.length).toBeLessThan(OUTPUT_MAX)
    expect(server.writtenBytes).toBeLessThan(WRITTEN_MAX_BYTES)
  })
})

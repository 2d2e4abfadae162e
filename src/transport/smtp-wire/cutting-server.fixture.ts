import { createServer, type Socket } from 'node:net'

/** Where a connection ends, counted in bytes of one direction. */
export interface Cut {
  readonly direction: 'to client' | 'to server'
  readonly afterBytes: number
  readonly how: 'end' | 'reset'
}

export interface CuttingServer extends AsyncDisposable {
  readonly port: number
  /** Of each connection, the replies that left whole, such as `mail 0`: the first message's. */
  readonly said: readonly (readonly string[])[]
  /** Bytes of the last connection in each direction, cut or not. */
  readonly bytes: Readonly<Record<Cut['direction'], number>>
  /** Contents as they were taken, dots unstuffed, in the order of their replies. */
  readonly taken: readonly string[]
}

const EHLO = '250-cutting\r\n250-PIPELINING\r\n250-AUTH PLAIN\r\n250 CHUNKING\r\n'

/** Understands what a client says, as it comes, and answers at once. */
function createEngine(say: (label: string, reply: string) => void, take: (content: string) => void) {
  let unread = ''
  let inData = false
  let chunkBytes = 0
  let message = -1

  /** The number of bytes that were understood, 0 when more is needed. */
  function readContent(): number {
    const end = unread.startsWith('.\r\n') ? 0 : unread.indexOf('\r\n.\r\n') + 2
    if (end === 1) return 0
    inData = false
    take(unread.slice(0, end).replaceAll(/^\./gm, ''))
    say(`final ${message}`, '250 2.0.0 taken\r\n')
    return end + 3
  }

  function readChunk(): number {
    if (unread.length < chunkBytes) return 0
    const sizeBytes = chunkBytes
    chunkBytes = 0
    take(unread.slice(0, sizeBytes))
    say(`final ${message}`, '250 2.0.0 taken\r\n')
    return sizeBytes
  }

  function readCommand(): number {
    const end = unread.indexOf('\r\n')
    if (end < 0) return 0
    const line = unread.slice(0, end)
    const verb = line.slice(0, 4)
    if (verb === 'MAIL') message += 1
    if (verb === 'EHLO') say('hello', EHLO)
    else if (verb === 'AUTH') say('auth', '235 2.7.0 welcome\r\n')
    else if (verb === 'DATA') {
      inData = true
      say(`data ${message}`, '354 go ahead\r\n')
    } else if (verb === 'BDAT') chunkBytes = Number(line.split(' ')[1])
    else if (verb === 'QUIT') say('bye', '221 2.0.0 bye\r\n')
    else say(`${verb.toLowerCase()} ${message}`, '250 2.0.0 ok\r\n')
    return end + 2
  }

  return (chunk: Buffer) => {
    unread += chunk.toString('latin1')
    for (;;) {
      const read = inData ? readContent() : chunkBytes > 0 ? readChunk() : readCommand()
      if (read === 0) return
      unread = unread.slice(read)
    }
  }
}

/** @param cutOf asked with the number of each connection, from 0 */
export async function openCuttingServer(cutOf: (nth: number) => Cut | undefined): Promise<CuttingServer> {
  const said: string[][] = []
  const taken: string[] = []
  const bytes = { 'to client': 0, 'to server': 0 }
  const sockets = new Set<Socket>()

  function serve(socket: Socket): void {
    const cut = cutOf(said.length)
    const labels: string[] = []
    said.push(labels)
    sockets.add(socket)
    bytes['to client'] = 0
    bytes['to server'] = 0
    let isOver = false

    /** How much of `sizeBytes` may pass. */
    function pass(direction: Cut['direction'], sizeBytes: number): number {
      const left = cut?.direction === direction ? cut.afterBytes - bytes[direction] : sizeBytes
      bytes[direction] += sizeBytes
      return Math.min(left, sizeBytes)
    }
    function end(): void {
      isOver = true
      if (cut?.how === 'reset') socket.resetAndDestroy()
      else socket.end()
    }
    function say(label: string, reply: string): void {
      if (isOver) return
      const passed = pass('to client', reply.length)
      if (passed > 0) socket.write(reply.slice(0, passed))
      if (passed === reply.length) labels.push(label)
      else end()
    }

    const engine = createEngine(say, content => !isOver && taken.push(content))
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      if (isOver) return
      const passed = pass('to server', chunk.length)
      engine(chunk.subarray(0, passed))
      if (passed < chunk.length && !isOver) end()
    })
    say('greeting', '220 cutting ESMTP\r\n')
  }

  const server = createServer({ noDelay: true }, serve)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    said,
    bytes,
    taken,
    [Symbol.asyncDispose]: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { gzipSync } from 'node:zlib'

/** A server on loopback that means no good. */
export interface HostileServer extends AsyncDisposable {
  readonly port: number
  /** Bytes that its clients have let it write, what the kernel holds included. */
  readonly writtenBytes: number
}

/** Says `piece` again and again, as fast as it is read, until the client has had enough. */
export type Flood = (socket: Socket, piece: string | Buffer) => void

const BLOCK_BYTES = 64 * 1024

/** Whole pieces, so that what is endless stays well-formed. */
const blockOf = (piece: Buffer) => Buffer.concat(Array(Math.ceil(BLOCK_BYTES / piece.length)).fill(piece))

export const flood: Flood = (socket, piece) => {
  const block = blockOf(Buffer.from(piece))
  const pour = () => {
    while (!socket.destroyed && socket.write(block)) {}
  }
  socket.on('drain', pour)
  pour()
}

async function open(serve: (socket: Socket) => void): Promise<HostileServer> {
  const sockets = new Set<Socket>()
  let writtenBytes = 0
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      writtenBytes += socket.bytesWritten
      sockets.delete(socket)
    })
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get writtenBytes() {
      return [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, writtenBytes)
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

type SmtpPlace = 'greeting' | 'EHLO' | 'MAIL' | 'RCPT' | 'DATA' | '.'

const usual: Readonly<Record<string, string>> = {
  EHLO: '250 hostile',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go on',
  '.': '250 ok',
  QUIT: '221 bye',
}

/** Behaves until `place`, and there does what `harm` does. */
export function openHostileSmtp(place: SmtpPlace, harm: (socket: Socket) => void): Promise<HostileServer> {
  return open(socket => {
    let isData = false
    if (place === 'greeting') return harm(socket)
    socket.write('220 hostile\r\n')
    createInterface({ input: socket })
      .on('error', () => {})
      .on('line', line => {
        if (isData && line !== '.') return
        const verb = isData ? '.' : line.slice(0, 4).toUpperCase()
        isData = verb === 'DATA'
        if (verb === place) harm(socket)
        else socket.write(`${usual[verb] ?? '502 what?'}\r\n`)
      })
  })
}

/** Does what `harm` does once the head of a request has come. */
export function openHostileHttp(harm: (socket: Socket) => void): Promise<HostileServer> {
  return open(socket => {
    let heard = ''
    socket.on('data', bytes => {
      if (heard.includes('\r\n\r\n')) return
      heard += bytes.toString('latin1')
      if (heard.includes('\r\n\r\n')) harm(socket)
    })
  })
}

/** 100 MB of zeros in 100 KB. */
export const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024), { level: 1 })

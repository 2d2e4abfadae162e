import type { Socket } from 'node:net'
import type { Clock, Nanoseconds } from '../clock.ts'

/** Told of what a client says and hears, below no encryption: for transcripts. It is told of secrets as well. */
export interface Tap {
  /** The connection is open, or goes on encrypted: what is told from now on is of this socket. */
  opened(socket: Socket, atNs: Nanoseconds): void
  sent(bytes: Buffer, atNs: Nanoseconds): void
  received(bytes: Buffer, atNs: Nanoseconds): void
}

/**
 * Listens in on a socket before its client has it, without reading from it: a listener of its own would set the
 * data flowing before the client is there.
 */
export function tapped<T extends Socket>(socket: T, tap: Tap | undefined, clock: Clock): T {
  if (!tap) return socket
  tap.opened(socket, clock.nowNs())
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  const emit = socket.emit.bind(socket) as (...args: unknown[]) => boolean
  Object.assign(socket, {
    write(chunk: Uint8Array | string, ...rest: unknown[]) {
      const encoding = typeof rest[0] === 'string' ? (rest[0] as BufferEncoding) : 'utf8'
      tap.sent(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk), clock.nowNs())
      return write(chunk, ...rest)
    },
    emit(event: string | symbol, ...args: unknown[]) {
      if (event === 'data') tap.received(Buffer.from(args[0] as Uint8Array), clock.nowNs())
      return emit(event, ...args)
    },
  })
  return socket
}

import type { Socket } from 'node:net'
import { Readable } from 'node:stream'

/** What is read from a socket, on its way to one receiver. */
export interface Reads {
  /** Reads no more, but for what is being read now. */
  pause(): void
  resume(): void
  /** Gives the socket back to its stream. */
  end(): void
}

/**
 * Takes what a socket reads without the stream around it. A socket is a Readable by two methods that are
 * documented for those who implement one: it gives what it read to `push()`, which says whether there may be
 * more, and `_read()` asks for more. Between them the stream keeps a buffer, and a tick for every piece, which
 * nobody needs who takes each piece at once. Without them a message whose commands come one by one costs 16 us
 * of user time instead of 20.
 */
export function takeReads(socket: Socket, receive: (chunk: Buffer) => void): Reads {
  let isPaused = false
  // What came before anybody listened.
  for (let early: Buffer | null = socket.read(); early !== null; early = socket.read()) receive(early)
  socket.push = (chunk: Buffer | null) => {
    // The end goes the stream's own way: it ends, half-closes and destroys as sockets do.
    if (chunk === null) return Readable.prototype.push.call(socket, null)
    receive(chunk)
    return !isPaused
  }
  socket.resume()
  return {
    pause() {
      isPaused = true
    },
    resume() {
      if (!isPaused) return
      isPaused = false
      socket._read(0)
    },
    end: () => void Reflect.deleteProperty(socket, 'push'),
  }
}

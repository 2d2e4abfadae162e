import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'

/** One connection as a script sees it. */
export interface Peer {
  /** TCP, or TLS once `secure` has run. */
  readonly socket: Socket
  /** What has come and was not heard. */
  readonly unread: string
  say(text: string): void
  /** Resolves with the unread input up to the end of the first match, which is then read. */
  hear(pattern: RegExp): Promise<string>
  /** Resolves with so much of the input, which is then read. */
  take(sizeBytes: number): Promise<string>
  /** Reads and forgets. */
  skip(sizeBytes: number): Promise<void>
  secure(options: TlsOptions): Promise<void>
  /** Hands the socket to another engine, with what was not read. */
  release(): Socket
  /** Closes our direction only, as FIN does. */
  end(): void
  /** Resets the connection (RST), whatever is spoken on top of it. */
  reset(): void
  /** Stops reading, so that what the client sends piles up. */
  stall(): void
}

export type Step = (peer: Peer) => void | Promise<void>

export const say =
  (text: string): Step =>
  peer =>
    peer.say(text)
export const hear =
  (pattern: RegExp): Step =>
  async peer =>
    void (await peer.hear(pattern))
export const skip =
  (sizeBytes: number): Step =>
  peer =>
    peer.skip(sizeBytes)
export const secure =
  (options: TlsOptions): Step =>
  peer =>
    peer.secure(options)
/** Turns of the event loop after which a client in this process has seen, and done, what it had to. */
const TURNS = 50
/** Lets the client, which is in this process, catch up: however slow the machine is, it has read what was said. */
export const settle: Step = async () => {
  for (let turn = 0; turn < TURNS; turn++) await new Promise(setImmediate)
}
export const end: Step = peer => peer.end()
export const reset: Step = peer => peer.reset()
export const stall: Step = peer => peer.stall()
/** Says nothing more, and keeps the connection: the script never goes on. */
export const silence: Step = () => new Promise(() => {})

export interface ScriptedServer extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  /** Connections that were accepted so far. */
  readonly accepted: number
  /** Resolves once the client has let go of every connection. */
  idle(): Promise<void>
}

/** Ends a script whose client has gone. */
class Gone extends Error {}

function createPeer(raw: Socket): Peer {
  let socket = raw
  let unread = ''
  let wake = () => {}

  const take = (chunk: Buffer) => {
    unread += chunk.toString('latin1')
    wake()
  }
  const attend = (other: Socket) =>
    other
      .on('data', take)
      .on('close', () => wake())
      .on('error', () => {})
  attend(raw)

  /** Waits until `look` finds something in the unread input. */
  async function until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      if (socket.destroyed) throw new Gone()
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
  }

  return {
    get socket() {
      return socket
    },
    get unread() {
      return unread
    },
    say: text => void socket.write(text, 'latin1'),
    hear: pattern =>
      until(() => {
        const match = pattern.exec(unread)
        if (!match) return undefined
        const heard = unread.slice(0, match.index + match[0].length)
        unread = unread.slice(heard.length)
        return heard
      }),
    async take(sizeBytes) {
      await until(() => unread.length >= sizeBytes || undefined)
      const taken = unread.slice(0, sizeBytes)
      unread = unread.slice(sizeBytes)
      return taken
    },
    async skip(sizeBytes) {
      let leftBytes = sizeBytes
      await until(() => {
        const skipped = Math.min(leftBytes, unread.length)
        unread = unread.slice(skipped)
        leftBytes -= skipped
        return leftBytes === 0 || undefined
      })
    },
    async secure(options) {
      raw.off('data', take)
      const engine = createTlsServer(options)
      socket = await new Promise<Socket>((resolve, reject) => {
        engine.once('secureConnection', resolve).once('tlsClientError', () => reject(new Gone()))
        engine.emit('connection', raw)
      })
      attend(socket)
    },
    release() {
      socket.off('data', take).pause()
      if (unread !== '') socket.unshift(Buffer.from(unread, 'latin1'))
      return socket
    },
    end: () => void socket.end(),
    reset: () => void raw.resetAndDestroy(),
    stall: () => void socket.pause(),
  }
}

/** Plays the same steps on each connection, then keeps it open; test support for what no honest server does. */
export function openScripted(steps: readonly Step[]): Promise<ScriptedServer> {
  const sockets = new Set<Socket>()
  let accepted = 0
  let onIdle = () => {}

  async function play(peer: Peer): Promise<void> {
    try {
      for (const step of steps) await step(peer)
    } catch (error) {
      if (!(error instanceof Gone)) throw error
    }
  }

  const server = createServer({ noDelay: true }, socket => {
    accepted += 1
    sockets.add(socket)
    socket.once('close', () => {
      sockets.delete(socket)
      if (sockets.size === 0) onIdle()
    })
    void play(createPeer(socket))
  })

  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({
        host: '127.0.0.1',
        port: typeof address === 'object' && address ? address.port : 0,
        get accepted() {
          return accepted
        },
        idle: () =>
          new Promise(done => {
            onIdle = done
            if (sockets.size === 0) done()
          }),
        [Symbol.asyncDispose]: () =>
          new Promise(done => {
            server.close(() => done())
            for (const socket of sockets) socket.destroy()
          }),
      })
    })
  })
}

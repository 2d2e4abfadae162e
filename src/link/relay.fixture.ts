import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { systemClock } from '../clock.ts'
import type { LinkSpec } from './link.ts'
import { openRelay, type RelayServer } from './relay.ts'
import { createReleases } from './releases.ts'

/** A server in this process, and a link to it. */
export interface LinkedServer extends AsyncDisposable {
  readonly target: { readonly host: string; readonly port: number }
  readonly relay: RelayServer
  /** The server's ends of its connections, in the order in which they came. */
  readonly served: readonly Socket[]
}

/** @param serve is given each connection; a server that half closes does so itself */
export async function openLinked(spec: LinkSpec, serve: (socket: Socket) => void): Promise<LinkedServer> {
  const served: Socket[] = []
  const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
    served.push(socket)
    socket.on('error', () => {})
    serve(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const target = { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  const releases = createReleases(systemClock)
  const relay = await openRelay({ target, spec, seed: 'linked', releases, clock: systemClock })
  return {
    target,
    relay,
    served,
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]()
      releases[Symbol.dispose]()
      const closed = new Promise(resolve => server.close(resolve))
      for (const socket of served) socket.destroy()
      await closed
    },
  }
}

/** All that comes until the other side ends or resets; its error code, if there was one. */
export function received(socket: Socket): Promise<{ text: string; code: string | undefined }> {
  return new Promise(resolve => {
    let text = ''
    let code: string | undefined
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code
    })
    socket.once('end', () => resolve({ text, code }))
    socket.once('close', () => resolve({ text, code }))
  })
}

/** Resolves with the next bytes that come. */
export async function heard(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  return chunk.toString('latin1')
}

import { lookup } from 'node:dns'
import { isIP, type LookupFunction, type Socket, type TcpNetConnectOpts } from 'node:net'
import { decodePrelude, PRELUDE_BYTES } from '../prelude.ts'
import type { Address } from './dial.ts'

/** Resolves the name that is asked for, as a direct dial would, and answers with the relay's address. */
function resolveTo(relay: Address): LookupFunction {
  const family = isIP(relay.host)
  return (host, options, callback) => {
    lookup(host, options, error => {
      if (error) callback(error, '')
      else if (options.all) callback(null, [{ address: relay.host, family }])
      else callback(null, relay.host, family)
    })
  }
}

/** Where to connect for `address`: there, or to the relay that stands before it. */
export function routeTo(address: Address, relay: Address | undefined): TcpNetConnectOpts {
  if (!relay) return { host: address.host, port: address.port }
  if (isIP(address.host) !== 0) return { host: relay.host, port: relay.port }
  return { host: address.host, port: relay.port, lookup: resolveTo(relay) }
}

/** Reads what a relay says first, and leaves in the socket whatever follows it. */
function readPrelude(socket: Socket, done: (error: unknown, id?: number) => void): void {
  const look = () => {
    const bytes: Buffer | null = socket.read(PRELUDE_BYTES)
    if (bytes === null) return
    socket.off('readable', look)
    try {
      const prelude = decodePrelude(bytes)
      if (prelude.status === 'established') done(undefined, prelude.id)
      else done(Object.assign(new Error(`connect ${prelude.code}`), { code: prelude.code }))
    } catch (error) {
      done(error)
    }
  }
  socket.on('readable', look)
}

/**
 * Calls `done` once the socket leads to the server: when it is connected, or when the relay says so, which then
 * names the connection by its number; or with the error for which it does not.
 */
export function whenConnected(
  socket: Socket,
  relay: Address | undefined,
  done: (error: unknown, relayedId?: number) => void,
): void {
  socket.once('connect', () => {
    if (relay) readPrelude(socket, done)
    else done(undefined)
  })
}

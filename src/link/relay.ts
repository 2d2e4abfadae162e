import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, createServer, type LookupFunction } from 'node:net'
import type { Clock, Nanoseconds } from '../clock.ts'
import { createRandom } from '../random.ts'
import { compileLink, type LinkSpec } from './link.ts'
import type { RelayLog } from './relay-log.ts'
import { createRelayRecorder } from './relay-recorder.ts'
import { Relayed } from './relayed.ts'
import type { Releases } from './releases.ts'

export interface RelayOptions {
  /** The server. */
  readonly target: { readonly host: string; readonly port: number }
  readonly spec: LinkSpec
  readonly seed: string
  readonly releases: Releases
  readonly clock: Clock
}

/** An emulated link to one server: what connects to it finds itself that far from the server. */
export interface RelayServer extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  log(): RelayLog
}

/** Connections that a black hole keeps open though their clients have left; then the oldest are dropped. */
const ORPHANS_MAX = 1024
/** The kernel's largest: a burst of connections must not meet SYN retransmissions. */
const BACKLOG = 4096

/**
 * Looks a name up once, and begins at once: what that takes is the dialer's to show, and no part of a
 * connection's way.
 */
function lookupOnce(name: string): LookupFunction {
  const look = () => lookup(name, { all: true })
  let found: Promise<LookupAddress[]> | undefined = look()
  found.catch(() => {
    found = undefined
  })
  return (_name, { all }, callback) => {
    found ??= look()
    found.then(
      addresses => {
        const [first] = addresses
        if (all) callback(null, addresses)
        else callback(null, first?.address ?? '', first?.family)
      },
      (error: NodeJS.ErrnoException) => {
        found = undefined
        callback(error, '')
      },
    )
  }
}

/** Listens on loopback, on any free port. */
export async function openRelay({ target, spec, seed, releases, clock }: RelayOptions): Promise<RelayServer> {
  const { rttNs, impairment, cutNs, windowBytes } = compileLink(spec)
  const recorder = createRelayRecorder(rttNs, releases, clock)
  const random = createRandom(seed)
  const lookupTarget = lookupOnce(target.host)
  const open = new Set<Relayed>()
  const orphans = new Set<Relayed>()
  let connections = 0
  let linkNs: Nanoseconds | undefined

  function begin(nowNs: Nanoseconds): Nanoseconds {
    if (cutNs !== undefined) {
      releases.at(nowNs + cutNs, () => {
        for (const relayed of open) relayed.cut()
      })
    }
    return nowNs
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, near => {
    const acceptedNs = clock.nowNs()
    linkNs ??= begin(acceptedNs)
    connections += 1
    const id = connections
    const relayed = new Relayed({
      id,
      near,
      connectFar: () => connect({ ...target, lookup: lookupTarget, allowHalfOpen: true, noDelay: true }),
      treatment: impairment({ linkNs, random: random.fork(String(id)) }),
      windowBytes,
      record: recorder.open(id, acceptedNs),
      releases,
      clock,
      onOrphan() {
        orphans.add(relayed)
        const [oldest] = orphans
        if (orphans.size > ORPHANS_MAX) oldest?.destroy()
      },
      onClose() {
        open.delete(relayed)
        orphans.delete(relayed)
      },
    })
    open.add(relayed)
    relayed.open()
  })
  server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG })
  await once(server, 'listening')
  // Out of file descriptors: the connection that could not be accepted is lost, and this process goes on.
  server.on('error', () => {})
  const address = server.address()

  return {
    host: '127.0.0.1',
    port: typeof address === 'object' && address ? address.port : 0,
    log: recorder.log,
    [Symbol.asyncDispose]: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        for (const relayed of open) relayed.destroy()
      }),
  }
}

/**
 * Keeps a process of the tests on this machine: connecting or sending to anything but a loopback address, and asking
 * a resolver, throws an error that names the host. Names that cannot exist (RFC 6761 §6.2, §6.4) are answered as such
 * without being asked for, which a resolver on the network would be.
 */
import dgram from 'node:dgram'
import dns from 'node:dns'
import promises from 'node:dns/promises'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

type Unknown = (...args: unknown[]) => unknown

const loopback = new net.BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')
// What listens on all addresses is reached here by that name as well.
loopback.addAddress('0.0.0.0')
loopback.addAddress('::', 'ipv6')

const isAddress = (host: string) => net.isIP(host) !== 0
const isHere = (host: string) =>
  isAddress(host)
    ? loopback.check(host, net.isIPv6(host) ? 'ipv6' : 'ipv4')
    : /^(?:.+\.)?localhost\.?$/i.test(host)
const cannotExist = (host: string) => /(?:^|\.)(?:invalid|test)\.?$/i.test(host)

export class Escape extends Error {
  override readonly name = 'Escape'
  constructor(deed: string, host: unknown) {
    super(`a test may not ${deed} ${String(host)}: it is not on loopback`)
  }
}

function unknownHost(host: string): Error {
  const error = new Error(`getaddrinfo ENOTFOUND ${host}`)
  return Object.assign(error, { errno: -3008, code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: host })
}

/** Puts a function in another's place, with whatever hangs on it (as `util.promisify.custom` does on `lookup`). */
function replace(target: object, name: string, make: (original: Unknown) => Unknown): void {
  const original = Reflect.get(target, name) as Unknown
  Reflect.set(
    target,
    name,
    Object.defineProperties(make(original), Object.getOwnPropertyDescriptors(original)),
  )
}

interface Destination {
  readonly path?: string
  readonly host?: string
  readonly lookup?: Unknown
}

/** What `socket.connect` takes: options, a path, or a port and perhaps a host; `net.connect` hands it a list of them. */
function destinationOf([first, second]: readonly unknown[]): Destination {
  if (Array.isArray(first)) return destinationOf(first)
  if (typeof first === 'object' && first !== null) return first
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { path: first }
  return typeof second === 'string' ? { host: second } : {}
}

let told: ((error: Escape) => void) | undefined

/**
 * @param onEscape told of each attempt, which throws as well: what tries may swallow that. In a process that is
 * guarded already, as one is that runs several files of tests, it takes the place of the one before.
 */
export function guardLoopback(onEscape: (error: Escape) => void): void {
  const isGuarded = told !== undefined
  told = onEscape
  if (isGuarded) return
  const refuse = (deed: string, host: unknown): never => {
    const error = new Escape(deed, host)
    told?.(error)
    throw error
  }
  replace(
    net.Socket.prototype,
    'connect',
    connect =>
      function (this: unknown, ...args: unknown[]) {
        const { path, host = 'localhost', lookup } = destinationOf(args)
        // A name is refused where it is looked up; one with a lookup of its own by whom it resolves to.
        const isOutside = isAddress(host) && !isHere(host)
        if (path === undefined && isOutside) refuse('connect to', host)
        if (path === undefined && lookup) watchAttempts(this as net.Socket, refuse)
        return connect.apply(this, args)
      },
  )
  guardNames(refuse)
  guardDatagrams(refuse)
  syncBuiltinESMExports()
}

/** Told of the address before it is connected to. */
function watchAttempts(socket: net.Socket, refuse: (deed: string, host: unknown) => never): void {
  socket.prependListener('connectionAttempt', address => {
    if (!isHere(address)) refuse('connect to', address)
  })
}

function guardNames(refuse: (deed: string, host: unknown) => never): void {
  replace(dns, 'lookup', lookup => (host, ...rest) => {
    const name = String(host)
    if (isAddress(name) || isHere(name)) return lookup(host, ...rest)
    if (!cannotExist(name)) return refuse('look up', host)
    const done = rest.at(-1) as Unknown
    process.nextTick(() => done(unknownHost(name)))
    return {}
  })
  replace(promises, 'lookup', lookup => async (host, ...rest) => {
    const name = String(host)
    if (isAddress(name) || isHere(name)) return lookup(host, ...rest)
    return cannotExist(name) ? Promise.reject(unknownHost(name)) : refuse('look up', host)
  })
  // All others ask a server, wherever that is.
  for (const target of [dns, promises, dns.Resolver.prototype, promises.Resolver.prototype])
    for (const name of Object.getOwnPropertyNames(target))
      if (/^(?:resolve|reverse|lookupService)/.test(name))
        replace(target, name, () => host => refuse('ask for', host))
}

/** `send(octets, port, host)`, or with offset and length between; a connected socket names its host once. */
function guardDatagrams(refuse: (deed: string, host: unknown) => never): void {
  for (const name of ['send', 'connect'])
    replace(
      dgram.Socket.prototype,
      name,
      original =>
        function (this: unknown, ...args: unknown[]) {
          const host = args.slice(1).find(value => typeof value === 'string')
          if (typeof host === 'string' && isAddress(host) && !isHere(host)) refuse('send to', host)
          return original.apply(this, args)
        },
    )
}

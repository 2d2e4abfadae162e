import { connect, isIP, type Socket } from 'node:net'
import { type TLSSocket, connect as tlsConnect } from 'node:tls'
import { type Clock, type Nanoseconds, NS_PER_MS } from '../clock.ts'
import type { Phase } from '../phase.ts'
import { causeOfError } from './cause.ts'
import { type Address, DialError, type Dialer, type PhaseObserver, type TlsTrust } from './dial.ts'
import { routeTo, whenConnected } from './through-relay.ts'

export interface DialerOptions {
  readonly address: Address
  /** Dials through this relay (src/link), which leads to `address` and to nowhere else. */
  readonly relay?: Address | undefined
  /** Set when the dialer does the TLS handshake; a client that speaks STARTTLS does its own. */
  readonly tls?: TlsTrust & { readonly alpn?: readonly string[] }
  /** Bounds each of DNS, TCP and TLS by itself. */
  readonly timeoutNs: Nanoseconds
  readonly clock: Clock
}

interface Step {
  phase: Phase
  timer: NodeJS.Timeout
}

interface Dialled {
  readonly socket: Socket | TLSSocket
  /** The relay's number of it. */
  readonly relayedId: number | undefined
}

const timedOut = (phase: Phase, timeoutNs: Nanoseconds) =>
  Object.assign(new Error(`${phase} took longer than ${timeoutNs / NS_PER_MS} ms`), { code: 'ETIMEDOUT' })

const ignore = () => {}

/** What went wrong in `phase`: during a handshake, what names no other cause is the handshake's fault. */
function dialError(phase: Phase, error: unknown): DialError {
  const cause = causeOfError(error)
  return new DialError(phase, cause === 'unknown' && phase === 'tls' ? 'tls' : cause, error)
}

/** A client that was told to speak HTTP/2 must not fall back in silence: its label would lie. */
function protocolRefusal(socket: TLSSocket, alpn: readonly string[] | undefined): Error | undefined {
  if (alpn?.[0] !== 'h2' || socket.alpnProtocol === 'h2') return undefined
  return Object.assign(new Error('the server did not agree to HTTP/2'), { code: 'ERR_HTTP2_NOT_OFFERED' })
}

export function createDialer({ address, relay, tls, timeoutNs, clock }: DialerOptions): Dialer {
  const sockets = new Set<Socket>()
  let opened = 0
  let session: Buffer | undefined
  let closed = false

  function track<T extends Socket>(socket: T): T {
    sockets.add(socket)
    // A socket whose client has let go of it may still report a reset, which would be thrown.
    socket.on('error', ignore)
    socket.once('close', () => sockets.delete(socket))
    return socket
  }

  /** Runs one dial as a sequence of timed steps; settles once. */
  function dialOnce(observe: PhaseObserver): Promise<Dialled> {
    return new Promise((resolve, reject) => {
      let step: Step | undefined
      const begin = (phase: Phase) => {
        clearTimeout(step?.timer)
        const timer = setTimeout(() => fail(timedOut(phase, timeoutNs)), timeoutNs / NS_PER_MS)
        step = { phase, timer }
        observe(phase, clock.nowNs())
      }
      const raw = track(connect({ ...routeTo(address, relay), noDelay: true }))
      let socket: Socket | TLSSocket = raw
      let relayedId: number | undefined
      const fail = (error: unknown) => {
        clearTimeout(step?.timer)
        reject(dialError(step?.phase ?? 'connect', error))
        raw.destroy()
      }
      const hangUp = () => fail(Object.assign(new Error('the server hung up'), { code: 'ECONNRESET' }))
      const done = () => {
        clearTimeout(step?.timer)
        socket.off('error', fail).off('close', hangUp)
        resolve({ socket, relayedId })
      }
      const secure = (trust: NonNullable<DialerOptions['tls']>) => {
        raw.off('error', fail).off('close', hangUp)
        begin('tls')
        const encrypted = tlsConnect({
          socket: raw,
          host: address.host,
          ...(isIP(address.host) === 0 && { servername: address.host }),
          ...(trust.ca !== undefined && { ca: trust.ca }),
          ...(trust.alpn && { ALPNProtocols: [...trust.alpn] }),
          ...(trust.resume && session && { session }),
          rejectUnauthorized: !trust.insecure,
        })
        socket = encrypted
        encrypted.on('error', ignore)
        if (trust.resume) encrypted.on('session', ticket => (session = ticket))
        encrypted.once('error', fail).once('close', hangUp)
        encrypted.once('secureConnect', () => {
          const refusal = protocolRefusal(encrypted, trust.alpn)
          if (refusal) fail(refusal)
          else done()
        })
      }
      begin(isIP(address.host) === 0 ? 'dns' : 'connect')
      raw.once('error', fail).once('close', hangUp)
      raw.once('lookup', error => {
        if (!error && step?.phase === 'dns') begin('connect')
      })
      whenConnected(raw, relay, (error, id) => {
        relayedId = id
        if (error) fail(error)
        else if (tls) secure(tls)
        else done()
      })
    })
  }

  return {
    get opened() {
      return opened
    },
    async dial(observe) {
      if (closed) throw new DialError('connect', 'local', new Error('the dialer is closed'))
      const { socket, relayedId } = await dialOnce(observe)
      opened += 1
      return { id: relayedId ?? opened, socket }
    },
    [Symbol.dispose]() {
      closed = true
      for (const socket of sockets) socket.destroy()
    },
  }
}

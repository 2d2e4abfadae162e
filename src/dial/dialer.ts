import { connect, isIP, type OnReadOpts, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type Clock, type Nanoseconds, NS_PER_MS } from '../clock.ts'
import type { Phase } from '../phase.ts'
import { causeOfError } from './cause.ts'
import { type Address, DialError, type Dialer, type PhaseObserver, type TlsTrust } from './dial.ts'
import { routeTo, whenConnected } from './through-relay.ts'
import { createEncrypt, type Encrypt } from './tls.ts'

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

export function createDialer({ address, relay, tls, timeoutNs, clock }: DialerOptions): Dialer {
  const sockets = new Set<Socket>()
  const encrypt = tls && createEncrypt({ host: address.host, trust: tls, alpn: tls.alpn })
  let opened = 0
  let closed = false

  function track<T extends Socket>(socket: T): T {
    sockets.add(socket)
    // A socket whose client has let go of it may still report a reset, which would be thrown.
    socket.on('error', ignore)
    socket.once('close', () => sockets.delete(socket))
    return socket
  }

  /** Runs one dial as a sequence of timed steps; settles once. */
  function dialOnce(observe: PhaseObserver, onread?: OnReadOpts): Promise<Dialled> {
    return new Promise((resolve, reject) => {
      let step: Step | undefined
      const begin = (phase: Phase) => {
        clearTimeout(step?.timer)
        const timer = setTimeout(() => fail(timedOut(phase, timeoutNs)), timeoutNs / NS_PER_MS)
        step = { phase, timer }
        observe(phase, clock.nowNs())
      }
      // A relay's prelude and TLS are read in Node's usual way.
      const direct = onread && !encrypt && !relay ? { onread } : {}
      const raw = track(connect({ ...routeTo(address, relay), noDelay: true, ...direct }))
      let relayedId: number | undefined
      const end = () => {
        clearTimeout(step?.timer)
        raw.off('error', fail).off('close', hangUp)
      }
      const fail = (error: unknown) => {
        end()
        reject(
          error instanceof DialError
            ? error
            : new DialError(step?.phase ?? 'connect', causeOfError(error), error),
        )
        raw.destroy()
      }
      const hangUp = () => fail(Object.assign(new Error('the server hung up'), { code: 'ECONNRESET' }))
      const done = (socket: Socket | TLSSocket) => {
        end()
        resolve({ socket, relayedId })
      }
      const secure = (start: Encrypt) => {
        raw.off('error', fail).off('close', hangUp)
        begin('tls')
        start(raw).then(done, fail)
      }
      begin(isIP(address.host) === 0 ? 'dns' : 'connect')
      raw.once('error', fail).once('close', hangUp)
      raw.once('lookup', error => {
        if (!error && step?.phase === 'dns') begin('connect')
      })
      whenConnected(raw, relay, (error, id) => {
        relayedId = id
        if (error) fail(error)
        else if (encrypt) secure(encrypt)
        else done(raw)
      })
    })
  }

  return {
    get opened() {
      return opened
    },
    async dial(observe, onread) {
      if (closed) throw new DialError('connect', 'local', new Error('the dialer is closed'))
      const { socket, relayedId } = await dialOnce(observe, onread)
      opened += 1
      return { id: relayedId ?? opened, socket }
    },
    [Symbol.dispose]() {
      closed = true
      for (const socket of sockets) socket.destroy()
    },
  }
}

import type { Socket } from 'node:net'
import type { ByteFault, Fault } from './fault/fault.ts'
import { endingOf } from './fault/fault.ts'
import { HANDSHAKE_FAILURE, lose } from './fault/lose.ts'
import { HttpTap } from './http-tap.ts'
import type { SinkOptions } from './sink.ts'
import type { Think } from './think.ts'

/** Who the server says it is. */
export type Presence = 'itself' | 'impostor'

/** What befalls connections to the HTTP sink before HTTP is spoken on them, and who watches their bytes from then on. */
export interface HttpTaps {
  /** Calls `proceed` with a connection that was let in. @param hasTls TLS comes first on it */
  admit(raw: Socket, hasTls: boolean, proceed: (as: Presence) => void): void
  /** Puts a tap on a connection that was let in. @param socket the raw one, or TLS on top of it */
  tap(socket: Socket): HttpTap
}

/** TLS servers do not say on which socket of TCP they stand: the peer's address does. */
const peerOf = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`

export function createHttpTaps({ script, draws, clock }: SinkOptions, think: Think): HttpTaps {
  const admitted = new Map<string, { raw: Socket; byteFaults: readonly ByteFault[] }>()

  function suffer(raw: Socket, fault: Fault): void {
    const ending = endingOf(fault)
    if (ending) lose(ending, raw, raw)
    else if (fault.kind === 'bad_handshake')
      raw.write(HANDSHAKE_FAILURE, 'latin1', () => lose('end', raw, raw))
    else throw new Error(`${fault.kind} cannot happen before HTTP is spoken`)
  }

  function meet(
    step: 'connect' | 'tls',
    raw: Socket,
    proceed: (faults: readonly ByteFault[], as: Presence) => void,
  ): void {
    if (script.steps && !script.steps.has(step)) return proceed([], 'itself')
    const exchange = { protocol: 'http', step, atNs: clock.nowNs() } as const
    const { thinkNs, fault, byteFaults = [] } = script(exchange, draws(undefined, step))
    think(thinkNs, () => {
      if (raw.destroyed) return
      if (fault?.kind === 'wrong_certificate') proceed(byteFaults, 'impostor')
      else if (fault) suffer(raw, fault)
      else proceed(byteFaults, 'itself')
    })
  }

  return {
    admit(raw, hasTls, proceed) {
      const peer = peerOf(raw)
      meet('connect', raw, byteFaults => {
        admitted.set(peer, { raw, byteFaults })
        raw.once('close', () => admitted.delete(peer))
        // Its first bytes stay unread: they are TLS's.
        if (hasTls) raw.once('readable', () => meet('tls', raw, (_faults, as) => proceed(as)))
        else proceed('itself')
      })
    },
    tap(socket) {
      const { raw = socket, byteFaults = [] } = admitted.get(peerOf(socket)) ?? {}
      return new HttpTap(raw, socket, think, byteFaults)
    },
  }
}

import type { OnReadOpts, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Nanoseconds } from '../clock.ts'
import type { Phase } from '../phase.ts'
import type { Cause } from '../sample.ts'

/** How certificates are judged. One setting for both protocols. */
export interface TlsTrust {
  /** Certificate authorities in PEM instead of the system's. */
  readonly ca?: string
  /** Skips verification; the command line allows it for loopback only. */
  readonly insecure: boolean
  /** Offers the last session's ticket (RFC 8446 §2.2), for any client. Off by default. */
  readonly resume: boolean
}

/** Where a dialer dials. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** A failure to connect, placed in the phase that failed. */
export class DialError extends Error {
  override readonly name = 'DialError'
  readonly phase: Phase
  readonly failure: Cause

  constructor(phase: Phase, failure: Cause, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.phase = phase
    this.failure = failure
  }
}

/** Told of each setup phase as it begins, at the instant it begins. */
export type PhaseObserver = (phase: Phase, atNs: Nanoseconds) => void

export interface Connection {
  /** Counts from 1 within a dialer; behind a relay, within the relay. */
  readonly id: number
  /** What the client speaks over; the TLS socket when the dialer did the handshake. */
  readonly socket: Socket | TLSSocket
}

/** The one way by which every client reaches its server: resolves, connects, encrypts, times each step. */
export interface Dialer extends Disposable {
  /**
   * @param onread Node's way to read without a buffer of its own for each read: octets are overwritten by the next.
   * Neither with TLS nor through a relay: such a connection emits `data`, as any does without it.
   * @throws DialError, never anything else.
   */
  dial(observe: PhaseObserver, onread?: OnReadOpts): Promise<Connection>
  /** Connections that were established. */
  readonly opened: number
}

import type { Nanoseconds } from '../clock.ts'
import type { Lateness } from './releases.ts'
import type { Turn } from './turns.ts'

/** How a connection ended: who began it, and how. */
export interface ConnectionEnd {
  readonly by: 'client' | 'server' | 'link'
  readonly how: 'closed' | 'reset' | 'refused'
  readonly atNs: Nanoseconds
}

/** What a relay saw of one connection. Instants are of the clock of whoever reads it. */
export interface LoggedConnection {
  /** Counts from 1 within the relay: the `id` that the dialer gives it. */
  readonly id: number
  readonly acceptedNs: Nanoseconds
  /** All of its turns. */
  readonly turnCount: number
  /** The first of them, up to TURNS_MAX. */
  readonly turns: readonly Turn[]
  /** Payload, what the relay itself says to the dialer left out. */
  readonly bytesUp: number
  readonly bytesDown: number
  /** undefined while it is open. */
  readonly end?: ConnectionEnd | undefined
}

/** What a relay has seen so far. */
export interface RelayLog {
  readonly rttNs: Nanoseconds
  /** The latest of its connections, up to CONNECTIONS_MAX. */
  readonly connections: readonly LoggedConnection[]
  /** Of all of its connections. */
  readonly totals: {
    readonly connections: number
    readonly turns: number
    readonly bytesUp: number
    readonly bytesDown: number
  }
  /** Of all that this relay's process delays. */
  readonly lateness: Lateness
}

/** Connections that a log keeps, the latest ones; the totals go on counting. */
export const CONNECTIONS_MAX = 1024
/** Turns of one connection that a log keeps, the first ones. */
export const TURNS_MAX = 1024

/** The same log, with its instants on a clock that is ahead of the relay's by `offsetNs`. */
export function onClock(log: RelayLog, offsetNs: Nanoseconds): RelayLog {
  return {
    ...log,
    connections: log.connections.map(({ end, ...connection }) => ({
      ...connection,
      acceptedNs: connection.acceptedNs + offsetNs,
      turns: connection.turns.map(turn => ({ ...turn, atNs: turn.atNs + offsetNs })),
      ...(end && { end: { ...end, atNs: end.atNs + offsetNs } }),
    })),
  }
}

import type { Nanoseconds } from '../clock.ts'

/** A round trip of a connection, seen at its client's end. */
export interface Turn {
  /** When the bytes that complete it were delivered to the client. */
  readonly atNs: Nanoseconds
  /** What the client had sent by then, and what it had been sent before. */
  readonly bytesUp: number
  readonly bytesDown: number
}

/**
 * Of a round-trip time: what comes sooner after a question is no answer to it. TLS 1.3 session tickets and
 * HTTP/2 SETTINGS cross with requests, and look like turns that cost nothing.
 */
const ANSWER_SHARE = 0.9

/** Counts the round trips of one connection from its raw bytes, for both protocols alike. */
export interface TurnCounter {
  /** The client was told that it is connected: one round trip, the handshake's. */
  opened(atNs: Nanoseconds): void
  /** Bytes were read of the client. */
  up(atNs: Nanoseconds, sizeBytes: number): void
  /** Bytes were delivered to it. */
  down(atNs: Nanoseconds, sizeBytes: number): void
  readonly bytesUp: number
  readonly bytesDown: number
}

/**
 * One turn for the handshake, one when the server speaks first, and one each time the client is answered: when
 * server bytes come at least 0.9 r after the first client byte that no turn has answered yet. What comes sooner
 * leaves that question open.
 */
export function createTurnCounter(rttNs: Nanoseconds, onTurn: (turn: Turn) => void): TurnCounter {
  let askedNs: Nanoseconds | undefined
  let [bytesUp, bytesDown] = [0, 0]

  function isTurn(atNs: Nanoseconds): boolean {
    if (bytesUp === 0) return bytesDown === 0
    return askedNs !== undefined && atNs - askedNs >= ANSWER_SHARE * rttNs
  }

  return {
    opened: atNs => onTurn({ atNs, bytesUp, bytesDown }),
    up(atNs, sizeBytes) {
      askedNs ??= atNs
      bytesUp += sizeBytes
    },
    down(atNs, sizeBytes) {
      if (isTurn(atNs)) {
        askedNs = undefined
        onTurn({ atNs, bytesUp, bytesDown })
      }
      bytesDown += sizeBytes
    },
    get bytesUp() {
      return bytesUp
    },
    get bytesDown() {
      return bytesDown
    },
  }
}

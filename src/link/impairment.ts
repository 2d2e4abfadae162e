import type { Nanoseconds } from '../clock.ts'
import type { Random } from '../random.ts'

/** Up is from the client to the server. */
export type Direction = 'up' | 'down'

/**
 * What travels along a link: bytes; the handshake (`open`: up the SYN, down its answer), a FIN (`end`) and an
 * RST (`reset`), which travel as bytes do; a SYN that the link itself answers with an RST (`refuse`); and an RST that
 * the link itself sends to both ends (`cut`).
 */
export interface Parcel {
  readonly kind: 'open' | 'refuse' | 'bytes' | 'end' | 'reset' | 'cut'
  /** Of `bytes` only; otherwise empty. */
  readonly bytes: Buffer
  /** The instant at which it has come as far as it has. */
  readonly atNs: Nanoseconds
}

/** The instant of what never arrives. */
export const NEVER_NS = Number.POSITIVE_INFINITY

/** Lets a parcel pass: later, in pieces, or never. Order is kept, and time does not run backwards. */
export type Pass = (parcel: Parcel, next: (parcel: Parcel) => void) => void

/** What a link does to one connection. */
export interface Treatment {
  readonly up: Pass
  readonly down: Pass
}

export interface ConnectionEnv {
  /** When the first connection of the link was accepted: instants that a specification names count from it. */
  readonly linkNs: Nanoseconds
  /** The connection's own stream: equal seeds give equal links. */
  readonly random: Random
}

/**
 * One thing that is wrong with a link, asked once a connection. Impairments reckon with instants and never
 * wait: what each adds is exact, a timer's error does not add up along the chain, and delays of chunks that
 * follow each other overlap. Only the release queue at the chain's end waits.
 */
export type Impairment = (env: ConnectionEnv) => Treatment

/** Several impairments, one after the other, in both directions in the same order. */
export function chain(impairments: readonly Impairment[]): Impairment {
  return env => {
    const treatments = impairments.map((impairment, i) =>
      impairment({ ...env, random: env.random.fork(String(i)) }),
    )
    return {
      up: inSequence(treatments.map(({ up }) => up)),
      down: inSequence(treatments.map(({ down }) => down)),
    }
  }
}

function inSequence(passes: readonly Pass[]): Pass {
  return (parcel, next) =>
    passes.reduceRight<(parcel: Parcel) => void>((rest, pass) => moved => pass(moved, rest), next)(parcel)
}

/** Lets everything pass at once. */
export const clear: Pass = (parcel, next) => next(parcel)

/** The same parcel at a later instant. */
export function moved({ kind, bytes }: Parcel, atNs: Nanoseconds): Parcel {
  return { kind, bytes, atNs }
}

/** The first `sizeBytes` of a parcel, and the rest; either may be empty. */
export function split({ kind, bytes, atNs }: Parcel, sizeBytes: number): [Parcel, Parcel] {
  return [
    { kind, bytes: bytes.subarray(0, sizeBytes), atNs },
    { kind, bytes: bytes.subarray(sizeBytes), atNs },
  ]
}

/** Takes instants that may come out of order, and returns none that is before an earlier one. */
export function inOrder(): (atNs: Nanoseconds) => Nanoseconds {
  let lastNs = Number.NEGATIVE_INFINITY
  return atNs => {
    lastNs = Math.max(lastNs, atNs)
    return lastNs
  }
}

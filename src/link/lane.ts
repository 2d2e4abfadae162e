import type { Clock } from '../clock.ts'
import { NEVER_NS, type Parcel, type Pass } from './impairment.ts'
import type { Releases } from './releases.ts'

const nothing = Buffer.alloc(0)

/** What a lane reads from: a socket, or its like. */
interface Source {
  pause(): void
  resume(): void
}

export interface LaneOptions {
  readonly source: () => Source | undefined
  readonly pass: Pass
  readonly windowBytes: number
  readonly releases: Releases
  readonly clock: Clock
  /** A parcel has come to the lane's end. */
  readonly arrive: (parcel: Parcel) => void
  /** It never will. */
  readonly lose: (parcel: Parcel) => void
}

/** One direction of a connection, from where it is read to where it is handed on. */
export interface Lane {
  send(kind: Parcel['kind'], bytes?: Buffer): void
  /** What arrived has been handed on, and no longer takes up room. */
  handOn(sizeBytes: number): void
}

/**
 * Reads no more while as much is under way as its window holds. Bytes that are lost take up room for ever, as
 * what is never acknowledged does: a sender to a black hole stalls once the buffers on its way are full.
 */
export function createLane(options: LaneOptions): Lane {
  const { source, pass, windowBytes, releases, clock, arrive, lose } = options
  let heldBytes = 0
  let isPaused = false

  function schedule(parcel: Parcel): void {
    if (parcel.atNs === NEVER_NS) lose(parcel)
    else releases.at(parcel.atNs, () => arrive(parcel))
  }

  return {
    send(kind, bytes = nothing) {
      heldBytes += bytes.length
      if (heldBytes > windowBytes && !isPaused) {
        isPaused = true
        source()?.pause()
      }
      pass({ kind, bytes, atNs: clock.nowNs() }, schedule)
    },
    handOn(sizeBytes) {
      heldBytes -= sizeBytes
      if (heldBytes > windowBytes || !isPaused) return
      isPaused = false
      source()?.resume()
    },
  }
}

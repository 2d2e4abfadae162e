import type { Clock, Nanoseconds } from '../clock.ts'
import {
  CONNECTIONS_MAX,
  type ConnectionEnd,
  type LoggedConnection,
  type RelayLog,
  TURNS_MAX,
} from './relay-log.ts'
import type { Releases } from './releases.ts'
import { createTurnCounter, type Turn } from './turns.ts'

/** The record of one connection, told of what happens as it happens. */
export interface ConnectionRecord {
  /** The client is being told that it is connected. */
  opened(): void
  /** Bytes were read of the client. */
  up(sizeBytes: number): void
  /** Bytes are being delivered to it. */
  down(sizeBytes: number): void
  /** The first end counts: others only follow from it. */
  end(by: ConnectionEnd['by'], how: ConnectionEnd['how']): void
}

/** Keeps what a relay sees, within bounds. */
export interface RelayRecorder {
  open(id: number, acceptedNs: Nanoseconds): ConnectionRecord
  log(): RelayLog
}

export function createRelayRecorder(rttNs: Nanoseconds, releases: Releases, clock: Clock): RelayRecorder {
  const kept = new Map<number, () => LoggedConnection>()
  const totals = { connections: 0, turns: 0, bytesUp: 0, bytesDown: 0 }

  function open(id: number, acceptedNs: Nanoseconds): ConnectionRecord {
    const turns: Turn[] = []
    let turnCount = 0
    let end: ConnectionEnd | undefined
    const counter = createTurnCounter(rttNs, turn => {
      totals.turns += 1
      turnCount += 1
      if (turns.length < TURNS_MAX) turns.push(turn)
    })
    totals.connections += 1
    kept.set(id, () => {
      const { bytesUp, bytesDown } = counter
      return { id, acceptedNs, turnCount, turns: [...turns], bytesUp, bytesDown, end }
    })
    const [oldest] = kept.keys()
    if (kept.size > CONNECTIONS_MAX && oldest !== undefined) kept.delete(oldest)
    return {
      opened: () => counter.opened(clock.nowNs()),
      up(sizeBytes) {
        totals.bytesUp += sizeBytes
        counter.up(clock.nowNs(), sizeBytes)
      },
      down(sizeBytes) {
        totals.bytesDown += sizeBytes
        counter.down(clock.nowNs(), sizeBytes)
      },
      end(by, how) {
        end ??= { by, how, atNs: clock.nowNs() }
      },
    }
  }

  return {
    open,
    log: () => ({
      rttNs,
      connections: [...kept.values()].map(connection => connection()),
      totals: { ...totals },
      lateness: releases.lateness(),
    }),
  }
}

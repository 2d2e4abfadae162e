import { describe, expect, it } from 'vitest'
import type { LoggedConnection, RelayLog } from '../link/relay-log.ts'
import { jobFigures } from './job-trips.ts'
import type { MarkedSubmission } from './round-trips.ts'

/** A connection whose turns are at these instants. */
function connection(id: number, instants: readonly number[]): LoggedConnection {
  const turns = instants.map(atNs => ({ atNs, bytesUp: 0, bytesDown: 0 }))
  return { id, acceptedNs: 0, turnCount: turns.length, turns, bytesUp: 0, bytesDown: 0 }
}

const logOf = (connections: readonly LoggedConnection[], bytesUp = 0, bytesDown = 0): RelayLog => ({
  rttNs: 100,
  connections,
  totals: { connections: connections.length, turns: 0, bytesUp, bytesDown },
  lateness: { releases: 0, p50Ns: 0, p99Ns: 0, maxNs: 0 },
})

/** It opened its connection, which took until `readyNs`. */
const opener = (connectionId: number, readyNs: number, endNs: number): MarkedSubmission => ({
  connectionId,
  startNs: 0,
  endNs,
  marks: [
    { phase: 'connect', atNs: 1 },
    { phase: 'send', atNs: readyNs },
  ],
})
const follower = (connectionId: number, startNs: number, endNs: number): MarkedSubmission => ({
  connectionId,
  startNs,
  endNs,
  marks: [{ phase: 'send', atNs: startNs }],
})

describe('the round trips of a job', () => {
  it('are shared out among messages that were in flight together', () => {
    const log = logOf([connection(1, [110, 220, 330, 440])], 4000, 800)
    const submissions = [
      opener(1, 230, 335),
      follower(1, 230, 335),
      follower(1, 336, 445),
      follower(1, 336, 445),
    ]
    expect(jobFigures(submissions, log).trial).toEqual({
      round_trips_setup: 2,
      round_trips_per_message: 0.5,
      bytes_up_per_message: 1000,
      bytes_down_per_message: 200,
    })
  })

  it('of a batch are those of its one call, whose messages all saw the connection opened', () => {
    const log = logOf([connection(1, [110, 220, 330])])
    const submissions = Array.from({ length: 100 }, () => opener(1, 230, 335))
    expect(jobFigures(submissions, log).trial).toMatchObject({
      round_trips_setup: 2,
      round_trips_per_message: 0.01,
    })
  })

  it('are summed over connections, goodbyes left out', () => {
    const log = logOf([connection(1, [110, 220, 330, 500]), connection(2, [110, 220, 330, 440])])
    const submissions = [
      opener(1, 230, 335),
      opener(2, 230, 335),
      follower(2, 336, 445),
      follower(2, 336, 445),
    ]
    expect(jobFigures(submissions, log).trial).toMatchObject({
      round_trips_setup: 2,
      round_trips_per_message: 0.75,
    })
  })

  it('are not told by a log that has lost a connection, nor where nothing was accepted', () => {
    const nothing = {
      round_trips_setup: null,
      round_trips_per_message: null,
      bytes_up_per_message: null,
      bytes_down_per_message: null,
    }
    const log = logOf([connection(1, [110, 220])])
    const lost = { ...log, totals: { ...log.totals, connections: 2 } }
    expect(jobFigures([opener(1, 115, 225)], lost).trial).toEqual(nothing)
    expect(jobFigures([], log).trial).toEqual(nothing)
  })
})

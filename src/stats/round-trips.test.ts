import { describe, expect, it } from 'vitest'
import type { LoggedConnection, RelayLog } from '../link/relay-log.ts'
import type { Phase } from '../phase.ts'
import { type MarkedSubmission, roundTripFigures, tripsOf } from './round-trips.ts'

/** Turns as [instant, bytes up by then, bytes down before]. */
type TurnRow = readonly [atNs: number, bytesUp: number, bytesDown: number]

function connection(
  id: number,
  turns: readonly TurnRow[],
  more: Partial<LoggedConnection> = {},
): LoggedConnection {
  return {
    id,
    acceptedNs: 0,
    turnCount: turns.length,
    turns: turns.map(([atNs, bytesUp, bytesDown]) => ({ atNs, bytesUp, bytesDown })),
    bytesUp: 10_000,
    bytesDown: 10_000,
    ...more,
  }
}

const logOf = (...connections: LoggedConnection[]): RelayLog => ({
  rttNs: 100,
  connections,
  totals: { connections: connections.length, turns: 0, bytesUp: 0, bytesDown: 0 },
  lateness: { releases: 0, p50Ns: 0, p99Ns: 0, maxNs: 0 },
})

/** Phases by the instant at which each is entered. */
function submission(
  connectionId: number,
  marks: Partial<Record<Phase, number>>,
  endNs: number,
): MarkedSubmission {
  const entries = Object.entries(marks).map(([phase, atNs]) => ({ phase: phase as Phase, atNs }))
  return { connectionId, startNs: entries[0]?.atNs ?? 0, endNs, marks: entries }
}

/** SMTP in clear text, pipelined: cold, then warm, then QUIT. */
const smtp = connection(1, [
  [110, 0, 0], // connected
  [210, 0, 0], // 220
  [312, 20, 40], // EHLO
  [415, 100, 140], // MAIL, RCPT, DATA
  [518, 1100, 190], // content
  [715, 1180, 220], // MAIL, RCPT, DATA
  [818, 2180, 270],
  [920, 2186, 300], // QUIT
])
const cold = submission(
  1,
  {
    encode: 0,
    queue: 5,
    connect: 8,
    greeting: 112,
    hello: 212,
    envelope: 314,
    data: 417,
    content: 418,
    reply: 419,
  },
  520,
)
const warm = submission(
  1,
  { encode: 610, queue: 612, envelope: 613, data: 717, content: 718, reply: 719 },
  820,
)

describe('the round trips of a submission', () => {
  it('are those of its connection within its span, each in its phase', () => {
    const trips = tripsOf(cold, logOf(smtp))
    expect(Object.fromEntries(trips?.phases ?? [])).toEqual({
      encode: 0,
      queue: 0,
      connect: 1,
      greeting: 1,
      hello: 1,
      envelope: 1,
      data: 0,
      content: 0,
      reply: 1,
    })
    expect(trips).toMatchObject({ setup: 3, message: 2, opened: true, bytesUp: 1100, bytesDown: 220 })
  })

  it('leave out the setup of a connection that was there, and what comes after the end', () => {
    expect(tripsOf(warm, logOf(smtp))).toMatchObject({
      setup: 0,
      message: 2,
      opened: false,
      bytesUp: 1080,
      bytesDown: 80,
    })
  })

  it('are none of a submission that was answered without one of its own', () => {
    const piped = submission(1, { encode: 520, envelope: 521 }, 522)
    expect(tripsOf(piped, logOf(smtp))).toMatchObject({
      setup: 0,
      message: 0,
      bytesUp: null,
      bytesDown: null,
    })
  })

  it('are unknown when the log does not hold its connection, or not all of its turns', () => {
    expect(tripsOf(cold, logOf())).toBeUndefined()
    const kept = smtp.turns.slice(0, 6)
    const cut = logOf({ ...smtp, turns: kept })
    expect(tripsOf(cold, cut)).toMatchObject({ message: 2, bytesDown: 220 })
    expect(tripsOf(warm, cut)).toBeUndefined()
  })
})

describe('the figures of a trial', () => {
  it('are exact where all submissions agree', () => {
    const { trial, phases } = roundTripFigures([cold, warm, warm], logOf(smtp))
    expect(trial).toEqual({
      round_trips_setup: 3,
      round_trips_per_message: 2,
      bytes_up_per_message: 1080,
      bytes_down_per_message: 80,
    })
    expect(Object.fromEntries(phases)).toEqual({
      encode: 0,
      queue: 0,
      connect: 1,
      greeting: 1,
      hello: 1,
      envelope: 1,
      data: 0,
      content: 0,
      reply: 1,
    })
  })

  it('are medians where they do not', () => {
    const http = (id: number, turns: number) =>
      connection(
        id,
        Array.from({ length: turns }, (_, i) => [100 * (i + 1), 10, 0] as const),
      )
    const log = logOf(http(1, 2), http(2, 2), http(3, 4))
    const sent = [1, 2, 3].map(id => submission(id, { encode: 0, connect: 5, send: 105, wait: 110 }, 1000))
    expect(roundTripFigures(sent, log).trial).toMatchObject({
      round_trips_setup: 1,
      round_trips_per_message: 1,
    })
    expect(roundTripFigures(sent.slice(1), log).trial).toMatchObject({ round_trips_per_message: 2 })
  })

  it('are not applicable without submissions whose round trips are known', () => {
    expect(roundTripFigures([warm], logOf()).trial).toEqual({
      round_trips_setup: null,
      round_trips_per_message: null,
      bytes_up_per_message: null,
      bytes_down_per_message: null,
    })
    expect(roundTripFigures([warm], logOf(smtp)).trial.round_trips_setup).toBeNull()
  })
})

import type { LoggedConnection, RelayLog } from '../link/relay-log.ts'
import { digits } from './digits.ts'
import { median } from './median.ts'
import { type MarkedSubmission, type RoundTripFigures, tripsOf } from './round-trips.ts'

/** Round trips of a connection but those after its last submission has ended, as QUIT's. */
function turnsOf({ turns, turnCount }: LoggedConnection, submissions: readonly MarkedSubmission[]): number {
  const lastEndNs = submissions.reduce((last, { endNs }) => Math.max(last, endNs), 0)
  return turnCount - turns.filter(({ atNs }) => atNs > lastEndNs).length
}

/** Round trips of opening a connection, as its opener saw it; those of a batch that opened it saw the same. */
function setupOf(submissions: readonly MarkedSubmission[], log: RelayLog): number {
  for (const submission of submissions) {
    const trips = tripsOf(submission, log)
    if (trips?.opened) return trips.setup
  }
  return 0
}

/**
 * What a job of many messages cost the network, shared out among them. With several in flight on a connection, or
 * in one call, a round trip is nobody's alone: so all of them are counted, and of bytes, goodbyes included.
 * Nothing where the log has lost a connection.
 */
export function jobFigures(submissions: readonly MarkedSubmission[], log: RelayLog): RoundTripFigures {
  const { connections, totals } = log
  const n = submissions.length
  const isWhole = n > 0 && connections.length === totals.connections
  const each = connections.map(connection => {
    const own = submissions.filter(({ connectionId }) => connectionId === connection.id)
    return { turns: turnsOf(connection, own), setup: setupOf(own, log) }
  })
  const setups = each.map(({ setup }) => setup)
  const message = each.reduce((sum, { turns, setup }) => sum + turns - setup, 0)
  const shared = (total: number) => (isWhole ? digits(total / n) : null)
  return {
    trial: {
      round_trips_setup: isWhole ? (median(setups) ?? null) : null,
      round_trips_per_message: shared(message),
      bytes_up_per_message: shared(totals.bytesUp),
      bytes_down_per_message: shared(totals.bytesDown),
    },
    phases: new Map(),
  }
}

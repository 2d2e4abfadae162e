import type { Nanoseconds } from '../clock.ts'
import type { LoggedConnection, RelayLog } from '../link/relay-log.ts'
import { type Phase, type PhaseMark, phases } from '../phase.ts'
import type { TrialRow } from '../run-store/schema.ts'
import { median } from './median.ts'

/** A submission whose phases' instants were kept. Instants are of one clock, the log's too. */
export interface MarkedSubmission {
  readonly connectionId: number
  readonly startNs: Nanoseconds
  readonly endNs: Nanoseconds
  readonly marks: readonly PhaseMark[]
}

/** What one submission cost the network. */
export interface Trips {
  /** Round trips of each phase that occurred; most have none. */
  readonly phases: ReadonlyMap<Phase, number>
  readonly setup: number
  readonly message: number
  /** Whether it opened its connection. */
  readonly opened: boolean
  /** null when it had no round trip of its own, between which bytes could be told apart. */
  readonly bytesUp: number | null
  readonly bytesDown: number | null
}

const setupPhases: ReadonlySet<Phase> = new Set([
  'queue',
  'dns',
  'connect',
  'tls',
  'greeting',
  'hello',
  'starttls',
  'auth',
])

/** The phase that an instant falls into: a turn's lies shortly before the client saw what ends the phase. */
function phaseAt(marks: readonly PhaseMark[], atNs: Nanoseconds): Phase | undefined {
  return (marks.findLast(mark => mark.atNs <= atNs) ?? marks[0])?.phase
}

/** Whether the log keeps every turn of the connection up to `index`, and the next one if there was any. */
const isWhole = ({ turns, turnCount }: LoggedConnection, index: number) =>
  turns.length === turnCount || index < turns.length - 1

/**
 * Lays a submission beside the turns of its connection: those within its span are its own, each in the phase
 * whose span holds it. What comes after its end, as QUIT's reply, is nobody's. Undefined when the log does not
 * hold its connection, or not all of its turns.
 */
export function tripsOf(
  { connectionId, startNs, endNs, marks }: MarkedSubmission,
  log: RelayLog,
): Trips | undefined {
  const connection = log.connections.find(({ id }) => id === connectionId)
  if (!connection) return undefined
  const { turns } = connection
  const first = turns.findIndex(({ atNs }) => atNs >= startNs)
  const last = turns.findLastIndex(({ atNs }) => atNs <= endNs)
  if (!isWhole(connection, last)) return undefined
  const own = first < 0 ? [] : turns.slice(first, last + 1)
  const byPhase = new Map<Phase, number>(marks.map(({ phase }) => [phase, 0]))
  let setup = 0
  for (const { atNs } of own) {
    const phase = phaseAt(marks, atNs)
    if (phase === undefined) continue
    byPhase.set(phase, (byPhase.get(phase) ?? 0) + 1)
    if (setupPhases.has(phase)) setup += 1
  }
  const [begin, final] = [own[0], own.at(-1)]
  // A turn tells what the client had sent by then, all of its question, and what it had been sent before.
  const nextDown = turns[last + 1]?.bytesDown ?? connection.bytesDown
  return {
    phases: byPhase,
    setup,
    message: own.length - setup,
    opened: byPhase.has('connect'),
    bytesUp: final ? final.bytesUp - (turns[first - 1]?.bytesUp ?? 0) : null,
    bytesDown: begin ? nextDown - begin.bytesDown : null,
  }
}

/** The figures of summary.csv, and the column of phases.csv, that follow from counted round trips. */
export interface RoundTripFigures {
  readonly trial: Pick<
    TrialRow,
    'round_trips_setup' | 'round_trips_per_message' | 'bytes_up_per_message' | 'bytes_down_per_message'
  >
  readonly phases: ReadonlyMap<Phase, number>
}

const medianOrNull = (values: readonly (number | null)[]) =>
  median(values.filter(value => value !== null)) ?? null

/**
 * Medians over submissions: exact counts where all agree. Setup is of those that opened a connection, a phase's
 * count of those in which it occurred; bytes are of whole submissions, setup included where they have one.
 */
export function roundTripFigures(submissions: readonly MarkedSubmission[], log: RelayLog): RoundTripFigures {
  const trips = submissions.map(submission => tripsOf(submission, log)).filter(each => each !== undefined)
  const counts = new Map<Phase, number>()
  for (const phase of phases) {
    const count = median(trips.flatMap(each => each.phases.get(phase) ?? []))
    if (count !== undefined) counts.set(phase, count)
  }
  return {
    trial: {
      round_trips_setup: medianOrNull(trips.filter(({ opened }) => opened).map(({ setup }) => setup)),
      round_trips_per_message: medianOrNull(trips.map(({ message }) => message)),
      bytes_up_per_message: medianOrNull(trips.map(({ bytesUp }) => bytesUp)),
      bytes_down_per_message: medianOrNull(trips.map(({ bytesDown }) => bytesDown)),
    },
    phases: counts,
  }
}

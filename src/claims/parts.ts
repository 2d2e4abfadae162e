import type { LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { type Interval, isOffZero } from '../stats/interval.ts'
import { median } from '../stats/median.ts'
import { pairedShift } from '../stats/paired.ts'
import { type Comparison, roundsOf } from './comparison.ts'
import { libraryCosts } from './library-cost.ts'

/** A part that is measured, and can be told from none. */
export interface Part {
  readonly ms: number
  readonly interval: Interval
}

/** What SMTP's median latency differs by from the API's, in milliseconds: set-up, message and rest add up to it. */
export interface Parts {
  readonly differenceMs: number
  /** Round trips of opening a connection, where each message opens one. */
  readonly setupMs: number
  /** Round trips of the message itself. */
  readonly messageMs: number
  /**
   * What is left: client libraries, servers, encryption, and of a server that is not ours its distance as far as it
   * is not known. null where it cannot be told from none.
   */
  readonly rest: Part | null
  /** Of the rest, what the client libraries take beyond their protocols; null where that cannot be told. */
  readonly library: Part | null
}

/**
 * How far the server is. Of a local sink, what was emulated; of another, what its TCP handshakes took. Null where
 * neither is known.
 */
export function distanceMs(run: StoredRun, { label, target, link_rtt_ms }: LabelRow): number | null {
  if (target?.startsWith('sink')) return link_rtt_ms
  const handshakes = run.phases
    .filter(row => row.label === label && row.phase === 'connect')
    .flatMap(({ p50_ms, mean_ms }) => p50_ms ?? mean_ms ?? [])
  return median(handshakes) ?? null
}

/** Milliseconds that a side spends on round trips of set-up and of messages; null where they were not counted. */
function travelOf(run: StoredRun, row: LabelRow): { setupMs: number; messageMs: number } | null {
  const { round_trips_setup: setup, round_trips_per_message: message, connection } = row
  const distance = distanceMs(run, row)
  if (setup === null || message === null || distance === null) return null
  return { setupMs: connection === 'fresh' ? setup * distance : 0, messageMs: message * distance }
}

const told = (ms: number, interval: Interval | undefined): Part | null =>
  isOffZero(interval) && Math.sign(ms) === Math.sign(interval.low) ? { ms, interval } : null

/** Two intervals of 97.5 % hold together with 95 % (Bonferroni). */
const EACH_OF_TWO = 0.975

function libraryPart(run: StoredRun, { smtp, http, level }: Comparison): Part | null {
  if (level !== 'library') return null
  const costs = libraryCosts(run, EACH_OF_TWO)
  const [ours, theirs] = [smtp, http].map(({ label }) => costs.find(cost => cost.label === label)?.latencyMs)
  if (!ours?.interval || !theirs?.interval) return null
  return told(ours.value - theirs.value, {
    low: ours.interval.low - theirs.interval.high,
    high: ours.interval.high - theirs.interval.low,
  })
}

/** Null where a side was accepted nowhere, or its round trips were not counted. */
export function partsOf(run: StoredRun, comparison: Comparison): Parts | null {
  const { smtp, http } = comparison
  const [ours, theirs] = [travelOf(run, smtp), travelOf(run, http)]
  if (smtp.latency_p50_ms === null || http.latency_p50_ms === null || !ours || !theirs) return null
  const differenceMs = smtp.latency_p50_ms - http.latency_p50_ms
  const setupMs = ours.setupMs - theirs.setupMs
  const messageMs = ours.messageMs - theirs.messageMs
  const travelMs = setupMs + messageMs
  const rests = roundsOf(run, smtp, http, trial => trial.latency_p50_ms).map(
    round => round.smtp - round.http - travelMs,
  )
  return {
    differenceMs,
    setupMs,
    messageMs,
    rest: told(differenceMs - travelMs, pairedShift(rests)?.interval),
    library: libraryPart(run, comparison),
  }
}

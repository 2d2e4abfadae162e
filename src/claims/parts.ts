import type { LabelRow } from '../run-store/schema.ts'
import type { StoredRun } from '../run-store/stored-run.ts'
import { median } from '../stats/median.ts'
import type { Comparison } from './comparison.ts'
import { libraryCosts } from './library-cost.ts'

/** What SMTP's median latency differs by from the API's, in milliseconds, part by part; they add up to the whole. */
export interface Parts {
  readonly differenceMs: number
  /** Round trips of opening a connection, where each message opens one. */
  readonly setupMs: number
  /** Round trips of the message itself. */
  readonly messageMs: number
  /** What the client libraries take beyond their protocols; null where no bare client was measured beside them. */
  readonly libraryMs: number | null
  /** What is left: servers, encryption, and of a server that is not ours its distance as far as it is not known. */
  readonly restMs: number
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

/** Null where a side was accepted nowhere, or its round trips were not counted. */
export function partsOf(run: StoredRun, { smtp, http, level }: Comparison): Parts | null {
  const [ours, theirs] = [travelOf(run, smtp), travelOf(run, http)]
  if (smtp.latency_p50_ms === null || http.latency_p50_ms === null || !ours || !theirs) return null
  const costs = libraryCosts(run.labels)
  const costOf = ({ label }: LabelRow) => costs.find(cost => cost.label === label)?.latencyMs
  const [ourCost, theirCost] = level === 'library' ? [costOf(smtp), costOf(http)] : [0, 0]
  const libraryMs = ourCost === undefined || theirCost === undefined ? null : ourCost - theirCost
  const differenceMs = smtp.latency_p50_ms - http.latency_p50_ms
  const setupMs = ours.setupMs - theirs.setupMs
  const messageMs = ours.messageMs - theirs.messageMs
  return {
    differenceMs,
    setupMs,
    messageMs,
    libraryMs,
    restMs: differenceMs - setupMs - messageMs - (libraryMs ?? 0),
  }
}

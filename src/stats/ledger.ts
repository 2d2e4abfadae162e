import type { Outcome } from '../sample.ts'
import { outcomeCode } from './outcome-book.ts'

/** The client's outcomes beside what the sink took, over all submissions of a trial, warm-up included. */
export interface Ledger {
  /** The client was told yes; the sink never took it. */
  readonly lost: number
  /** Messages taken beyond the first of their identity. The sink stops counting at 255 of one. */
  readonly duplicated: number
  /** Resolved in-doubt: taken after all. */
  readonly inDoubtTaken: number
  /** Taken, though we ended the submission: no error, the end came too late. */
  readonly abortedTaken: number
  /**
   * Taken, though the client reports it as certainly not taken (refused, faulted, never sent), or does not
   * know it. A client or sink that does this is wrong: a failed self-check.
   */
  readonly takenUnaccounted: number
}

/** @param outcomes by index, see OutcomeBook. @param counts times the sink took each, by index. */
export function compareLedger(outcomes: Uint8Array, counts: Uint8Array): Ledger {
  const ledger = { lost: 0, duplicated: 0, inDoubtTaken: 0, abortedTaken: 0, takenUnaccounted: 0 }
  const length = Math.max(outcomes.length, counts.length)
  for (let index = 0; index < length; index++) {
    const outcome = outcomes[index] ?? 0
    const taken = counts[index] ?? 0
    if (taken > 1) ledger.duplicated += taken - 1
    if (outcome === outcomeCode.accepted) {
      if (taken === 0) ledger.lost++
    } else if (taken > 0) {
      if (outcome === outcomeCode.in_doubt) ledger.inDoubtTaken++
      else if (outcome === outcomeCode.aborted) ledger.abortedTaken++
      else ledger.takenUnaccounted++
    }
  }
  return ledger
}

/** Whether the books close: every scheduled submission has its one outcome. */
export interface Balance {
  readonly scheduled: number
  readonly ended: number
  readonly byOutcome: Readonly<Record<Outcome, number>>
  readonly holds: boolean
}

/** @param scheduled all that came due, warm-up included, counted apart from the outcomes. */
export function balance(outcomes: Uint8Array, scheduled: number): Balance {
  const tally = new Float64Array(256)
  for (const code of outcomes) tally[code] = (tally[code] as number) + 1
  const byOutcome = Object.fromEntries(
    Object.entries(outcomeCode).map(([outcome, code]) => [outcome, tally[code] ?? 0]),
  ) as Record<Outcome, number>
  const ended = Object.values(byOutcome).reduce((sum, count) => sum + count, 0)
  return { scheduled, ended, byOutcome, holds: ended === scheduled && ended === outcomes.length }
}

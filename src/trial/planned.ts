import { type Random, shuffled } from '../random.ts'
import { repetitionsBefore } from '../stats/round.ts'
import type { Condition } from './condition.ts'
import { floorsOf } from './floor.ts'
import type { Prepared } from './prepare.ts'

/** One repetition of one label, in the order in which it will be run. */
export interface Planned {
  readonly trial: number
  /**
   * A floor is the same load on the null transport: what the harness itself costs, and how late it starts. An
   * anatomy counts round trips.
   */
  readonly purpose: 'measure' | 'floor' | 'anatomy'
  readonly condition: Condition
  readonly repetition: number
  /** Counts from 1; 0 for what stands before the first round. */
  readonly round: number
}

/**
 * Every label once a round, each round in an order of its own: what drifts on the machine, or over the hour,
 * hits all labels alike (randomised complete blocks, Fisher 1935). A label with fewer repetitions than others
 * sits out some rounds, evenly.
 */
export function interleave(conditions: readonly Condition[], random: Random): Planned[] {
  const rounds = Math.max(0, ...conditions.map(({ repetitions }) => repetitions))
  return Array.from({ length: rounds }, (_, round) =>
    shuffled(conditions, random).flatMap(condition => {
      const repetition = repetitionsBefore(condition.repetitions, round + 1, rounds)
      return repetition > repetitionsBefore(condition.repetitions, round, rounds)
        ? [{ condition, repetition, round: round + 1 }]
        : []
    }),
  )
    .flat()
    .map((planned, i) => ({ trial: i + 1, purpose: 'measure', ...planned }))
}

/** The floors first, one for each load; then the anatomies, one for each kind; then the rounds. */
export function planTrials({ conditions, anatomies }: Prepared, random: Random): Planned[] {
  const once = (purpose: 'floor' | 'anatomy') => (condition: Condition) => ({
    purpose,
    condition,
    repetition: 1,
    round: 0,
  })
  return [
    ...floorsOf(conditions).map(once('floor')),
    ...anatomies.map(once('anatomy')),
    ...interleave(conditions, random.fork('order')),
  ].map((planned, i) => ({ ...planned, trial: i + 1 }))
}

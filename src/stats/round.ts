/** Repetitions of a label before the end of round `round` of `rounds`: those with fewer are spread over all of them. */
export const repetitionsBefore = (repetitions: number, round: number, rounds: number): number =>
  Math.round((repetitions * round) / rounds)

/**
 * The round that a repetition ran in, both counted from 1. Of labels with as many repetitions it is the same number;
 * one with fewer sits out rounds, so that its second may have run beside the fourth of another.
 * @param repetitions that the label has in the plan; @param rounds as many as the label with the most has
 */
export function roundOf(repetition: number, repetitions: number, rounds: number): number {
  let round = Math.max(1, repetition)
  while (round < rounds && repetitionsBefore(repetitions, round, rounds) < repetition) round++
  return round
}

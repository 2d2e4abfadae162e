import { expect, test } from 'vitest'
import { repetitionsBefore, roundOf } from './round.ts'

const roundsOf = (repetitions: number, rounds: number) =>
  Array.from({ length: repetitions }, (_, i) => roundOf(i + 1, repetitions, rounds))

test('a label that is in every round has its repetition’s number', () => {
  expect(roundsOf(5, 5)).toEqual([1, 2, 3, 4, 5])
})

test('a label with fewer repetitions sits out rounds evenly', () => {
  expect(roundsOf(6, 12)).toEqual([1, 3, 5, 7, 9, 11])
  expect(roundsOf(3, 10)).toEqual([2, 5, 9])
  expect(roundsOf(1, 10)).toEqual([5])
})

test('each repetition is of the round before whose end it is not over', () => {
  for (let rounds = 1; rounds <= 40; rounds++)
    for (let repetitions = 1; repetitions <= rounds; repetitions++)
      for (const [i, round] of roundsOf(repetitions, rounds).entries()) {
        expect(repetitionsBefore(repetitions, round, rounds)).toBe(i + 1)
        expect(repetitionsBefore(repetitions, round - 1, rounds)).toBe(i)
      }
})

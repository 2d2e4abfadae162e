import { expect, test } from 'vitest'
import { exactSteps } from './exact-steps.ts'

test.each([
  ['a count that became another, at once', [2, 2, 2, 4], 0, [3]],
  ['there and back', [2, 2, 2, 4, 4, 4, 2], 0, [3, 6]],
  ['a single one that is another, once', [2, 2, 2, 4, 2, 2, 2], 0, [3]],
  ['what varies from run to run never', [5, 6, 5, 7, 5, 5, 6], 0, []],
  ['the first runs of a history never', [2, 2, 4, 4], 0, []],
  ['what is within the slack never', [1000, 1004, 998, 1009], 0.01, []],
  ['what is beyond it', [1000, 1004, 998, 1011], 0.01, [3]],
  ['from nothing to something', [0, 0, 0, 1], 0.01, [3]],
  ['nothing at all', [], 0, []],
])('%s', (_, values, slack, steps) => {
  expect(exactSteps(values, slack)).toEqual(steps)
})

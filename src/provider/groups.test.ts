import { expect, it } from 'vitest'
import { groupsOf } from './groups.ts'

it.each([
  ['the recipients of one message', ['a', 'b'], ['1', '1'], [[0, 1]]],
  ['two messages', ['a', 'b'], ['1', '2'], [[0], [1]]],
  ['two messages to one address', ['a', 'a'], ['1', '2'], [[0], [1]]],
  [
    'one message that comes twice',
    ['a', 'b', 'a', 'b'],
    ['1', '1', '1', '1'],
    [
      [0, 1],
      [2, 3],
    ],
  ],
  ['messages of which nothing tells what they are', ['a', 'b'], [], [[0], [1]]],
  ['nothing', [], [], []],
])('finds %s', (_what, addresses, ids, places) => {
  const groups = groupsOf(addresses, ids)
  expect(groups.map(group => group.places)).toEqual(places)
  expect(groups.map(({ id }) => id)).toEqual(places.map(([first = 0]) => ids[first]))
})

import { expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { Queue } from './queue.ts'

it('gives things in the order in which they came, however many came before', () => {
  const random = createRandom('queue')
  const queue = new Queue<number>()
  const model: number[] = []
  let next = 0
  for (let step = 0; step < 50_000; step++) {
    // It fills up to thousands, and empties, by turns.
    if (random.next() < (step % 10_000 < 5000 ? 0.8 : 0.2)) {
      queue.push(next)
      model.push(next++)
    } else {
      if (queue.peek() !== model[0]) expect.unreachable(`${queue.peek()} is not ${model[0]}`)
      if (queue.shift() !== model.shift()) expect.unreachable(`at step ${step}`)
    }
  }
  expect(next).toBeGreaterThan(20_000)
})

it('has nothing when it is empty', () => {
  const queue = new Queue<string>()
  expect([queue.peek(), queue.shift()]).toEqual([undefined, undefined])
  queue.push('a')
  expect([queue.peek(), queue.shift(), queue.shift()]).toEqual(['a', 'a', undefined])
})

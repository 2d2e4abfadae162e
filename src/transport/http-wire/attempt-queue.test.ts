import { describe, expect, it } from 'vitest'
import { systemClock } from '../../clock.ts'
import { createWatch } from '../watch.ts'
import { AttemptQueue } from './attempt-queue.ts'
import { WireAttempt } from './wire-attempt.ts'

function attempts(from: number, to: number): WireAttempt[] {
  const { signal } = new AbortController()
  using watch = createWatch({ timeoutNs: 1e9, clock: systemClock, signal })
  return Array.from({ length: to - from }, (_, i) => new WireAttempt(from + i, watch, false))
}

function drained(queue: AttemptQueue): number[] {
  const indexes: number[] = []
  for (let next = queue.shift(); next; next = queue.shift()) indexes.push(next.index)
  return indexes
}

describe('the queue of attempts', () => {
  it('serves first who came first, also those that are put back', () => {
    const queue = new AttemptQueue()
    for (const attempt of attempts(0, 4)) queue.push(attempt)
    const taken = [queue.shift(), queue.shift()].filter(attempt => attempt !== undefined)
    queue.unshift(taken)
    for (const attempt of attempts(4, 6)) queue.push(attempt)
    expect(drained(queue)).toEqual([0, 1, 2, 3, 4, 5])
    expect(queue.peek()).toBeUndefined()
  })

  it('leaves out who was stopped meanwhile', () => {
    const queue = new AttemptQueue()
    const waiting = attempts(0, 5)
    for (const attempt of waiting) queue.push(attempt)
    for (const stopped of [0, 1, 3]) waiting[stopped]?.fail('timeout', 'too long', 0)
    expect(queue.peek()?.index).toBe(2)
    expect(drained(queue)).toEqual([2, 4])
  })

  it('keeps its order over many that come and go', () => {
    const queue = new AttemptQueue()
    const served: number[] = []
    for (const attempt of attempts(0, 5000)) {
      queue.push(attempt)
      if (attempt.index % 3 > 0) served.push(queue.shift()?.index ?? -1)
    }
    expect([...served, ...drained(queue)]).toEqual(Array.from({ length: 5000 }, (_, i) => i))
  })
})

import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createGather } from './gather.ts'

describe('gather', () => {
  test('sends the answer to the only connection at once', () => {
    const sent: string[] = []
    createGather(() => true)(() => sent.push('a'))
    expect(sent).toEqual(['a'])
  })

  test('sends what is ready in one turn at its end, in order', async () => {
    const sent: string[] = []
    const gather = createGather(() => false)
    gather(() => sent.push('a'))
    gather(() => sent.push('b'))
    expect(sent).toEqual([])
    await nextTurn()
    expect(sent).toEqual(['a', 'b'])
  })

  test('leaves what becomes ready while it sends to the next turn', async () => {
    const sent: string[] = []
    const gather = createGather(() => false)
    gather(() => gather(() => sent.push('later')))
    await nextTurn()
    expect(sent).toEqual([])
    await nextTurn()
    expect(sent).toEqual(['later'])
  })
})

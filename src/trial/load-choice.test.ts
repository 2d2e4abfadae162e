import { describe, expect, test } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import { createRandom } from '../random.ts'
import { virtualClock } from '../virtual-clock.ts'
import { createLoad, dueWithin, type LoadFields, loadColumns, loadLabel, loadOf } from './load-choice.ts'

const ramp = { from: 100, to: 500, over: '10s' }

describe('the load of a condition', () => {
  test.each([
    { fields: {}, label: '1u', columns: { load: 'closed', users: 1, rate_per_s: null } },
    {
      fields: { users: 7, think: '5ms' },
      label: '7u',
      columns: { load: 'closed', users: 7, rate_per_s: null },
    },
    { fields: { rate: 50 }, label: '50/s', columns: { load: 'constant', users: null, rate_per_s: 50 } },
    {
      fields: { rate: 50, arrivals: 'poisson' as const },
      label: '50/s poisson',
      columns: { load: 'poisson', users: null, rate_per_s: 50 },
    },
    { fields: { ramp }, label: '100-500/s', columns: { load: 'ramp', users: null, rate_per_s: 500 } },
    {
      fields: { ramp: { ...ramp, back: true } },
      label: '100-500-100/s',
      columns: { load: 'ramp', users: null, rate_per_s: 500 },
    },
  ])('$label', ({ fields, label, columns }) => {
    const choice = loadOf(fields)
    expect(loadLabel(choice)).toBe(label)
    expect(loadColumns(choice)).toEqual(columns)
  })

  test.each<[LoadFields, RegExp]>([
    [{ users: 3, rate: 5 }, /users and rate exclude each other/],
    [{ think: '1s', ramp }, /think and ramp exclude each other/],
    [{ rate: 5, ramp }, /rate and ramp exclude each other/],
    [{ arrivals: 'poisson' }, /arrivals: goes with a rate/],
  ])('%j contradicts itself', (fields, words) => {
    expect(() => loadOf(fields)).toThrow(words)
  })

  test.each<[LoadFields]>([
    [{ rate: 30 }],
    [{ ramp: { ...ramp, over: '2s' } }],
    [{ ramp: { ...ramp, over: '2s', back: true } }],
  ])('%j sends as many as are due', async fields => {
    const clock = virtualClock()
    const choice = loadOf(fields)
    const durationNs = 4 * NS_PER_S
    let sent = 0
    const submit = async () => {
      sent += 1
    }
    const sender = { submit, drop: () => {} }
    const bounds = { messages: Number.MAX_SAFE_INTEGER, durationNs }
    const run = createLoad(choice, createRandom('due')).run(
      sender,
      0,
      bounds,
      clock,
      new AbortController().signal,
    )
    await clock.drain()
    expect(await run).toBe(dueWithin(choice, durationNs))
    expect(sent).toBe(dueWithin(choice, durationNs))
  })
})

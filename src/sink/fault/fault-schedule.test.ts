import { describe, expect, it } from 'vitest'
import { NS_PER_S } from '../../clock.ts'
import { formatIdentity } from '../../message/identity.ts'
import { createRandom } from '../../random.ts'
import { createDraws } from '../draws.ts'
import type { Step } from './fault.ts'
import { scheduleFaults } from './fault-schedule.ts'
import type { FaultSpec } from './fault-spec.ts'

const random = createRandom('faults')
/** The kinds of so many exchanges, one letter each; a dot where nothing happens. */
function pattern(specs: readonly FaultSpec[], step: Step, count: number): string {
  const schedule = scheduleFaults(specs)
  return Array.from({ length: count }, () => schedule.at(step, random).fault?.kind[0] ?? '.').join('')
}

describe('how often a fault happens', () => {
  it.each([
    [{ at: 'data', do: 'reset' }, 'rrrrrr'],
    [{ at: 'data', do: 'reset', first: 2 }, 'rr....'],
    [{ at: 'data', do: 'reset', every: 3 }, '..r..r'],
    [{ at: 'data', do: 'reset', share: 0 }, '......'],
    [{ at: 'data', do: 'reset', share: '100%' }, 'rrrrrr'],
    [{ at: 'content', do: 'reset' }, '......'],
  ] as const)('%j', (spec, expected) => {
    expect(pattern([spec], 'data', 6)).toBe(expected)
  })

  it('is counted of all its steps together', () => {
    const schedule = scheduleFaults([{ at: ['sender', 'data'], do: 'reset', first: 1 }])
    expect(schedule.at('sender', random).fault).toEqual({ kind: 'reset' })
    expect(schedule.at('data', random).fault).toBeUndefined()
  })

  it('begins anew when it is told to, for good or for so many times', () => {
    const schedule = scheduleFaults([
      { at: 'sender', do: 'reset', first: 1 },
      { at: 'data', do: 'reset', every: 3, persists: true },
    ])
    const hits = () =>
      [1, 2, 3, 4].map(() =>
        [schedule.at('sender', random), schedule.at('data', random)].map(({ fault }) => !!fault),
      )
    const expected = [
      [true, false],
      [false, false],
      [false, true],
      [false, true],
    ]
    expect(hits()).toEqual(expected)
    expect(hits()).toEqual([1, 2, 3, 4].map(() => [false, true]))
    schedule.restart()
    expect(hits()).toEqual(expected)
  })

  it('is its share, of the same messages for both protocols and whatever else is in the script', () => {
    const hitBy = (specs: readonly FaultSpec[]) => {
      const [schedule, draws] = [scheduleFaults(specs), createDraws('seed')]
      const ids = Array.from({ length: 10_000 }, (_, index) =>
        formatIdentity({ run: '0badcafe', trial: 1, index }),
      )
      return ids.filter(id => schedule.at('content', draws(id)).fault?.kind === 'reset')
    }
    const alone = hitBy([{ at: 'content', do: 'reset', share: '5%' }])
    // Binomial(10,000, 0.05): four standard deviations are 87.
    expect(Math.abs(alone.length - 500)).toBeLessThan(88)
    expect(
      hitBy([
        { at: 'content', do: 'reset', share: '5%' },
        { at: 'content', do: 'end', share: '50%' },
      ]),
    ).toEqual(alone)
  })

  it('is drawn for each step by itself: who is hit at one is not hit at all', () => {
    const schedule = scheduleFaults([{ at: ['recipient', 'data'], do: 'reset', share: '50%' }])
    const draws = createDraws('seed')
    const both = Array.from({ length: 1000 }, (_, index) => {
      const id = formatIdentity({ run: '0badcafe', trial: 1, index })
      return (['recipient', 'data'] as const).every(step => schedule.at(step, draws(id, step)).fault)
    })
    // Binomial(1,000, 0.25): four standard deviations are 55.
    expect(Math.abs(both.filter(Boolean).length - 250)).toBeLessThan(56)
  })
})

describe('several faults', () => {
  it('at one step give the first that happens, and each counts for itself', () => {
    const specs: FaultSpec[] = [
      { at: 'data', do: 'reset', every: 2 },
      { at: 'data', do: 'end', every: 3 },
    ]
    expect(pattern(specs, 'data', 12)).toBe('.rer.r.rer.r')
  })

  it('add up their stalls, before anything else', () => {
    const schedule = scheduleFaults([
      { at: 'data', do: 'stall', for: '1s' },
      { at: 'data', do: 'stall', for: '2s' },
      { at: 'data', do: 'unacknowledged', by: 'end' },
    ])
    expect(schedule.at('data', random)).toEqual({
      stallNs: 3 * NS_PER_S,
      fault: { kind: 'unacknowledged', by: 'end' },
      byteFaults: undefined,
    })
  })

  it('after bytes are drawn together, as a connection begins', () => {
    const schedule = scheduleFaults([
      { at: { bytes_in: '1kb' }, do: 'stall', for: '1s', first: 1 },
      { at: { bytes_out: 7 }, do: 'silence' },
    ])
    expect(schedule.steps).toEqual(new Set(['connect']))
    const silence = { direction: 'out', afterBytes: 7, fault: { kind: 'silence' } }
    const stall = { direction: 'in', afterBytes: 1024, fault: { kind: 'stall', forNs: NS_PER_S } }
    expect(schedule.at('connect', random).byteFaults).toEqual([stall, silence])
    expect(schedule.at('connect', random).byteFaults).toEqual([silence])
  })

  it('at a rate per bytes strike each byte alike, and those that end nothing again and again', () => {
    const places = (at: object, kind: string) => {
      const spec = { at, do: kind, share: '5%', ...(kind === 'stall' && { for: '1s' }) } as FaultSpec
      const schedule = scheduleFaults([spec])
      return Array.from({ length: 1000 }, () => schedule.at('connect', random).byteFaults ?? [])
    }
    const ends = places({ each_bytes_in: '10kb' }, 'reset').map(faults =>
      faults.map(({ afterBytes }) => afterBytes),
    )
    const mean = ends.flat().reduce((sum, bytes) => sum + bytes, 0) / 1000
    // 20 times 10 kB; the mean of 1,000 exponentials is within four standard errors of 1/sqrt(1,000).
    expect(Math.abs(mean / (20 * 10_240) - 1)).toBeLessThan(4 / Math.sqrt(1000))
    expect(ends.every(faults => faults.length === 1 && (faults[0] ?? 0) >= 1)).toBe(true)
    const [stalls = []] = places({ each_bytes_out: 1 }, 'stall')
    expect(stalls.length).toBe(64)
    expect(stalls.every(({ direction }) => direction === 'out')).toBe(true)
  })
})

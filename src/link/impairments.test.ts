import { describe, expect, it } from 'vitest'
import { NS_PER_MS } from '../clock.ts'
import type { Random } from '../random.ts'
import { bandwidth } from './bandwidth.ts'
import { blackHole } from './blackhole.ts'
import { chain } from './impairment.ts'
import { jitter } from './jitter.ts'
import { pass, type Short, through } from './parcels.fixture.ts'
import { reset } from './reset.ts'
import { roundTrip } from './rtt.ts'
import { stall } from './stall.ts'

const ms = (span: number) => span * NS_PER_MS
const NEVER = Number.POSITIVE_INFINITY

describe('a round-trip time', () => {
  it('delays each way by half of it, counted from the instant of each parcel: delays overlap', () => {
    const sent: Short[] = [
      [0, '<open>'],
      [1, 'a'],
      [2, 'b'],
      [50, '<end>'],
    ]
    expect(pass(roundTrip(ms(20)), sent)).toEqual([
      [10, '<open>'],
      [11, 'a'],
      [12, 'b'],
      [60, '<end>'],
    ])
  })

  it('delivers the handshake after one, a greeting after two, and the first answer to a client after two', () => {
    const { up, down } = through(roundTrip(ms(20)))
    expect(up(0, '<open>')).toEqual([[10, '<open>']])
    expect(down(10, '<open>')).toEqual([[20, '<open>']])
    expect(down(10, '220')).toEqual([[40, '220']])
    // The client speaks as soon as it is connected.
    expect(up(20, 'hello')).toEqual([[30, 'hello']])
    expect(down(30, 'hi')).toEqual([[40, 'hi']])
    expect(down(45, 'later')).toEqual([[55, 'later']])
  })

  it('keeps the order of a late greeting and the answer that follows it', () => {
    const { up, down } = through(roundTrip(ms(20)))
    up(20, 'hello')
    expect(down(29, 'greeting')).toEqual([[59, 'greeting']])
    expect(down(30, 'answer')).toEqual([[59, 'answer']])
  })

  it('lets a server that hangs up unasked be heard no sooner than its greeting', () => {
    const { down } = through(roundTrip(ms(20)))
    expect(down(10, '<open>')).toEqual([[20, '<open>']])
    expect(down(10, '<end>')).toEqual([[40, '<end>']])
  })
})

describe('jitter', () => {
  /** Spans as they are told, one after the other. */
  const told = (...spansMs: number[]) => jitter(() => ms(spansMs.shift() ?? 0))

  it('adds a span of its own to each parcel, and lets nothing overtake', () => {
    const sent: Short[] = [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
      [20, 'd'],
    ]
    expect(pass(told(3, 9, 0, 1), sent)).toEqual([
      [3, 'a'],
      [10, 'b'],
      [10, 'c'],
      [21, 'd'],
    ])
  })

  it('replays with its seed, and treats each way and each connection differently', () => {
    const random = jitter((random: Random) => random.next() * ms(1))
    const spans = (seed: string) => {
      const { up, down } = through(random, seed)
      return [up(0, 'a'), down(0, 'a')].map(([short]) => short?.[0])
    }
    expect(spans('one')).toEqual(spans('one'))
    expect(new Set([...spans('one'), ...spans('two')]).size).toBe(4)
  })
})

describe('a bandwidth', () => {
  /** 8 Mbit/s: a byte takes a microsecond, and a piece of 1,460 bytes 1.46 ms. */
  const line = (direction: 'up' | 'down' | 'both' = 'both') =>
    bandwidth({
      ...(direction !== 'down' && { upBitPerS: 8e6 }),
      ...(direction !== 'up' && { downBitPerS: 8e6 }),
    })
  const shape = (parcels: readonly Short[]) => parcels.map(([atMs, what]) => [atMs, what.length])

  it('lets bytes pass no faster, in pieces', () => {
    expect(shape(pass(line(), [[0, 'x'.repeat(3000)]]))).toEqual([
      [1.46, 1460],
      [2.92, 1460],
      [3, 80],
    ])
  })

  it('queues what comes sooner than the line is free, and saves nothing up while it is', () => {
    const sent: Short[] = [
      [0, 'x'.repeat(1000)],
      [0.5, 'x'.repeat(1000)],
      [0.6, '<end>'],
      [100, 'x'.repeat(1000)],
    ]
    expect(shape(pass(line(), sent)).map(([atMs]) => atMs)).toEqual([1, 2, 2, 101])
  })

  it('is shared by connections, and not by directions', () => {
    const shared = line()
    const [one, other] = [through(shared), through(shared)]
    expect(shape(one.up(0, 'x'.repeat(1000)))).toEqual([[1, 1000]])
    expect(shape(other.up(0, 'x'.repeat(1000)))).toEqual([[2, 1000]])
    expect(shape(other.down(0, 'x'.repeat(1000)))).toEqual([[1, 1000]])
  })

  it.each(['up', 'down'] as const)('may be limited in one direction only: %s', direction => {
    const { up, down } = through(line(direction))
    expect([up(0, 'x'.repeat(1000)), down(0, 'x'.repeat(1000))].map(([short]) => short?.[0])).toEqual(
      direction === 'up' ? [1, 0] : [0, 1],
    )
  })

  it('is exact over many pieces of whatever size: what each is rounded by does not add up', () => {
    // 3 bit a nanosecond: a byte takes 2 2/3 ns.
    const { up } = through(bandwidth({ upBitPerS: 3e9 }))
    const ends = Array.from({ length: 30_000 }, () => up(0, 'x').at(-1)?.[0])
    expect(ends.at(-1)).toBe(0.08)
  })
})

describe('a stall', () => {
  it.each<[string, Parameters<typeof stall>[0], Short[], Short[]]>([
    [
      'at an instant holds what comes while it lasts, and nothing else',
      { atNs: ms(10), forNs: ms(5) },
      [
        [9.9, 'a'],
        [10, 'b'],
        [14.9, 'c'],
        [15, 'd'],
        [30, 'e'],
      ],
      [
        [9.9, 'a'],
        [15, 'b'],
        [15, 'c'],
        [15, 'd'],
        [30, 'e'],
      ],
    ],
    [
      'may come again and again',
      { atNs: ms(10), forNs: ms(5), everyNs: ms(20) },
      [
        [0, 'a'],
        [12, 'b'],
        [29, 'c'],
        [31, 'd'],
        [1030, 'e'],
      ],
      [
        [0, 'a'],
        [15, 'b'],
        [29, 'c'],
        [35, 'd'],
        [1035, 'e'],
      ],
    ],
    [
      'after some bytes holds the next one, and what comes meanwhile',
      { afterBytes: 3, forNs: ms(5) },
      [
        [0, '<open>'],
        [1, 'ab'],
        [2, 'cde'],
        [3, 'f'],
        [4, '<end>'],
      ],
      [
        [0, '<open>'],
        [1, 'ab'],
        [2, 'c'],
        [7, 'de'],
        [7, 'f'],
        [7, '<end>'],
      ],
    ],
    [
      'after some bytes holds them even if they come much later',
      { afterBytes: 1, forNs: ms(5) },
      [
        [0, 'a'],
        [100, 'b'],
        [200, 'c'],
      ],
      [
        [0, 'a'],
        [105, 'b'],
        [200, 'c'],
      ],
    ],
    [
      'may come again after as many bytes, also within one chunk',
      { afterBytes: 1, forNs: ms(5), everyBytes: 2 },
      [
        [0, 'abcdef'],
        [1, 'g'],
      ],
      [
        [0, 'a'],
        [5, 'bc'],
        [10, 'de'],
        [15, 'f'],
        [15, 'g'],
      ],
    ],
  ])('%s', (_name, fault, sent, expected) => {
    expect(pass(stall(fault), sent)).toEqual(expected)
  })

  it('after some bytes of either direction holds up both', () => {
    const { up, down } = through(stall({ afterBytes: 2, forNs: ms(5) }))
    expect(up(0, 'a')).toEqual([[0, 'a']])
    expect(down(1, 'bc')).toEqual([
      [1, 'b'],
      [6, 'c'],
    ])
    expect(up(2, 'd')).toEqual([[6, 'd']])
    expect(up(7, 'e')).toEqual([[7, 'e']])
  })

  it.each(['up', 'down'] as const)('may be aimed at one direction: %s', direction => {
    for (const begin of [{ atNs: 0 }, { afterBytes: 0 }]) {
      const lanes = through(stall({ ...begin, forNs: ms(5), direction }))
      expect([lanes.up(0, 'a'), lanes.down(0, 'a')].map(([short]) => short?.[0])).toEqual(
        direction === 'up' ? [5, 0] : [0, 5],
      )
    }
  })
})

describe('a black hole', () => {
  it('from an instant on swallows everything, handshakes and ends included', () => {
    const sent: Short[] = [
      [0, '<open>'],
      [9, 'a'],
      [10, 'b'],
      [11, '<end>'],
      [12, '<reset>'],
    ]
    expect(pass(blackHole({ atNs: ms(10) }), sent)).toEqual([
      [0, '<open>'],
      [9, 'a'],
      [NEVER, 'b'],
      [NEVER, '<end>'],
      [NEVER, '<reset>'],
    ])
    expect(pass(blackHole({ atNs: 0 }), [[0, '<open>']])).toEqual([[NEVER, '<open>']])
  })

  it('after some bytes of either direction swallows all that is not yet past it', () => {
    const { up, down } = through(blackHole({ afterBytes: 3 }))
    expect(up(0, 'ab')).toEqual([[0, 'ab']])
    expect(down(1, 'cd')).toEqual([
      [1, 'c'],
      [NEVER, 'd'],
    ])
    expect(up(2, 'e')).toEqual([[NEVER, 'e']])
    expect(down(3, '<end>')).toEqual([[NEVER, '<end>']])
  })

  it.each(['up', 'down'] as const)('may be aimed at one direction: %s', direction => {
    const lanes = through(blackHole({ atNs: 0, direction }))
    expect([lanes.up(0, 'a'), lanes.down(0, 'a')].map(([short]) => short?.[0])).toEqual(
      direction === 'up' ? [NEVER, 0] : [0, NEVER],
    )
  })
})

describe('a reset', () => {
  it.each<[number, Short[]]>([
    [0, [[1, '<cut>']]],
    [
      1,
      [
        [1, 'a'],
        [1, '<cut>'],
      ],
    ],
    [
      3,
      [
        [1, 'abc'],
        [1, '<cut>'],
      ],
    ],
  ])('after %i bytes lets them pass, and cuts with the last of them', (afterBytes, expected) => {
    const { up } = through(reset({ afterBytes }))
    expect(up(0, '<open>')).toEqual([[0, '<open>']])
    expect(up(1, 'abc')).toEqual(expected)
  })

  it('counts the bytes of both directions together, unless it is aimed at one', () => {
    for (const direction of [undefined, 'up', 'down'] as const) {
      const lanes = through(reset({ afterBytes: 2, direction }))
      const kinds = [lanes.up(0, 'a'), lanes.down(1, 'b'), lanes.up(2, 'c'), lanes.down(3, 'd')].map(shorts =>
        shorts.some(([, what]) => what === '<cut>'),
      )
      const first = kinds.indexOf(true)
      expect(first).toBe({ both: 1, up: 2, down: 3 }[direction ?? 'both'])
    }
  })
})

describe('a chain', () => {
  it('meets its impairments in order, in both directions', () => {
    const link = chain([
      bandwidth({ upBitPerS: 8e6, downBitPerS: 8e6 }),
      roundTrip(ms(20)),
      reset({ afterBytes: 1500 }),
    ])
    const { up } = through(link)
    expect(up(0, 'x'.repeat(2000)).map(([atMs, what]) => [atMs, what.length])).toEqual([
      [11.46, 1460],
      [12, 40],
      [12, '<cut>'.length],
    ])
  })

  it('of nothing lets everything pass at once', () => {
    expect(pass(chain([]), [[3, 'a']])).toEqual([[3, 'a']])
  })
})

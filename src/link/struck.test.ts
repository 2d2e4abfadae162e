import { describe, expect, it } from 'vitest'
import { NS_PER_MS } from '../clock.ts'
import { createRandom } from '../random.ts'
import type { Impairment } from './impairment.ts'
import { pass, through } from './parcels.fixture.ts'
import { type LinkFault, struck } from './struck.ts'

const NEVER = Number.POSITIVE_INFINITY
const words = 'a fault'
const up = { direction: 'up', isRate: false, words } as const

/** What becomes of the SYN, and of bytes of each of so many connections. */
function fates(impairment: Impairment, connections: number): string[] {
  return Array.from({ length: connections }, () => {
    const { up: lane } = through(impairment)
    const [[, syn] = []] = lane(0, '<open>')
    const [[atMs, bytes] = [], ...others] = lane(0, 'abc')
    return [
      syn,
      atMs === NEVER ? 'never' : bytes,
      ...others.map(([at, what]) => (at === NEVER ? 'never' : what)),
    ].join(' ')
  })
}

describe('a fault on a link', () => {
  it('strikes the connections that it is for, and no other', () => {
    expect(fates(struck({ kind: 'refuse', every: 2, words }), 4)).toEqual([
      '<open> abc',
      '<refuse> abc',
      '<open> abc',
      '<refuse> abc',
    ])
    expect(fates(struck({ kind: 'silence', bytes: 2, first: 1, ...up }), 2)).toEqual([
      '<open> ab never',
      '<open> abc',
    ])
    expect(fates(struck({ kind: 'reset', bytes: 2, every: 2, persists: true, ...up }), 3)).toEqual([
      '<open> abc',
      '<open> ab <cut>',
      '<open> ab <cut>',
    ])
  })

  it('holds the byte that it comes before', () => {
    const hold: LinkFault = { kind: 'stall', bytes: 2, forNs: 5 * NS_PER_MS, ...up }
    expect(pass(struck(hold), [[0, 'abcd']])).toEqual([
      [0, 'ab'],
      [5, 'cd'],
    ])
  })

  it('at a rate strikes each byte alike, and a stall comes again and again', () => {
    const rate = { direction: 'up', isRate: true, bytes: 1000, share: '50%', words } as const
    const impairment = struck({ kind: 'reset', ...rate })
    const random = createRandom('rate')
    const cutAfter = () => {
      let passedBytes = 0
      const treatment = impairment({ linkNs: 0, random })
      treatment.up({ kind: 'bytes', bytes: Buffer.alloc(100_000), atNs: 0 }, ({ bytes }) => {
        passedBytes += bytes.length
      })
      return passedBytes
    }
    const spans = Array.from({ length: 1000 }, cutAfter)
    const mean = spans.reduce((sum, bytes) => sum + bytes, 0) / spans.length
    // The mean of 1,000 exponentials is within four standard errors of 1/sqrt(1,000).
    expect(Math.abs(mean / 2000 - 1)).toBeLessThan(4 / Math.sqrt(1000))

    const stalls = pass(struck({ kind: 'stall', forNs: NS_PER_MS, ...rate }), [[0, 'x'.repeat(100_000)]])
    // One in 2,000 bytes: Poisson(50), within five standard deviations.
    expect(Math.abs(stalls.length - 51)).toBeLessThan(36)
  })

  it('at a rate of nothing never strikes', () => {
    const never: LinkFault = { kind: 'reset', direction: 'up', isRate: true, bytes: 1, share: 0, words }
    expect(pass(struck(never), [[0, 'abc']])).toEqual([[0, 'abc']])
  })
})

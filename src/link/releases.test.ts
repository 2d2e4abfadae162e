import { describe, expect, it } from 'vitest'
import { type Clock, NS_PER_MS, NS_PER_S, systemClock } from '../clock.ts'
import { createRandom, shuffled } from '../random.ts'
import { virtualClock } from '../virtual-clock.ts'
import { createReleases } from './releases.ts'

const DAY_NS = 86_400 * NS_PER_S

describe('a release queue', () => {
  it('releases in the order of the instants, each when it has come', async () => {
    const clock = virtualClock()
    using releases = createReleases(clock)
    const released: [number, number][] = []
    const dueNs = shuffled(
      Array.from({ length: 200 }, (_, i) => (i + 1) * 7),
      createRandom('order'),
    )
    for (const atNs of dueNs) releases.at(atNs, () => released.push([atNs, clock.nowNs()]))
    await clock.drain()
    expect(released).toEqual(dueNs.toSorted((a, b) => a - b).map(atNs => [atNs, atNs]))
    expect(releases.lateness().releases).toBe(200)
  })

  it('releases what is due at the same instant in the order in which it was asked to', async () => {
    const clock = virtualClock()
    using releases = createReleases(clock)
    const released: number[] = []
    for (let i = 0; i < 100; i++) releases.at(5, () => released.push(i))
    await clock.advance(5)
    expect(released).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it('wakes for what turns out to be due sooner than all that waits', async () => {
    const clock = virtualClock()
    using releases = createReleases(clock)
    const released: string[] = []
    releases.at(1000, () => released.push('late'))
    await clock.advance(1)
    releases.at(10, () => released.push('soon'))
    await clock.advance(20)
    expect(released).toEqual(['soon'])
    await clock.drain()
    expect(released).toEqual(['soon', 'late'])
  })

  it('releases at once what is due, unless something that came before it still waits', async () => {
    const clock = virtualClock()
    using releases = createReleases(clock)
    const released: string[] = []
    await clock.advance(10)
    releases.at(10, () => released.push('now'))
    expect(released).toEqual(['now'])
    releases.at(12, () => {
      released.push('first')
      // Both are due; the other one was here sooner.
      releases.at(12, () => released.push('third'))
    })
    releases.at(12, () => released.push('second'))
    await clock.drain()
    expect(released).toEqual(['now', 'first', 'second', 'third'])
  })

  it('takes what is added by a release', async () => {
    const clock = virtualClock()
    using releases = createReleases(clock)
    const released: number[] = []
    const again = () => {
      released.push(clock.nowNs())
      if (released.length < 5) releases.at(clock.nowNs() + 10, again)
    }
    releases.at(10, again)
    await clock.drain()
    expect(released).toEqual([10, 20, 30, 40, 50])
  })

  it('waits longer than a timer can', async () => {
    const waits: number[] = []
    const virtual = virtualClock()
    const clock: Clock = {
      ...virtual,
      until(atNs, signal) {
        waits.push(atNs - virtual.nowNs())
        return virtual.until(atNs, signal)
      },
    }
    using releases = createReleases(clock)
    let releasedNs = 0
    releases.at(40.5 * DAY_NS, () => {
      releasedNs = virtual.nowNs()
    })
    await virtual.drain()
    expect(releasedNs).toBe(40.5 * DAY_NS)
    expect(Math.max(...waits)).toBe(DAY_NS)
  })

  it('forgets what waits when it is disposed of', async () => {
    const clock = virtualClock()
    const releases = createReleases(clock)
    let released = 0
    releases.at(10, () => released++)
    releases[Symbol.dispose]()
    await clock.advance(100)
    expect(released).toBe(0)
  })

  it('is never early by the real clock, and says how late it was', async () => {
    using releases = createReleases(systemClock)
    const earlyNs: number[] = []
    await new Promise<void>(resolve => {
      const startNs = systemClock.nowNs()
      for (let i = 1; i <= 50; i++) {
        const atNs = startNs + i * 0.3 * NS_PER_MS
        releases.at(atNs, () => {
          earlyNs.push(atNs - systemClock.nowNs())
          if (i === 50) resolve()
        })
      }
    })
    expect(Math.max(...earlyNs)).toBeLessThanOrEqual(0)
    const { releases: count, p50Ns, p99Ns, maxNs } = releases.lateness()
    expect(count).toBe(50)
    expect(p50Ns).toBeGreaterThan(0)
    expect(p99Ns).toBeGreaterThanOrEqual(p50Ns)
    expect(maxNs).toBeGreaterThanOrEqual(p99Ns)
  })
})

import { createHistogram } from 'node:perf_hooks'
import type { Clock, Nanoseconds } from '../clock.ts'

/** How late things were released, after the instants for which they were due. */
export interface Lateness {
  readonly releases: number
  readonly p50Ns: Nanoseconds
  readonly p99Ns: Nanoseconds
  readonly maxNs: Nanoseconds
}

/** One queue for all that waits, of however many connections: the only place of a link that waits. */
export interface Releases extends Disposable {
  /**
   * Calls `release` at `atNs`, or at once when that has come: in the order of the instants, and of equal ones
   * in the order of the calls.
   */
  at(atNs: Nanoseconds, release: () => void): void
  lateness(): Lateness
}

interface Due {
  readonly atNs: Nanoseconds
  /** Tells equal instants apart. */
  readonly turn: number
  readonly release: () => void
}

const isBefore = (a: Due, b: Due) => a.atNs < b.atNs || (a.atNs === b.atNs && a.turn < b.turn)

/** A binary heap (Williams 1964): the soonest is first. */
class Heap {
  readonly #items: Due[] = []

  first(): Due | undefined {
    return this.#items[0]
  }

  add(item: Due): void {
    const items = this.#items
    let i = items.push(item) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      const other = items[parent] as Due
      if (!isBefore(item, other)) break
      items[i] = other
      i = parent
    }
    items[i] = item
  }

  removeFirst(): void {
    const items = this.#items
    const last = items.pop()
    if (last === undefined || items.length === 0) return
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= items.length) break
      if (child + 1 < items.length && isBefore(items[child + 1] as Due, items[child] as Due)) child += 1
      const other = items[child] as Due
      if (!isBefore(other, last)) break
      items[i] = other
      i = child
    }
    items[i] = last
  }

  clear(): void {
    this.#items.length = 0
  }
}

/** A timer may not be set for more than 24.8 days: whoever waits longer looks up once a day. */
const LONGEST_WAIT_NS = 86_400e9

/** Waits by `clock.until`: it turns the event loop while a release is near, and sleeps while none is. */
export function createReleases(clock: Clock): Releases {
  const heap = new Heap()
  const lateness = createHistogram()
  let turns = 0
  /** Wakes whoever waits for the first of the heap, which is due at `awaitedNs`. */
  let waker: AbortController | undefined
  let awaitedNs = 0

  function releaseDue(): void {
    for (let due = heap.first(); due !== undefined; due = heap.first()) {
      const lateNs = clock.nowNs() - due.atNs
      if (lateNs < 0) return
      heap.removeFirst()
      // Its smallest value is 1.
      lateness.record(Math.max(1, Math.round(lateNs)))
      due.release()
    }
  }

  async function wait(): Promise<void> {
    for (let due = heap.first(); due !== undefined; due = heap.first()) {
      waker = new AbortController()
      awaitedNs = due.atNs
      await clock.until(Math.min(due.atNs, clock.nowNs() + LONGEST_WAIT_NS), waker.signal)
      releaseDue()
    }
    waker = undefined
  }

  return {
    at(atNs, release) {
      const first = heap.first()
      if (atNs <= clock.nowNs() && (first === undefined || atNs < first.atNs)) return release()
      heap.add({ atNs, turn: turns++, release })
      if (waker === undefined) void wait()
      else if (atNs < awaitedNs) waker.abort()
    },
    lateness: () => ({
      releases: lateness.count,
      p50Ns: lateness.percentile(50),
      p99Ns: lateness.percentile(99),
      maxNs: lateness.count === 0 ? 0 : lateness.max,
    }),
    [Symbol.dispose]() {
      heap.clear()
      waker?.abort()
    },
  }
}

/** A span or an instant in integer nanoseconds. As an instant it counts from the clock's own origin. */
export type Nanoseconds = number

export const NS_PER_MS = 1e6
export const NS_PER_S = 1e9

/** The only source of time; tests inject a virtual one. */
export interface Clock {
  /** Monotonic instant, integer nanoseconds. Safe as a double for 104 days. */
  nowNs(): Nanoseconds
  /** Wall-clock milliseconds since the Unix epoch, for stamps only: it may step. */
  wallMs(): number
  /**
   * Resolves after `delayNs`, or at once when `signal` aborts. Never rejects. Up to 1 ms early, and as late as it
   * comes: Node counts whole milliseconds, from the beginning of a turn of the event loop.
   */
  sleep(delayNs: Nanoseconds, signal?: AbortSignal): Promise<void>
  /**
   * Resolves at `atNs`, microseconds late, or soon when `signal` aborts or `atNs` has passed; never before
   * input had a chance to be read. Never rejects. Turns the event loop for up to 2 ms, which costs CPU time:
   * for pacing, not for waiting.
   */
  until(atNs: Nanoseconds, signal?: AbortSignal): Promise<void>
  /**
   * Calls `tick` about every `intervalNs` until disposed, with an instant since which all that had come was read: a
   * process that was kept from running must not find late what lies in its buffers. Keeps the process alive for it:
   * who is watched may be waiting for something that will never come.
   */
  every(intervalNs: Nanoseconds, tick: (atNs: Nanoseconds) => void): Disposable
}

/** A longer timer would fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1

function sleep(delayNs: Nanoseconds, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const wake = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    // On a machine that is behind, an instant may have passed; Node warns of less than 0.
    const timer = setTimeout(wake, Math.min(Math.max(0, delayNs / NS_PER_MS), TIMER_MAX_MS))
    signal?.addEventListener('abort', wake, { once: true })
  })
}

// performance.now() is the kernel's monotonic clock as milliseconds in a double: 30 ns a call,
// where process.hrtime.bigint() allocates a BigInt.
const nowNs = () => Math.round(performance.now() * NS_PER_MS)

const READINGS = 16

/**
 * The instant that this process's clock calls 0, on the monotonic clock that all processes of a machine share
 * (what `process.hrtime` reads: CLOCK_MONOTONIC on Linux, its like on macOS and Windows). It is what another
 * process needs to understand our instants; true to the time that two readings of a clock take.
 */
export function clockZeroNs(): bigint {
  let zeroNs = 0n
  let narrowestNs: bigint | undefined
  // The process may lose the processor between two readings: of several, the closest ones are the truest.
  for (let reading = 0; reading < READINGS; reading++) {
    const beforeNs = process.hrtime.bigint()
    const ownNs = nowNs()
    const widthNs = process.hrtime.bigint() - beforeNs
    if (narrowestNs !== undefined && widthNs >= narrowestNs) continue
    narrowestNs = widthNs
    zeroNs = beforeNs + widthNs / 2n - BigInt(ownNs)
  }
  return zeroNs
}

/** What to add to an instant of a process whose clock has that zero, for the same instant of our clock. */
export function clockOffsetNs(theirZeroNs: bigint): Nanoseconds {
  return Number(theirZeroNs - clockZeroNs())
}

/** Timers have a resolution of 1 ms and fire 0.2 to 1 ms late. */
export const TIMER_SLACK_NS = 2 * NS_PER_MS

/**
 * Hybrid wait: a timer for all but the last 2 ms, then turns of the event loop, in which input is read. One promise a
 * wait and not one a turn: there are up to a million turns a second, and their garbage is collected when something is due.
 */
async function until(atNs: Nanoseconds, signal?: AbortSignal): Promise<void> {
  const remainingNs = atNs - nowNs()
  if (remainingNs > TIMER_SLACK_NS) await sleep(remainingNs - TIMER_SLACK_NS, signal)
  await new Promise<void>(resolve => {
    const look = () => {
      if (nowNs() < atNs && !signal?.aborted) setImmediate(look)
      else resolve()
    }
    setImmediate(look)
  })
}

export const systemClock: Clock = {
  nowNs,
  until,
  wallMs: () => Date.now(),
  sleep,
  every(intervalNs, tick) {
    let afterReading: NodeJS.Immediate | undefined
    // Timers come before reading in a turn of the event loop, immediates after it.
    const timer = setInterval(
      () => {
        afterReading = setImmediate(tick, nowNs())
      },
      Math.max(1, intervalNs / NS_PER_MS),
    )
    return {
      [Symbol.dispose]() {
        clearInterval(timer)
        clearImmediate(afterReading)
      },
    }
  },
}

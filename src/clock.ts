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
  /** Resolves after `delayNs`, or at once when `signal` aborts. Never rejects. */
  sleep(delayNs: Nanoseconds, signal?: AbortSignal): Promise<void>
  /** Calls `tick` about every `intervalNs` until disposed. Does not keep the process alive. */
  every(intervalNs: Nanoseconds, tick: () => void): Disposable
}

function sleep(delayNs: Nanoseconds, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const wake = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, delayNs / NS_PER_MS)
    signal?.addEventListener('abort', wake, { once: true })
  })
}

export const systemClock: Clock = {
  // performance.now() is the kernel's monotonic clock as milliseconds in a double: 30 ns a call,
  // where process.hrtime.bigint() allocates a BigInt.
  nowNs: () => Math.round(performance.now() * NS_PER_MS),
  wallMs: () => Date.now(),
  sleep,
  every(intervalNs, tick) {
    const timer = setInterval(tick, Math.max(1, intervalNs / NS_PER_MS))
    timer.unref()
    return { [Symbol.dispose]: () => clearInterval(timer) }
  },
}

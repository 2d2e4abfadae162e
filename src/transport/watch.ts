import { type Clock, type Nanoseconds, NS_PER_MS } from '../clock.ts'
import { type Attempt, Stopped } from './attempt.ts'
import { Bag } from './bag.ts'
import { evenLimits, type StepLimits } from './step-limits.ts'

/** Keeps the attempts that are under way: stops those whose step overran, and all of them on abort. */
export interface Watch extends Disposable {
  add(attempt: Attempt): void
  delete(attempt: Attempt): void
  /** Attempts under way. */
  readonly size: number
}

export interface WatchOptions {
  /** What each step (phase) of a submission may take: all the same, or each its own. */
  readonly timeoutNs: Nanoseconds | StepLimits
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * One sweep for all attempts instead of a timer a step: a timer that is armed and cleared a dozen times a
 * message costs more than the message does on the wire. A step is stopped at most 5 % late.
 */
export function createWatch({ timeoutNs, clock, signal }: WatchOptions): Watch {
  const attempts = new Bag<Attempt>()
  const { ofPhase } = typeof timeoutNs === 'number' ? evenLimits(timeoutNs) : timeoutNs
  const shortestNs = Math.min(...Object.values(ofPhase))

  function stop(attempt: Attempt, stopped: Stopped): void {
    attempts.delete(attempt)
    attempt.stop(stopped, clock.nowNs())
  }

  function sweep(nowNs: Nanoseconds): void {
    // To stop one may end others, or let them go on.
    for (const attempt of [...attempts].filter(attempt => isLate(attempt, nowNs))) {
      const { current } = attempt.times
      if (attempt.settled || current === undefined || !isLate(attempt, nowNs)) continue
      const message = `${current} took longer than ${ofPhase[current] / NS_PER_MS} ms`
      stop(attempt, new Stopped('timeout', message))
    }
  }

  function isLate({ isBehind, times: { current, sinceNs } }: Attempt, nowNs: Nanoseconds): boolean {
    return !isBehind && current !== undefined && nowNs - sinceNs >= ofPhase[current]
  }

  function abort(): void {
    for (const attempt of [...attempts]) stop(attempt, new Stopped('aborted', 'the run was ended'))
  }

  const sweeps = clock.every(Math.min(shortestNs / 20, 250 * NS_PER_MS), sweep)
  signal.addEventListener('abort', abort, { once: true })

  return {
    add(attempt) {
      if (signal.aborted) stop(attempt, new Stopped('aborted', 'the run was ended'))
      else attempts.add(attempt)
    },
    delete: attempt => attempts.delete(attempt),
    get size() {
      return attempts.size
    },
    [Symbol.dispose]() {
      sweeps[Symbol.dispose]()
      signal.removeEventListener('abort', abort)
      abort()
    },
  }
}

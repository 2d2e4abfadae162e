import { type Clock, type Nanoseconds, TIMER_SLACK_NS } from '../clock.ts'

/** Calls `done` after `thinkNs`; synchronously when that is 0. */
export type Think = (thinkNs: Nanoseconds, done: () => void) => void

/**
 * Waits as exactly as a scripted distribution deserves: Node's timers have a resolution of 1 ms and fire
 * up to 1 ms late, a wait that ends in immediates is late by microseconds. Immediates let input be read
 * in between, and nothing turns while no wait is near its end.
 */
export function createThink(clock: Clock): Think {
  let nearing: { dueNs: Nanoseconds; done: () => void }[] = []
  let turning = false

  function turn(): void {
    const nowNs = clock.nowNs()
    const due = nearing.filter(wait => wait.dueNs <= nowNs)
    if (due.length > 0) nearing = nearing.filter(wait => wait.dueNs > nowNs)
    for (const wait of due) wait.done()
    if (nearing.length > 0) setImmediate(turn)
    else turning = false
  }

  function near(dueNs: Nanoseconds, done: () => void): void {
    nearing.push({ dueNs, done })
    if (turning) return
    turning = true
    setImmediate(turn)
  }

  return (thinkNs, done) => {
    if (thinkNs <= 0) return done()
    const dueNs = clock.nowNs() + thinkNs
    if (thinkNs <= TIMER_SLACK_NS) near(dueNs, done)
    else void clock.sleep(thinkNs - TIMER_SLACK_NS).then(() => near(dueNs, done))
  }
}

import { type Clock, NS_PER_MS } from '../clock.ts'

/** The longest that signals, timers and input are kept waiting. */
const INTERVAL_NS = 50 * NS_PER_MS

/**
 * Turns of the event loop for users who never wait, as those of the null transport. Without them a closed
 * load runs to its end before Ctrl-C is seen, the second one as well. Returns what a user is to wait for
 * before the next submission; all users wait for one turn, or those left would keep the loop from it.
 */
export function createTurns(clock: Clock): () => Promise<void> | undefined {
  let dueNs = clock.nowNs() + INTERVAL_NS
  let turn: Promise<void> | undefined
  return () => {
    const nowNs = clock.nowNs()
    if (!turn && nowNs >= dueNs) {
      turn = clock.until(nowNs).then(() => {
        dueNs = clock.nowNs() + INTERVAL_NS
        turn = undefined
      })
    }
    return turn
  }
}

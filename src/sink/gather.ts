/** Sends answers, perhaps a little later: those that are ready in one turn of the event loop together. */
export type Gather = (send: () => void) => void

/**
 * Each write to a sleeping peer wakes it, which costs the writer more than the answer itself. So what is ready in
 * one turn leaves at its end, in one go: the first write wakes the peer, the others find it awake. An answer to
 * the only connection has nothing to wait for, and leaves at once.
 */
export function createGather(isAlone: () => boolean): Gather {
  let ready: (() => void)[] = []

  function sendAll(): void {
    const due = ready
    ready = []
    for (const send of due) send()
  }

  return send => {
    if (isAlone()) return send()
    if (ready.push(send) === 1) setImmediate(sendAll)
  }
}

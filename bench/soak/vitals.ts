import { readdirSync } from 'node:fs'

/** What this process holds between two runs, when all that a run needed has been let go of. */
export interface Vitals {
  /** After a collection: heap, and buffers outside it. */
  readonly heldBytes: number
  readonly rssBytes: number
  /** Timers, sockets, pipes and whatever else keeps an event loop busy. */
  readonly handles: number
  /** undefined where there is no /proc. */
  readonly files: number | undefined
}

const collect: () => void = globalThis.gc ?? (() => {})

function openFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}

/** What has just been let go of is let go of for good a few turns of the event loop later. */
export async function vitals(): Promise<Vitals> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise(setImmediate)
    collect()
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return {
    heldBytes: heapUsed + external,
    rssBytes: rss,
    handles: process.getActiveResourcesInfo().length,
    files: openFiles(),
  }
}

import { getHeapStatistics } from 'node:v8'
import { type Clock, NS_PER_MS } from '../clock.ts'

const SAMPLING_NS = 5 * NS_PER_MS

/** Heap and what hangs on it outside, buffers among them. */
function heldBytes(): number {
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics()
  return heap + external
}

/**
 * Watches from its call to the call of what it returns: by how much this process came to hold more than when it
 * began, at most. What is garbage but has not been collected counts: a client makes the process that large.
 */
export function watchMemory(clock: Clock): () => number {
  const before = heldBytes()
  let most = before
  const sample = () => {
    most = Math.max(most, heldBytes())
  }
  const samples = clock.every(SAMPLING_NS, sample)
  return () => {
    samples[Symbol.dispose]()
    sample()
    return most - before
  }
}

import type { ByteFault } from './fault.ts'

/** Counts the bytes of one direction of a connection, up to what springs next. */
export class ByteWatch {
  readonly #faults: readonly ByteFault[]
  #next = 0
  #bytes = 0

  constructor(faults: readonly ByteFault[], direction: ByteFault['direction']) {
    this.#faults = faults
      .filter(fault => fault.direction === direction)
      .sort((a, b) => a.afterBytes - b.afterBytes)
  }

  /** How many of so many bytes may pass before something springs. */
  room(length: number): number {
    const fault = this.#faults[this.#next]
    return fault ? Math.min(length, fault.afterBytes - this.#bytes) : length
  }

  /** Counts what has passed, never more than there was room for. @returns what springs at this byte */
  pass(length: number): ByteFault['fault'] | undefined {
    this.#bytes += length
    const fault = this.#faults[this.#next]
    if (!fault || this.#bytes < fault.afterBytes) return undefined
    this.#next++
    fault.onSpring?.()
    return fault.fault
  }
}

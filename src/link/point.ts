import type { Nanoseconds } from '../clock.ts'
import { clear, type Direction, type Pass, type Treatment } from './impairment.ts'

/**
 * Where a fault begins: at an instant, which counts from the link's first connection, or after a number of
 * bytes, which counts in each connection by itself.
 */
export type Point = { readonly atNs: Nanoseconds } | { readonly afterBytes: number }

/** Whose bytes count towards it, and what it acts on; left out: both ways, counted together. */
export interface Aim {
  readonly direction?: Direction | undefined
}

/** A fault's treatment of a connection: its own way where it is aimed, everything else clear. */
export function aimed({ direction }: Aim, pass: (direction: Direction) => Pass): Treatment {
  return {
    up: direction === 'down' ? clear : pass('up'),
    down: direction === 'up' ? clear : pass('down'),
  }
}

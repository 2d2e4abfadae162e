import type { Nanoseconds } from '../clock.ts'
import type { Random } from '../random.ts'
import { type Impairment, inOrder, moved, type Pass } from './impairment.ts'

/** Distance that varies: each parcel is held for a span of its own. What is overtaken waits, as TCP does. */
export function jitter(spanOf: (random: Random) => Nanoseconds): Impairment {
  return ({ random }) => {
    const lane = (stream: Random): Pass => {
      const order = inOrder()
      return (parcel, next) => next(moved(parcel, order(parcel.atNs + spanOf(stream))))
    }
    return { up: lane(random.fork('up')), down: lane(random.fork('down')) }
  }
}

import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import type { Random } from '../random.ts'

/** Open load: due instants, planned without looking at replies. */
export interface Schedule {
  readonly label: string
  /** Integer nanoseconds since the start, never falling. Endless unless the schedule itself has an end. */
  arrivals(random: Random): Iterable<Nanoseconds>
}

/** Equal gaps. */
export function constantRate(ratePerS: number): Schedule {
  return {
    label: 'constant',
    *arrivals() {
      // From the count, not by adding up: rounding errors do not accumulate.
      for (let k = 0; ; k++) yield Math.round((k * NS_PER_S) / ratePerS)
    },
  }
}

/** Independent arrivals: exponential gaps (Kingman, Poisson Processes, 1993, §4.1). */
export function poisson(ratePerS: number): Schedule {
  const meanNs = NS_PER_S / ratePerS
  return {
    label: 'poisson',
    *arrivals(random) {
      for (let atNs = random.exponential(meanNs); ; atNs += random.exponential(meanNs)) yield Math.round(atNs)
    },
  }
}

/** A stretch in which the rate goes linearly from one value to another. */
export interface RampSegment {
  readonly fromPerS: number
  readonly toPerS: number
  readonly durationNs: Nanoseconds
}

/** When arrival number `count` of a segment is due: the root of a·t + (b − a)·t² / 2T = count. */
function instantNs({ fromPerS: a, toPerS: b, durationNs }: RampSegment, count: number): Nanoseconds {
  if (count === 0) return 0 // where the rate is 0 as well, the root is 0 / 0
  const slope = ((b - a) * NS_PER_S) / durationNs
  if (Math.abs(slope) < 1e-12) return (count / a) * NS_PER_S
  // The form that stays exact for small slopes (Press et al., Numerical Recipes, §5.6).
  return ((2 * count) / (a + Math.sqrt(Math.max(0, a * a + 2 * slope * count)))) * NS_PER_S
}

/** The rate goes through the segments; ends with the last. */
export function ramp(segments: readonly RampSegment[]): Schedule {
  return {
    label: 'ramp',
    *arrivals() {
      let offsetNs = 0
      let carried = 0
      for (const segment of segments) {
        const { fromPerS, toPerS, durationNs } = segment
        const total = ((fromPerS + toPerS) / 2) * (durationNs / NS_PER_S)
        let count = carried
        for (; count < total - 1e-9; count++) yield Math.round(offsetNs + instantNs(segment, count))
        carried = count - total
        offsetNs += durationNs
      }
    },
  }
}

import type { Bench } from 'tinybench'
import { constantRate, poisson, ramp, type Schedule } from '../../src/load/schedule.ts'
import { createRandom } from '../../src/random.ts'

/** Planning a thousand arrivals. */
export function schedule(bench: Bench): void {
  const schedules: readonly Schedule[] = [
    constantRate(5000),
    poisson(5000),
    ramp([{ fromPerS: 100, toPerS: 10_000, durationNs: 60e9 }]),
  ]
  for (const { label, arrivals } of schedules) {
    bench.add(`schedule 1,000 arrivals, ${label}`, () => {
      let left = 1000
      for (const _dueNs of arrivals(createRandom('micro'))) if (--left === 0) break
    })
  }
}

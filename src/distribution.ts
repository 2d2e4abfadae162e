import { z } from 'zod'
import type { Nanoseconds } from './clock.ts'
import type { Random } from './random.ts'
import { durationText } from './text-schema.ts'
import { parseDurationNs } from './units.ts'

/** Memoryless, with this mean. */
export const exponentialSpec = z.strictObject({ exponential: durationText })

/** As service times often are: a median, and a tail that its 99th percentile describes. */
export const lognormalSpec = z.strictObject({
  lognormal: z
    .strictObject({ median: durationText, p99: durationText })
    .refine(
      ({ median, p99 }) => parseDurationNs(median) > 0 && parseDurationNs(p99) >= parseDurationNs(median),
      {
        message: 'p99 must be at least the median, and the median more than 0ms',
        path: ['p99'],
        // Runs only on texts that are durations: their own messages say more than a failed comparison.
        when: ({ issues }) => issues.length === 0,
      },
    ),
})

/** How a random span is distributed, as scripts and links write it. */
export type DistributionSpec = z.infer<typeof exponentialSpec> | z.infer<typeof lognormalSpec>

/** 99th percentile of the standard normal distribution. */
const Z99 = 2.3263478740408408

/** The spans that a specification describes, one a call. */
export function compileDistribution(spec: DistributionSpec): (random: Random) => Nanoseconds {
  if ('exponential' in spec) {
    const meanNs = parseDurationNs(spec.exponential)
    return random => Math.round(random.exponential(meanNs))
  }
  const medianNs = parseDurationNs(spec.lognormal.median)
  // ln X is normal with mean ln(median), so p99 / median = exp(z99 · sigma).
  const sigma = Math.log(parseDurationNs(spec.lognormal.p99) / medianNs) / Z99
  return random => Math.round(medianNs * Math.exp(sigma * random.normal()))
}

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { OpenCase, OpenOutcome } from './open-rate.fixture.ts'

const fixture = new URL('./open-rate.fixture.ts', import.meta.url).href

/** In a process of its own, whose memory and event loop are nobody else's. */
async function driven(open: OpenCase): Promise<OpenOutcome> {
  const program = `import { driveOpen } from '${fixture}'\nconsole.log(JSON.stringify(await driveOpen(${JSON.stringify(open)})))`
  const flags = ['--expose-gc', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, flags)
  return JSON.parse(stdout) as OpenOutcome
}

const RATE_PER_S = 5000
const SECONDS = 5

describe(`${RATE_PER_S} a second through the wire clients`, () => {
  it.each([
    ['smtp', 'constant'],
    ['smtp', 'poisson'],
    ['http', 'constant'],
    ['http', 'poisson'],
  ] as const)(
    '%s, %s: are all sent as planned, in memory that does not grow with them',
    async (protocol, arrivals) => {
      const outcome = await driven({ protocol, arrivals, ratePerS: RATE_PER_S, seconds: SECONDS })
      const { scheduled, accepted, dropped, rateRatio, fitP, grownBytes } = outcome
      expect({ accepted, dropped }).toEqual({ accepted: scheduled, dropped: 0 })
      // Four standard deviations of a Poisson count; of a constant rate it is exact.
      const spread = arrivals === 'poisson' ? 4 / Math.sqrt(RATE_PER_S * SECONDS) : 0
      expect(Math.abs(scheduled / (RATE_PER_S * SECONDS) - 1)).toBeLessThanOrEqual(spread)
      // A stall of a busy machine at either end is 1 % of five seconds: the bench holds 60 s to 0.1 %.
      expect(Math.abs(rateRatio - 1)).toBeLessThan(0.01)
      if (arrivals === 'poisson') expect(fitP).toBeGreaterThan(0.001)
      // 20,000 submissions of 1 KB came between: had they been kept, they would be 20 MB.
      expect(grownBytes / (0.8 * scheduled * 1024)).toBeLessThan(0.25)
    },
    60_000,
  )
})

import { NS_PER_S } from '../clock.ts'
import type { Verdict } from '../sample.ts'

/** How a provider tells its rate in the headers of answers: `PREFIXlimit`, `PREFIXremaining`, `PREFIXreset`. */
export interface Rate {
  readonly prefix: string
  /** Calls in a window. */
  readonly limit: number
  readonly windowS: number
}

export const rateNames = ({ prefix }: Pick<Rate, 'prefix'>) =>
  ['limit', 'remaining', 'reset'].map(name => prefix + name)

/** Whole seconds: longer than the wait, never shorter. */
export const wholeSeconds = (waitNs: number) => Math.ceil(waitNs / NS_PER_S)

/**
 * What an answer says of the rate. A mock does not count calls: a window is always as good as new, or, to whoever is
 * throttled, spent.
 * @param refusal none where the call was taken
 * @param sinceS a reset that is an instant counts from here. @default 0, for one that is a wait
 */
export function rateFields(
  { prefix, limit, windowS }: Rate,
  refusal?: Verdict,
  sinceS = 0,
): Record<string, string> {
  const isSpent = refusal?.cause === 'throttled'
  const waitNs = refusal?.retryAfterNs
  const resetS = isSpent ? waitNs && wholeSeconds(waitNs) : windowS
  return {
    [`${prefix}limit`]: String(limit),
    [`${prefix}remaining`]: String(isSpent ? 0 : limit - 1),
    ...(resetS !== undefined && { [`${prefix}reset`]: String(sinceS + resetS) }),
  }
}

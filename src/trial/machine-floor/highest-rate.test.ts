import { describe, expect, it } from 'vitest'
import { highestRate } from './highest-rate.ts'

/** A machine that keeps every rate up to a limit, but for the attempts at which it stalls. */
function machine(limitPerS: number, stalledAttempts: readonly number[] = []) {
  let attempt = 0
  return async (rate_per_s: number) => {
    attempt += 1
    const ok = rate_per_s <= limitPerS && !stalledAttempts.includes(attempt)
    return { rate_per_s, ok, start_lag_p99_ms: 1, because: ok ? null : 'too much' }
  }
}
const ever = () => false

describe('the highest rate that is kept', () => {
  it.each([1000, 1500, 5000, 22_000, 31_999, 64_000])(
    'is found for a limit of %i within 19 %%',
    async limit => {
      const { ratePerS } = await highestRate(machine(limit), 1000, ever)
      expect(ratePerS).toBeLessThanOrEqual(limit)
      expect(limit / (ratePerS ?? 0)).toBeLessThan(2 ** (1 / 4) + 0.001)
    },
  )

  it('is not the one at which the machine stalled once', async () => {
    const quiet = await highestRate(machine(5000), 1000, ever)
    const stalled = await highestRate(machine(5000, [2, 4]), 1000, ever)
    expect(stalled.ratePerS).toBe(quiet.ratePerS)
    expect(stalled.tried).toHaveLength(quiet.tried.length + 2)
  })

  it('is none where not even the first is', async () => {
    const { ratePerS, tried } = await highestRate(machine(999), 1000, ever)
    expect(ratePerS).toBeNull()
    expect(tried.map(({ rate_per_s }) => rate_per_s)).toEqual([1000, 1000])
  })

  it('is what was kept when the time is over', async () => {
    let left = 3
    const { ratePerS, tried } = await highestRate(machine(1e6), 1000, () => left-- <= 0)
    expect(ratePerS).toBe(4000)
    expect(tried).toHaveLength(3)
  })

  it('is bounded, whatever is kept', async () => {
    const { ratePerS } = await highestRate(machine(Number.POSITIVE_INFINITY), 1000, ever)
    expect(ratePerS).toBeLessThanOrEqual(1e6)
  })
})

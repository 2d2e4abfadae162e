import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { pairedRatio, pairedShift } from './paired.ts'

// Depression factors of nine patients before and after a tranquilizer: Hollander, Wolfe and Chicken, table 3.1,
// and the example of R's wilcox.test.
const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
const published = after.map((value, i) => value - (before[i] as number))

/** A second way to the same: all signs of the ranks, one by one. */
function outsideByEnumeration(n: number, tail: number): number {
  const sums = Array.from({ length: 2 ** n }, (_, signs) =>
    Array.from({ length: n }, (_, i) => ((signs >> i) & 1) * (i + 1)).reduce((a, b) => a + b, 0),
  )
  const share = (v: number) => sums.filter(sum => sum <= v).length / sums.length
  let outside = 0
  while (share(outside) <= tail) outside++
  return outside
}

describe('the shift of paired differences', () => {
  it('is that of the published example', () => {
    const shift = pairedShift(published, 0.96)
    expect(shift?.estimate).toBeCloseTo(-0.46, 9)
    expect(shift?.interval?.low).toBeCloseTo(-0.786, 9)
    expect(shift?.interval?.high).toBeCloseTo(-0.01, 9)
  })

  it('has bounds at the ranks that enumeration of all signs gives', () => {
    for (const n of [5, 6, 8, 10, 12]) {
      for (const confidence of [0.9, 0.95]) {
        // Distinct powers make all averages differ, so that a bound tells its rank.
        const values = Array.from({ length: n }, (_, i) => 3 ** i)
        const averages = values.flatMap((a, i) => values.slice(i).map(b => (a + b) / 2)).sort((a, b) => a - b)
        const outside = outsideByEnumeration(n, (1 - confidence) / 2)
        const interval =
          outside === 0 ? undefined : { low: averages[outside - 1], high: averages.at(-outside) }
        expect(pairedShift(values, confidence)?.interval, `n ${n}, ${confidence}`).toEqual(interval)
      }
    }
  })

  it('has no bounds below six pairs, or five at 90 %', () => {
    expect(pairedShift([1, 2, 3, 4, 5])).toEqual({ estimate: 3, interval: undefined })
    expect(pairedShift([1, 2, 3, 4, 5, 6])?.interval).toEqual({ low: 1, high: 6 })
    expect(pairedShift([1, 2, 3, 4], 0.9)?.interval).toBeUndefined()
    expect(pairedShift([1, 2, 3, 4, 5], 0.9)?.interval).toEqual({ low: 1, high: 5 })
    expect(pairedShift([])).toBeUndefined()
  })

  it('encloses a true shift as often as it says', () => {
    const random = createRandom('coverage')
    let enclosed = 0
    const experiments = 2000
    for (let i = 0; i < experiments; i++) {
      const differences = Array.from({ length: 10 }, () => 1 + random.normal())
      const interval = pairedShift(differences)?.interval
      if (interval && interval.low <= 1 && interval.high >= 1) enclosed++
    }
    // Exactly 95.1 % for n = 10; three standard errors below and above.
    expect(enclosed / experiments).toBeGreaterThan(0.9365)
    expect(enclosed / experiments).toBeLessThan(0.966)
  })
})

describe('the ratio of pairs', () => {
  it('is the same whichever side is called the base', () => {
    const ratios = [1.9, 2.1, 2.4, 1.7, 2, 2.2, 1.8]
    const ratio = pairedRatio(ratios)
    const turned = pairedRatio(ratios.map(value => 1 / value))
    expect(ratio?.value).toBeCloseTo(2, 1)
    expect(1 / (turned?.value ?? 0)).toBeCloseTo(ratio?.value ?? 0, 12)
    expect(1 / (turned?.interval?.high ?? 0)).toBeCloseTo(ratio?.interval?.low ?? 0, 12)
  })
})

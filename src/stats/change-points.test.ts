import { describe, expect, test } from 'vitest'
import { createRandom, type Random } from '../random.ts'
import { bestSplit, changePoints } from './change-points.ts'

const options = { alpha: 0.05, sizeMin: 3, permutationsMax: 999 }

/** Flow of the Nile at Aswan, 1871 to 1970, 10^8 m³ a year: G. W. Cobb, Biometrika 65 (1978) 243–251, table 1. */
const nile = [
  ...[1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180],
  ...[799, 958, 1140, 1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701],
  ...[916, 692, 1020, 1050, 969, 831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862],
  ...[698, 845, 744, 796, 1040, 759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812],
  ...[742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906],
  ...[901, 1170, 912, 746, 919, 718, 714, 740],
]

/** A level with so much noise, its share of the level. */
const level = (random: Random, n: number, mean: number, noise: number) =>
  Array.from({ length: n }, () => mean * (1 + noise * random.normal()))

describe('a published series', () => {
  test('is the one that was published', () => {
    expect(nile).toHaveLength(100)
    expect(nile.reduce((sum, flow) => sum + flow, 0) / 100).toBe(919.35)
  })

  test('the Nile has less water from 1899 on, and no other change', () => {
    const points = changePoints(nile, createRandom('nile'), options)
    expect(points.map(({ at }) => 1871 + at)).toEqual([1899])
    expect(points[0]?.p).toBe(0.001)
  })
})

describe('the statistic', () => {
  /** The definition, sum by sum. */
  function directly(values: readonly number[], sizeMin: number): number {
    const distances = (xs: readonly number[], ys: readonly number[]) =>
      xs.flatMap(x => ys.map(y => Math.abs(x - y))).reduce((sum, d) => sum + d, 0)
    let best = Number.NEGATIVE_INFINITY
    for (let t = sizeMin; t <= values.length - sizeMin; t++) {
      for (let k = t + sizeMin; k <= values.length; k++) {
        const [x, y] = [values.slice(0, t), values.slice(t, k)]
        const [m, n] = [x.length, y.length]
        const energy =
          (2 * distances(x, y)) / (m * n) - distances(x, x) / (m * (m - 1)) - distances(y, y) / (n * (n - 1))
        best = Math.max(best, ((m * n) / (m + n)) * energy)
      }
    }
    return best
  }

  test.each([6, 9, 20])('of %i values is what its definition says', n => {
    const values = level(createRandom(`direct/${n}`), n, 10, 0.3)
    for (const sizeMin of [2, 3]) {
      expect(bestSplit(values, sizeMin)?.statistic).toBeCloseTo(directly(values, sizeMin), 9)
    }
  })

  test('is of no value where a level would have too few', () => {
    expect(bestSplit([1, 1, 1, 2, 2], 3)).toBeUndefined()
    expect(bestSplit([1, 1, 1, 2, 2, 2], 3)).toEqual({ at: 3, statistic: 3 })
  })
})

describe('change points', () => {
  test('of one level are found in no more than a twentieth of the series', () => {
    const random = createRandom('one level')
    const series = 400
    let alarms = 0
    for (let i = 0; i < series; i++) {
      if (changePoints(level(random, 30, 1, 0.03), random, options).length > 0) alarms++
    }
    expect(alarms / series).toBeLessThanOrEqual(0.05)
  })

  test('a step of 10 % under 3 % of noise is found within five runs, where it is', () => {
    const random = createRandom('step')
    const series = 60
    const found = { within3: 0, within5: 0, near: 0 }
    for (let i = 0; i < series; i++) {
      const values = [...level(random, 20, 1, 0.03), ...level(random, 5, 1.1, 0.03)]
      if (changePoints(values.slice(0, 23), random, options).length > 0) found.within3++
      const points = changePoints(values, random, options)
      if (points.length > 0) found.within5++
      if (points.some(({ at }) => Math.abs(at - 20) <= 1)) found.near++
    }
    expect(found.within3 / series).toBeGreaterThan(0.8)
    expect(found.within5 / series).toBeGreaterThan(0.95)
    expect(found.near / series).toBeGreaterThan(0.9)
  })

  test('there and back again are two', () => {
    const random = createRandom('back')
    const values = [
      ...level(random, 15, 1, 0.02),
      ...level(random, 10, 1.2, 0.02),
      ...level(random, 15, 1, 0.02),
    ]
    expect(changePoints(values, random, options).map(({ at }) => at)).toEqual([15, 25])
  })

  test('one outlier is none, nor are equal values', () => {
    const random = createRandom('outlier')
    const values = level(random, 30, 1, 0.02)
    values[14] = 5
    expect(changePoints(values, random, options)).toEqual([])
    expect(changePoints(Array(30).fill(7), random, options)).toEqual([])
    expect(changePoints([], random, options)).toEqual([])
  })

  test('are the same for the same seed', () => {
    const again = () => changePoints(nile, createRandom('same'), options)
    expect(again()).toEqual(again())
  })
})

import { describe, expect, it } from 'vitest'
import { linearScale, logScale, ninesScale, shareScale } from './scale.ts'

const texts = (scale: ReturnType<typeof linearScale>) => scale.ticks.map(({ text }) => text)

describe('a linear scale', () => {
  it.each([
    [[100], ['0', '25', '50', '75', '100']],
    [[0.004], ['0', '0.001', '0.002', '0.003', '0.004']],
    [
      [3712, 12],
      ['0', '1,000', '2,000', '3,000'],
    ],
    [[], ['0', '0.25', '0.5', '0.75', '1']],
    [[0], ['0', '0.25', '0.5', '0.75', '1']],
  ])('of %j writes %j', (values, expected) => {
    expect(texts(linearScale(values))).toEqual(expected)
  })

  it('begins at 0 and ends beyond the greatest value', () => {
    expect(linearScale([7]).min).toBe(0)
    expect(linearScale([7]).max).toBeGreaterThan(7)
  })
})

describe('a logarithmic scale', () => {
  it.each([
    [
      [1, 1000],
      ['1', '10', '100', '1,000'],
    ],
    [
      [20, 200],
      ['20', '50', '100', '200'],
    ],
    [
      [0.001, 1000],
      ['0.001', '0.1', '10', '1,000'],
    ],
    [[42], ['30', '40', '50', '60']],
    [[], ['1', '2', '5', '10']],
  ])('of %j writes %j', (values, expected) => {
    expect(texts(logScale(values, 4))).toEqual(expected)
  })

  it('writes something within any range', () => {
    for (let low = 0.001; low < 5000; low *= 1.37)
      for (const factor of [1, 1.02, 1.3, 3, 20, 1e4])
        expect(texts(logScale([low, low * factor])).length).toBeGreaterThan(0)
  })

  it('has room for all that it was made of, and places what is 0 at its edge', () => {
    const { place, min, max } = logScale([0, 0.5, 900])
    expect(place(0.5)).toBeGreaterThan(min)
    expect(place(900)).toBeLessThan(max)
    expect(place(0)).toBe(min)
  })
})

it('lays each further nine as far from the last', () => {
  const { place, ticks } = ninesScale(0.9999)
  expect(place(0.99) - place(0.9)).toBeCloseTo(1)
  expect(place(0.999) - place(0.99)).toBeCloseTo(1)
  expect(ticks.map(({ text }) => text)).toEqual(['0%', '50%', '90%', '99%', '99.9%', '99.99%'])
})

it('writes shares between where there is room for them', () => {
  expect(ninesScale(0.96).ticks.map(({ text }) => text)).toEqual(['0%', '50%', '75%', '90%', '95%'])
})

it('writes shares from none to all', () => {
  expect(shareScale().ticks.map(({ text }) => text)).toEqual(['0%', '25%', '50%', '75%', '100%'])
})

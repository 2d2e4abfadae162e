import { expect, test } from 'vitest'
import { formatIdentity } from '../message/identity.ts'
import { createDraws } from './draws.ts'

const id = (trial: number, index: number) => formatIdentity({ run: '0badcafe', trial, index })

test('a message draws the same numbers over both protocols and in every repetition', () => {
  const [smtp, http] = [createDraws('seed'), createDraws('seed')]
  http(undefined).next()
  for (const index of [9, 3, 7]) http(id(2, index)).next()
  const drawn = [3, 7, 9].map(index => smtp(id(1, index)).next())
  expect([3, 7, 9].map(index => http(id(5, index)).next())).toEqual(drawn)
  expect(new Set(drawn).size).toBe(3)
})

test('another seed draws other numbers', () => {
  expect(createDraws('a')(id(1, 1)).next()).not.toBe(createDraws('b')(id(1, 1)).next())
})

test('what carries no identity draws from one stream, in its order', () => {
  const [one, other] = [createDraws('seed'), createDraws('seed')]
  const first = [one(undefined).next(), one('no identity').next()]
  expect([other(undefined).next(), other(undefined).next()]).toEqual(first)
  expect(first[0]).not.toBe(first[1])
})

test('uniform over messages: a tenth falls below a tenth', () => {
  const draws = createDraws('share')
  const below = Array.from({ length: 10_000 }, (_, index) => draws(id(1, index)).next()).filter(
    draw => draw < 0.1,
  )
  // Binomial(10,000, 0.1): four standard deviations are 120.
  expect(Math.abs(below.length - 1000)).toBeLessThan(120)
})

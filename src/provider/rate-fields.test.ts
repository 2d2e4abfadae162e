import { expect, it } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import type { Verdict } from '../sample.ts'
import { rateFields, rateNames } from './rate-fields.ts'

const rate = { prefix: 'x-', limit: 120, windowS: 60 }
const throttled: Verdict = { outcome: 'deferred', cause: 'throttled', code: 429 }

it.each([
  ['as good as new to a call that is taken', undefined, 0, ['120', '119', '60']],
  ['as good as new to one that is refused for itself', { outcome: 'rejected' }, 0, ['120', '119', '60']],
  ['spent to one that is throttled', { ...throttled, retryAfterNs: 2.1 * NS_PER_S }, 0, ['120', '0', '3']],
  ['renewed at an instant', { ...throttled, retryAfterNs: 2 * NS_PER_S }, 1000, ['120', '0', '1002']],
  ['renewed nobody knows when', throttled, 1000, ['120', '0', undefined]],
] as const)('a rate is %s', (_what, refusal, sinceS, expected) => {
  const fields = rateFields(rate, refusal, sinceS)
  expect(rateNames(rate).map(name => fields[name])).toEqual(expected)
})

import { describe, expect, it } from 'vitest'
import { retryAfter, secondsIn, untilSecondIn } from './wait.ts'

const date = 'Wed, 21 Oct 2026 07:28:00 GMT'
const second = Date.parse(date) / 1000

describe('how long to wait', () => {
  it.each([
    ['3', 3e9],
    ['0', 0],
    ['0.25', 0.25e9],
    ['Wed, 21 Oct 2026 07:28:30 GMT', 30e9],
    ['Wed, 21 Oct 2026 07:27:00 GMT', 0],
    ['-1', undefined],
    ['soon', undefined],
    ['1e9', undefined],
    ['99999999', undefined],
    ['', undefined],
    ['Fri, 31 Dec 9999 23:59:59 GMT', undefined],
  ])('is said by Retry-After: %s', (value, waitNs) => {
    expect(retryAfter({ 'retry-after': value, date })).toBe(waitNs)
  })

  it('is not known from a date alone', () => {
    expect(retryAfter({ 'retry-after': date })).toBeUndefined()
    expect(retryAfter({})).toBeUndefined()
  })

  it('is said by the first of a repeated field', () => {
    expect(secondsIn({ 'ratelimit-reset': ['2', '3'] }, 'ratelimit-reset')).toBe(2e9)
  })

  it('is counted from the server’s clock to the second that it names', () => {
    const reset = (value: string, headers = {}) => untilSecondIn({ reset: value, ...headers }, 'reset')
    expect(reset(String(second + 7), { date })).toBe(7e9)
    expect(reset(String(second - 7), { date })).toBe(0)
    expect(reset(String(second + 7))).toBeUndefined()
    expect(reset('7', { date })).toBeUndefined()
  })
})

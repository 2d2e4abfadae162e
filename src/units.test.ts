import { describe, expect, it } from 'vitest'
import { UsageError } from './errors.ts'
import { parseBandwidthBitPerS, parseDurationNs, parseRatePerS, parseShare, parseSizeBytes } from './units.ts'

describe('a quantity in words', () => {
  it.each([
    ['250us', parseDurationNs, 250_000],
    ['1.5 s', parseDurationNs, 1.5e9],
    ['240h', parseDurationNs, 864_000e9],
    ['1kb', parseSizeBytes, 1024],
    ['17', parseSizeBytes, 17],
    ['0.5%', parseShare, 0.005],
    ['100/s', parseRatePerS, 100],
    ['10mbit', parseBandwidthBitPerS, 10e6],
  ])('is read: %s', (text, parse, value) => {
    expect(parse(text)).toBe(value)
  })

  it.each([
    // A timer of more than 2^31 ms fires at once: a timeout of a month would be over before it began.
    ['241h', parseDurationNs, /"241h" is too long: at most 240h/],
    [`${'9'.repeat(400)}h`, parseDurationNs, /is too large a number/],
    [`${'9'.repeat(400)}mb`, parseSizeBytes, /is too large a number/],
    [`${'9'.repeat(400)}/s`, parseRatePerS, /is too large a number/],
    [`${'9'.repeat(400)}gbit`, parseBandwidthBitPerS, /is too large a number/],
    ['-5ms', parseDurationNs, /is no duration/],
    ['1e3s', parseDurationNs, /is no duration/],
    ['101%', parseShare, /is no share/],
    ['0/s', parseRatePerS, /is no rate/],
  ])('is refused: %.8s', (text, parse, words) => {
    expect(() => parse(text)).toThrow(UsageError)
    expect(() => parse(text)).toThrow(words)
  })
})

import { Int32Histogram } from 'hdr-histogram-js'
import { describe, expect, test } from 'vitest'
import { hlogHeader, hlogLines, parseHlog } from './hlog.ts'
import { lackOf } from './latency-check.ts'
import type { StoredRun } from './stored-run.ts'

const ACCEPTED = 10
const row = (trial: number, more = {}) => ({ trial, valid: true, accepted: ACCEPTED, ...more })

/** As a trial of two blocks is written. */
function linesOf(trial: number): string {
  const half = () => {
    const made = new Int32Histogram(1, 3.6e12, 3)
    for (let i = 0; i < ACCEPTED / 2; i++) made.recordValue(1e6)
    return made
  }
  const at = (block: number) => ({ startNs: block * 1e9, endNs: (block + 1) * 1e9, histogram: half() })
  return hlogLines(trial, 0, [
    { metric: 'latency', intervals: [at(0), at(1)] },
    { metric: 'service', intervals: [at(0)] },
  ])
}
const header = hlogHeader(0)
const lack = (
  log: string,
  trials = [1, 2, 3].map(trial => row(trial)),
  state: StoredRun['state'] = 'complete',
) => lackOf({ state, trials }, log, parseHlog(log, 'latency'))
const first = header + linesOf(1)
const whole = first + linesOf(2) + linesOf(3)

describe('what a histogram log lacks', () => {
  test('is nothing when each trial of run.json has all of its latencies', () => {
    expect(lack(whole)).toBeUndefined()
  })

  test.each([
    ['an empty file', ''],
    ['a header alone', header],
  ])('is every trial of %s', (_, log) => {
    expect(lack(log)).toBe("it has none of the run's 3 trials")
  })

  test('is what comes after a cut, between two trials or within one', () => {
    expect(lack(first)).toBe('cut off after trial 1 of 3')
    expect(lack(`${first}${linesOf(2).slice(0, 20)}`)).toBe('cut off after trial 1 of 3')
    const [block] = linesOf(2).split('\n')
    expect(lack(`${first}${block}\n`)).toBe('trial 2 of 3 has 5 of its 10 latencies')
  })

  test('is a trial in the middle', () => {
    expect(lack(first + linesOf(3))).toBe('trial 2 of 3 has 0 of its 10 latencies')
  })

  test('is the end of a line that no report needs', () => {
    expect(lack(whole.slice(0, -1))).toBe('its last line is cut off')
    expect(lack(whole.slice(0, -1), undefined, 'running')).toBe('its last line is cut off')
  })

  test('is nothing of a trial that was invalid, or of which nothing was accepted', () => {
    expect(lack(first, [row(1), row(2, { valid: false }), row(3, { accepted: 0 })])).toBeUndefined()
    expect(lack(header, [])).toBeUndefined()
  })

  test.each([1, 3, 6, 40, 200])(
    'is nothing when the run was killed after %d bytes of a trial that run.json does not have yet',
    bytes => {
      const killed = whole + linesOf(4).slice(0, bytes)
      expect(lack(killed, undefined, 'running')).toBeUndefined()
      expect(lack(whole + linesOf(4), undefined, 'running')).toBeUndefined()
      expect(lack(killed, undefined, 'interrupted')).toBe('its last line is cut off')
    },
  )
})

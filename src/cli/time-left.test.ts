import { describe, expect, it, test } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import { createRandom } from '../random.ts'
import { conditionsOf } from '../trial/condition.ts'
import { interleave, type Planned } from '../trial/planned.ts'
import { predictNs } from '../trial/predict.ts'
import { formatLeft, timeLeftNs } from './time-left.ts'

const planned = interleave(conditionsOf({ smtp: 'sink', repeat: 4 }), createRandom('a'))
const first = planned[0] as Planned

test.each([
  [0, '0:00'],
  [0.4, '0:00'],
  [0.6, '0:01'],
  [59.6, '1:00'],
  [65, '1:05'],
  [3600, '60:00'],
  [-5, '0:00'],
])('%s s are written as %s', (seconds, text) => {
  expect(formatLeft(seconds * NS_PER_S)).toBe(text)
})

describe('the time left', () => {
  const wholeNs = 4 * predictNs(first.condition)

  it('is what was predicted, before there is anything to judge the prediction by', () => {
    expect(timeLeftNs(planned, 0, 5 * NS_PER_S)).toBeCloseTo(wholeNs, 3)
  })

  it('is scaled by how far the prediction was off so far', () => {
    expect(timeLeftNs(planned, 1, wholeNs / 4)).toBeCloseTo((wholeNs * 3) / 4, 3)
    expect(timeLeftNs(planned, 1, wholeNs / 2)).toBeCloseTo((wholeNs * 3) / 2, 3)
    expect(timeLeftNs(planned, 2, wholeNs / 4)).toBeCloseTo(wholeNs / 4, 3)
  })

  it('falls within a trial as well', () => {
    expect(timeLeftNs(planned, 1, wholeNs / 4, 0.5)).toBeCloseTo((wholeNs * 5) / 8, 3)
    expect(timeLeftNs(planned, 3, wholeNs / 4, 1)).toBeCloseTo(0, 3)
  })

  it('is none at the end', () => {
    expect(timeLeftNs(planned, 4, NS_PER_S)).toBe(0)
  })
})

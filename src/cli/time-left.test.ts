import { describe, expect, it, test } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import { createRandom } from '../random.ts'
import { conditionsOf } from '../trial/condition.ts'
import { interleave, type Planned } from '../trial/planned.ts'
import { predictNs, slowestNs } from '../trial/predict.ts'
import { type Ended, formatLeft, outlookOf, timeLeftNs, type UnderWay } from './time-left.ts'

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

/** As if so many trials were over, each of which took as long. */
const over = (count: number, tookNs: number): Ended[] =>
  planned.slice(0, count).map(each => ({ planned: each, tookNs }))
const left = (ended: readonly Ended[], underWay?: UnderWay) =>
  timeLeftNs(outlookOf(planned, ended.length, ended), underWay)

describe('the time left', () => {
  const oneNs = predictNs(first.condition)
  const wholeNs = 4 * oneNs

  it('is what was predicted, before there is anything to judge the prediction by', () => {
    expect(left([])).toBeCloseTo(wholeNs, 3)
  })

  it('is scaled by how far the prediction was off so far', () => {
    expect(left(over(1, wholeNs / 4))).toBeCloseTo((wholeNs * 3) / 4, 3)
    expect(left(over(1, wholeNs / 2))).toBeCloseTo((wholeNs * 3) / 2, 3)
    expect(left(over(2, wholeNs / 8))).toBeCloseTo(wholeNs / 4, 3)
  })

  it('falls within a trial as well', () => {
    const half = { planned: planned[1] as Planned, elapsedNs: oneNs / 2, part: 0.5 }
    expect(left(over(1, oneNs), half)).toBeCloseTo((wholeNs * 5) / 8, 3)
    const last = { planned: planned[3] as Planned, elapsedNs: oneNs, part: 1 }
    expect(left(over(3, oneNs), last)).toBeCloseTo(0, 3)
  })

  it('is none at the end', () => {
    expect(left(over(4, NS_PER_S))).toBe(0)
  })

  it('grows while a trial is under way that is later than was thought, for the label’s others as well', () => {
    const late = (elapsedNs: number, part: number) => left([], { planned: first, elapsedNs, part })
    expect(late(4 * oneNs, 0.5)).toBeCloseTo(4 * oneNs + 3 * 8 * oneNs, 3)
    expect(late(4 * oneNs, 0)).toBeCloseTo(4 * oneNs + 3 * 8 * oneNs, 3)
    expect(late(8 * oneNs, 0)).toBeGreaterThan(late(4 * oneNs, 0))
  })

  it('is never more than timeouts allow', () => {
    const { condition } = first
    const lateNs = slowestNs(condition) - NS_PER_S
    expect(left([], { planned: first, elapsedNs: lateNs, part: 0 })).toBeCloseTo(
      NS_PER_S + 3 * slowestNs(condition),
      3,
    )
  })
})

describe('the time left of a run to servers that are not ours', () => {
  const trials = interleave(
    conditionsOf({
      smtp: 'smtp://127.0.0.1:2598',
      api: 'http://127.0.0.1:2598/send',
      connection: ['reuse', 'fresh'],
      messages: 200,
      warmup: 50,
      repeat: 6,
      users: 10,
      timeout: '10s',
    }),
    createRandom('a'),
  )
  const ofSmtp = ({ condition: { protocol } }: Planned) => protocol === 'smtp'
  const anatomyOf = (of: Planned): Planned => ({ ...of, purpose: 'anatomy' })

  it('follows at once what a submission took of which nothing was accepted', () => {
    const dead = trials.find(ofSmtp) as Planned
    const ended = [{ planned: anatomyOf(dead), tookNs: 0, deadNs: 10 * NS_PER_S }]
    const before = timeLeftNs(outlookOf(trials, 0, []))
    const after = timeLeftNs(outlookOf(trials, 0, ended))
    // 12 trials, each of 5 submissions a user in the warm-up, and of as many as fit into a minute.
    const waits = 12 * (5 + 6) * 10
    expect(before / NS_PER_S).toBeLessThan(20)
    expect(after / NS_PER_S).toBeGreaterThan(waits)
    expect(after / NS_PER_S).toBeLessThan(waits + 20)
  })

  it('does not take one server for another', () => {
    const [dead, alive] = [trials.find(ofSmtp), trials.find(each => !ofSmtp(each))] as [Planned, Planned]
    const one = outlookOf([dead, alive, alive], 1, [
      { planned: dead, tookNs: 100 * NS_PER_S, deadNs: NS_PER_S },
    ])
    expect(timeLeftNs(one)).toBeCloseTo(2 * predictNs(alive.condition), 3)
  })
})

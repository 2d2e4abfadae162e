import { describe, expect, it, test } from 'vitest'
import { NS_PER_MS, NS_PER_S } from '../clock.ts'
import { PhaseTimes } from '../phase.ts'
import { createRandom } from '../random.ts'
import { exampleTrialRow } from '../run-store/rows.fixture.ts'
import type { Sample } from '../sample.ts'
import { conditionsOf } from '../trial/condition.ts'
import { interleave, type Planned } from '../trial/planned.ts'
import { predictNs } from '../trial/predict.ts'
import { virtualClock } from '../virtual-clock.ts'
import { createProgress, formatLeft, timeLeftNs } from './progress.ts'

const planned = interleave(conditionsOf({ smtp: 'sink', repeat: 4 }), createRandom('a'))
const first = planned[0] as Planned

/** Keeps what is written to it. */
function fakeStream(isTTY: boolean) {
  const written: string[] = []
  const stream = { isTTY, columns: 100, rows: 40, write: (text: string) => written.push(text) > 0 }
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => written.join('') }
}

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

  it('is none at the end', () => {
    expect(timeLeftNs(planned, 4, NS_PER_S)).toBe(0)
  })
})

const sample = (outcome: 'accepted' | 'rejected', tookMs: number): Sample => ({
  index: 0,
  messageId: '<0@example.net>',
  dueNs: 0,
  startNs: 0,
  endNs: tookMs * NS_PER_MS,
  attempt: 1,
  reply: { outcome, recipientsRefused: 0, connectionId: 1, phases: new PhaseTimes() },
})

describe('progress', () => {
  it('is one line a trial where there is no terminal', () => {
    const { stream, text } = fakeStream(false)
    using progress = createProgress({ planned, clock: virtualClock(), stream }, false)
    progress.trialStarted(first)
    progress.sample(sample('accepted', 1), true)
    progress.trialEnded(first, { ...exampleTrialRow, accepted: 99, attempted: 100 })
    expect(text()).toBe('1/4  smtp nodemailer reuse 1u  99/100 accepted  p50 2.00 ms  100 msg/s\n')
  })

  it('says why a trial is invalid, and gives no figures where there are none', () => {
    const { stream, text } = fakeStream(false)
    using progress = createProgress({ planned, clock: virtualClock(), stream }, false)
    const row = { ...exampleTrialRow, accepted: 0, attempted: 20, latency_p50_ms: null }
    progress.trialEnded(first, { ...row, valid: false, invalid_because: 'interrupted' })
    expect(text()).toBe('1/4  smtp nodemailer reuse 1u  0/20 accepted  INVALID: interrupted\n')
  })

  it('is nothing when it is to be quiet', () => {
    const { stream, text } = fakeStream(true)
    const progress = createProgress({ planned, clock: virtualClock(), stream }, true)
    progress.trialStarted(first)
    progress.trialEnded(first, exampleTrialRow)
    progress[Symbol.dispose]()
    expect(text()).toBe('')
  })

  it('is redrawn in place on a terminal: trial, label, rate, percentiles, failures, time left', async () => {
    const { stream, text } = fakeStream(true)
    const clock = virtualClock()
    using progress = createProgress({ planned, clock, stream }, false)
    progress.trialStarted(first)
    await clock.advance(200 * NS_PER_MS)
    expect(text()).toMatch(/trial 1 of 4/)
    expect(text()).toMatch(/smtp nodemailer reuse 1u.*warm-up/)
    expect(text()).toMatch(/ {2}\d+:\d\d left/)
    for (let i = 0; i < 50; i++) progress.sample(sample('accepted', 2), true)
    progress.sample(sample('rejected', 9), true)
    await clock.advance(200 * NS_PER_MS)
    expect(text()).toMatch(/p50 2\.00 .*1 failed/)
    progress.trialStarted({ ...first, trial: 3 })
    await clock.advance(200 * NS_PER_MS)
    expect(text()).toMatch(/\[#{12}\.{12}\].*trial 3 of 4 {2}\d+:\d\d left/)
  })

  it('stops drawing once it is disposed of', async () => {
    const { stream, text } = fakeStream(true)
    const clock = virtualClock()
    const progress = createProgress({ planned, clock, stream }, false)
    progress.trialStarted(first)
    await clock.advance(200 * NS_PER_MS)
    progress[Symbol.dispose]()
    const before = text()
    await clock.advance(NS_PER_S)
    expect(text()).toBe(before)
  })
})

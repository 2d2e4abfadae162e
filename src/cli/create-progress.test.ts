import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { NS_PER_MS, NS_PER_S } from '../clock.ts'
import { PhaseTimes } from '../phase.ts'
import { createRandom } from '../random.ts'
import { exampleTrialRow } from '../run-store/rows.fixture.ts'
import type { Outcome, Sample } from '../sample.ts'
import { conditionsOf } from '../trial/condition.ts'
import { interleave, type Planned } from '../trial/planned.ts'
import { virtualClock } from '../virtual-clock.ts'
import { createProgress } from './create-progress.ts'
import { fakeTerminal } from './terminal.fixture.ts'

const planned = interleave(conditionsOf({ smtp: 'sink', repeat: 4, messages: 1000 }), createRandom('a'))
const first = planned[0] as Planned

const sample = (outcome: Exclude<Outcome, 'dropped'>, tookMs: number): Sample => ({
  index: 0,
  messageId: '<0@example.net>',
  dueNs: 0,
  startNs: 0,
  endNs: tookMs * NS_PER_MS,
  attempt: 1,
  reply: { outcome, recipientsRefused: 0, connectionId: 1, phases: new PhaseTimes() },
})

/** Progress of the plan on a terminal, and the time that it is shown in. */
function started(options: { columns?: number; colors?: boolean; label?: string } = {}) {
  const { columns = 100, colors = false, label } = options
  const terminal = fakeTerminal({ columns, colors })
  const clock = virtualClock()
  const progress = createProgress({ planned, clock, stream: terminal.stream }, false, 'xterm')
  progress.trialStarted(label === undefined ? first : { ...first, condition: { ...first.condition, label } })
  return { progress, clock, ...terminal }
}

describe('without a terminal', () => {
  const plain = (trials: readonly Planned[]) => {
    const { stream, text } = fakeTerminal({ isTTY: false })
    return { text, progress: createProgress({ planned: trials, clock: virtualClock(), stream }, false) }
  }
  const row = { ...exampleTrialRow, attempted: 100, accepted: 97, deferred: 1, rejected: 1, in_doubt: 1 }

  it('is one line a round', () => {
    const trials = interleave(conditionsOf({ smtp: 'sink', users: [1, 2], repeat: 2 }), createRandom('a'))
    const { progress, text } = plain(trials)
    for (const trial of trials) {
      progress.trialStarted(trial)
      progress.trialEnded(trial, row)
    }
    expect(text()).toMatch(
      /^round 1 of 2: 2 trials, 194 of 200 accepted, 4 failed, 2 in doubt, about \d:\d\d left\nround 2 of 2: .* about 0:00 left\n$/,
    )
  })

  it('is one line a label where there is one round', () => {
    const { progress, text } = plain(interleave(conditionsOf({ smtp: 'sink', repeat: 1 }), createRandom('a')))
    progress.trialStarted(first)
    progress.trialEnded(first, row)
    expect(text()).toBe(
      '1 of 1  smtp nodemailer reuse 1u: 97 of 100 accepted, 2 failed, 1 in doubt, p50 2.00 ms, about 0:00 left\n',
    )
  })

  it('counts refusals that the plan wants, of wrong credentials, apart from failures', () => {
    const trials = interleave(conditionsOf({ smtp: 'sink', users: [1, 2], repeat: 2 }), createRandom('a'))
    const { progress, text } = plain(trials)
    const refused = { ...row, auth: 'wrong', accepted: 0, deferred: 0, rejected: 99, faulted: 0, in_doubt: 1 }
    for (const [i, trial] of trials.slice(0, 2).entries()) progress.trialEnded(trial, i === 0 ? row : refused)
    expect(text()).toMatch(
      /^round 1 of 2: 2 trials, 97 of 200 accepted, 2 failed, 2 in doubt, 99 refused as planned, about /,
    )
  })

  it('says at once, and on one line, which trial is invalid and why', () => {
    const { progress, text } = plain(
      interleave(conditionsOf({ smtp: 'sink', users: [1, 2], repeat: 2 }), createRandom('a')),
    )
    progress.trialEnded(first, { ...row, valid: false, invalid_because: 'interrupted\r\u001b[31m' })
    expect(text()).toBe('trial 1, smtp nodemailer reuse 1u, is INVALID: interrupted [31m\n')
  })

  it.each([
    ['is dumb', 'dumb', 100],
    ['does not know how wide it is', 'xterm', 0],
    ['is too narrow', 'xterm', 30],
  ])('nothing is redrawn, nor on one that %s', async (_why, name, columns) => {
    const { stream, text } = fakeTerminal({ columns })
    const clock = virtualClock()
    using progress = createProgress({ planned, clock, stream }, false, name)
    progress.trialStarted(first)
    await clock.advance(NS_PER_S)
    expect(text()).toBe('')
  })
})

it('is nothing when it is to be quiet', () => {
  const { stream, text } = fakeTerminal({})
  const progress = createProgress({ planned, clock: virtualClock(), stream }, true)
  progress.trialStarted(first)
  progress.trialEnded(first, exampleTrialRow)
  progress[Symbol.dispose]()
  expect(text()).toBe('')
})

describe('on a terminal', () => {
  it.each([80, 100])('is four lines that fit into %i columns', async columns => {
    const { progress, clock, screen, widest } = started({ columns })
    await clock.advance(300 * NS_PER_MS)
    expect(screen()[0]).toMatch(/^\[\.+\] {2}round 1 of 4 {2}trial 1 of 4 {2}about \d+:\d\d left$/)
    expect(screen()[1]).toBe('smtp nodemailer reuse 1u  warm-up')
    for (let i = 0; i < 498; i++) progress.sample(sample('accepted', 2), true)
    progress.sample(sample('rejected', 9), true)
    progress.sample(sample('in_doubt', 9), true)
    await clock.advance(700 * NS_PER_MS)
    expect(screen()[0]).toMatch(/^\[#{2,3}\.+\] /)
    expect(screen()[1]).toBe('smtp nodemailer reuse 1u')
    expect(screen()[2]).toMatch(
      /^\[(#+)\.{8,12}\] {2}500 of 1,000 {2}500 msg\/s {2}p50 2\.00 ms {2}p99 2\.00 ms$/,
    )
    expect(screen()[3]).toBe('1 failed, 1 in doubt (in all 1 and 1)  p99 by second ▁  2.00-2.00 ms')
    expect(screen()).toHaveLength(4)
    expect(widest()).toBeLessThanOrEqual(columns)
    progress[Symbol.dispose]()
  })

  it('calls no refusal of credentials that are wrong on purpose a failure', async () => {
    const { progress, clock, screen } = started()
    const [wrong] = interleave(conditionsOf({ smtp: 'sink', auth: 'wrong' }), createRandom('a'))
    progress.trialStarted(wrong as Planned)
    for (let i = 0; i < 3; i++) progress.sample(sample('rejected', 2), true)
    progress.sample(sample('faulted', 2), true)
    await clock.advance(NS_PER_S)
    expect(screen()[3]).toMatch(/^1 failed, 0 in doubt \(in all 1 and 0\), 3 refused as planned/)
    progress.trialEnded(wrong as Planned, { ...exampleTrialRow, auth: 'wrong', deferred: 0, rejected: 3 })
    progress.trialStarted(first)
    await clock.advance(NS_PER_S)
    expect(screen()[3]).toMatch(/^0 failed, 0 in doubt \(in all 0 and 0\)/)
    progress[Symbol.dispose]()
  })

  it('draws the p99 of the label’s rounds, and of the seconds of this one, on one scale', async () => {
    const { progress, clock, screen } = started()
    for (const p99 of [4, 11]) progress.trialEnded(first, { ...exampleTrialRow, latency_p99_ms: p99 })
    progress.trialStarted({ ...first, trial: 3, round: 3 })
    for (const tookMs of [4, 7.5, 4]) {
      for (let i = 0; i < 400; i++) progress.sample(sample('accepted', tookMs), true)
      await clock.advance(NS_PER_S)
    }
    expect(screen()[0]).toContain('round 3 of 4  trial 3 of 4')
    expect(screen()[3]).toMatch(/ {2}p99 by round ▁█ by second ▁▅▁ {2}4\.00-11\.0 ms$/)
    progress[Symbol.dispose]()
  })

  it('draws the p50 where there are too few for a p99', async () => {
    const { progress, clock, screen } = started()
    for (let i = 0; i < 50; i++) progress.sample(sample('accepted', 3), true)
    await clock.advance(NS_PER_S)
    expect(screen()[2]).toContain('p50 3.00 ms  p99 -')
    expect(screen()[3]).toContain('p50 by second ▁  3.00-3.00 ms')
    progress[Symbol.dispose]()
  })

  it.each([80, 100])('never becomes wider than %i columns, however long it takes', async columns => {
    const { progress, clock, screen, widest } = started({ columns, label: 'l'.repeat(300) })
    for (let second = 0; second < 100; second++) {
      for (let i = 0; i < 400; i++) progress.sample(sample('accepted', 1 + (second % 7)), true)
      for (let i = 0; i < 3000; i++) progress.sample(sample('faulted', 1), true)
      await clock.advance(NS_PER_S)
    }
    expect(widest()).toBe(columns)
    expect(screen()).toHaveLength(4)
    expect(screen()[1]).toMatch(/^l+…$/)
    progress[Symbol.dispose]()
  })

  it('lets no control character of a label reach the terminal', async () => {
    const { progress, clock, text } = started({ label: 'a\u001b]0;title\u0007b\r\nc\u009b31md\u202ee' })
    await clock.advance(NS_PER_S)
    progress[Symbol.dispose]()
    // What is left are the sequences that redraw lines in place, and hide the cursor.
    const own = /\u001b\[(?:\?2026[hl]|\?25[hl]|\d*[ABCDGK]|2K)/g
    expect(text().replaceAll(own, '')).toMatch(/^[^\p{Cc}\u202e]*(?:\n[^\p{Cc}\u202e]*)*$/u)
    expect(text()).toContain('a ]0;title b c 31md e')
  })

  it.each([
    [true, /\u001b\[36m\[\.+\]\u001b\[39m/],
    [false, /^\[\.+\]/m],
  ])('has colours where the terminal wants them: %s', async (colors, words) => {
    const { progress, clock, text } = started({ colors })
    await clock.advance(NS_PER_S)
    expect(text()).toMatch(words)
    expect(text().includes('\u001b[36m')).toBe(colors)
    progress[Symbol.dispose]()
  })

  it('is drawn four times a second at most, and never by a submission', async () => {
    const { progress, clock, writes } = started()
    const before = writes()
    for (let i = 0; i < 5000; i++) progress.sample(sample('accepted', 2), true)
    expect(writes()).toBe(before)
    for (let tenth = 0; tenth < 100; tenth++) {
      for (let i = 0; i < 50; i++) progress.sample(sample('accepted', 2), true)
      await clock.advance(NS_PER_S / 10)
    }
    expect(writes() - before).toBeLessThanOrEqual(40)
    expect(writes() - before).toBeGreaterThan(20)
    progress[Symbol.dispose]()
  })

  it('says what has to be said above its lines, and stops once it is disposed of', async () => {
    const { progress, clock, text, screen } = started()
    await clock.advance(NS_PER_S)
    progress.say('ending the run\u0007')
    await clock.advance(NS_PER_S)
    expect(screen()[0]).toBe('ending the run')
    expect(screen()).toHaveLength(5)
    progress[Symbol.dispose]()
    expect(screen()).toEqual(['ending the run'])
    const before = text()
    await clock.advance(NS_PER_S)
    expect(text()).toBe(before)
    expect(stripVTControlCharacters(before)).not.toContain('\u0007')
  })
})

import { describe, expect, it } from 'vitest'
import { NS_PER_S } from '../clock.ts'
import { PhaseTimes } from '../phase.ts'
import { createRandom } from '../random.ts'
import { exampleTrialRow } from '../run-store/rows.fixture.ts'
import type { Reply, Sample } from '../sample.ts'
import { conditionsOf } from '../trial/condition.ts'
import type { Plan } from '../trial/plan.ts'
import { interleave, type Planned } from '../trial/planned.ts'
import { predictNs } from '../trial/predict.ts'
import { virtualClock } from '../virtual-clock.ts'
import { createProgress } from './create-progress.ts'
import { RunWatch } from './run-watch.ts'
import { fakeTerminal } from './terminal.fixture.ts'

const silent: Partial<Reply> = {
  outcome: 'faulted',
  phase: 'greeting',
  cause: 'timeout',
  text: 'greeting took longer than 10000 ms',
}

const sampleOf = (reply: Partial<Reply>, tookS: number): Sample => ({
  index: 0,
  messageId: '<0@example.net>',
  dueNs: 0,
  startNs: 0,
  endNs: tookS * NS_PER_S,
  attempt: 1,
  reply: { outcome: 'accepted', recipientsRefused: 0, connectionId: 1, phases: new PhaseTimes(), ...reply },
})

/** Two labels, twice each, of which each trial is two submissions that end alike. */
async function shown(
  replies: readonly Partial<Reply>[],
  { isTTY = false, quiet = false, plan = {} }: { isTTY?: boolean; quiet?: boolean; plan?: Plan } = {},
) {
  const trials = interleave(
    conditionsOf({ smtp: 'smtp://mail.example:25', users: [1, 2], repeat: 2, warmup: 0, ...plan }),
    createRandom('a'),
  )
  const { stream, text, screen } = fakeTerminal({ isTTY })
  const clock = virtualClock()
  const progress = createProgress({ planned: trials, clock, stream }, quiet, 'xterm')
  for (const [i, reply] of replies.entries()) {
    const trial = trials[i] as Planned
    progress.trialStarted(trial)
    progress.sample(sampleOf(reply, 10), false)
    await clock.advance(20 * NS_PER_S)
    progress.sample(sampleOf(reply, 10), true)
    progress.trialEnded(trial, {
      ...exampleTrialRow,
      label: trial.condition.label,
      target: 'smtp://mail.example:25',
    })
  }
  progress[Symbol.dispose]()
  return { text: text(), screen: screen() }
}

describe('a server of somebody else’s that accepts nothing', () => {
  it('is told of as soon as a trial of it is over, with what was met, and with the time that it will take', async () => {
    const { text } = await shown([silent])
    expect(text).toMatch(
      /^smtp nodemailer reuse [12]u: 0 of 2 accepted: faulted in greeting \(timeout\): greeting took longer than 10000 ms, about \d+:\d\d left\n$/,
    )
    // Of four trials of 200 messages, each of a minute at most: not of one second, as predicted.
    expect(Number(/about (\d+):/.exec(text)?.[1])).toBeGreaterThan(0)
  })

  it('is told of once for each way in which it fails', async () => {
    const refusal = { outcome: 'rejected', phase: 'auth', cause: 'auth', code: 535, text: '535 no' } as const
    const { text } = await shown([silent, silent, refusal, silent])
    expect(text.match(/0 of 2 accepted/g)).toHaveLength(2)
    expect(text).toMatch(/: rejected in auth \(auth, 535\): 535 no, about/)
  })

  it('is told of above the lines of a terminal, where the line stays', async () => {
    const { screen } = await shown([silent], { isTTY: true })
    expect(screen.join(' ')).toMatch(/: 0 of 2 accepted: faulted in greeting \(timeout\): .* than 10000 ms$/)
  })

  it('is not told of when it is to be quiet', async () => {
    expect((await shown([silent], { quiet: true })).text).toBe('')
  })

  it('is no sink, whose other labels take no longer because of it', () => {
    const trials = interleave(conditionsOf({ smtp: 'sink', users: [1, 2], repeat: 1 }), createRandom('a'))
    const clock = virtualClock()
    const watch = new RunWatch(trials, clock)
    const [one, other] = trials as [Planned, Planned]
    watch.started(one)
    watch.sample(sampleOf(silent, 10))
    watch.ended(one, exampleTrialRow)
    expect(watch.leftNs()).toBeCloseTo(predictNs(other.condition), 3)
  })

  it('is no server that accepted something, nor one of which we ended all ourselves, nor a sink', async () => {
    for (const replies of [[{}], [{ outcome: 'aborted' } as const]])
      expect((await shown(replies)).text).toBe('')
    expect((await shown([silent], { plan: { smtp: 'sink' } })).text).toBe('')
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadTemplate } from '../message/corpus.ts'
import { type Phase, phases } from '../phase.ts'
import { median } from '../stats/median.ts'
import { type Trips, tripsOf } from '../stats/round-trips.ts'
import { anatomyTable } from './anatomy-cases.fixture.ts'
import { type Sides, startSides } from './anatomy-subject.fixture.ts'

/** Far beyond what a busy machine adds to an answer, so that it is told from one that merely crossed. */
const RTT_MS = 20
/** A machine that stalls for longer than a round trip makes one more of it: the median of so many does not. */
const CONNECTIONS = 3
/** One that does so all the time is asked again: what a client does wrong it does every time. */
const patience = { retry: 2 } as const

/** Phases with round trips; what most submissions agree on. */
function countsOf(trips: readonly Trips[]): Partial<Record<Phase, number>> {
  const counts = phases.map(
    phase => [phase, median(trips.map(each => each.phases.get(phase) ?? 0)) ?? 0] as const,
  )
  return Object.fromEntries(counts.filter(([, count]) => count !== 0))
}

describe('round trips of the wire client, as docs/measurement.md has them', () => {
  let sides: Sides | undefined
  beforeAll(async () => {
    sides = await startSides(anatomyTable)
  })
  afterAll(() => sides?.[Symbol.asyncDispose]())

  it.concurrent.each(anatomyTable)('$name', patience, async subject => {
    if (!sides) return expect.unreachable()
    const { recipients = 1 } = subject
    const template = await loadTemplate('password-reset', { run: '0badcafe', trial: 1, recipients })
    const relay = await sides.link(subject, RTT_MS)
    const submissions = []
    for (let i = 0; i < CONNECTIONS; i++)
      submissions.push(await sides.submitThrough(relay, subject, template))
    const log = await relay.log()
    const trips = submissions.map(each => each.map(submission => log && tripsOf(submission, log)))
    const known = (each: readonly (Trips | undefined)[]) => each.filter(trip => trip !== undefined)
    expect(countsOf(known(trips.map(([cold]) => cold)))).toEqual(subject.cold)
    expect(countsOf(known(trips.flatMap(([, ...warm]) => warm)))).toEqual(subject.warm)
  })
})

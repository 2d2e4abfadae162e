import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NS_PER_MS } from '../clock.ts'
import { loadTemplate } from '../message/corpus.ts'
import { type Phase, phases } from '../phase.ts'
import { median } from '../stats/median.ts'
import { type MarkedSubmission, type Trips, tripsOf } from '../stats/round-trips.ts'
import { type AnatomyCase, type Sides, startSides } from './anatomy-subject.fixture.ts'
import type { Relay } from './link-side.ts'

const kinds = ['cold', 'warm'] as const
/** `bare` is a dialogue of NOOPs at the same time: what a round trip costs on this machine, whoever makes it. */
interface Seen extends Record<(typeof kinds)[number], Observed[]> {
  readonly bare: Span[]
}

const RTTS_MS = [10, 20, 50, 100] as const
const REPETITIONS = 3
/** More repetitions, when a busy machine has bent the line. */
const ROUNDS_MAX = 4
/** By how much latency over RTT may differ from the counted round trips. */
const SLOPE_ERROR_MAX = 0.03

interface Span {
  readonly rttMs: number
  readonly spanMs: number
}

interface Observed extends Span {
  readonly trips: Trips
}

interface Slope {
  readonly value: number
  /** Standard error, of what the spread of latencies explains. */
  readonly error: number
}

/** A normal distribution's standard deviation over its median absolute deviation, and a median's error over a mean's. */
const [MAD_FACTOR, MEDIAN_FACTOR] = [1.4826, 1.2533]

/** How many round trips latency says that there are: the least-squares line through the medians over the RTT. */
function slopeOf(observed: readonly Span[]): Slope {
  const points = RTTS_MS.map(rttMs => {
    const spansMs = observed.filter(each => each.rttMs === rttMs).map(({ spanMs }) => spanMs)
    const middle = median(spansMs) ?? Number.NaN
    const deviation = MAD_FACTOR * (median(spansMs.map(span => Math.abs(span - middle))) ?? Number.NaN)
    return { x: rttMs, y: middle, error: (MEDIAN_FACTOR * deviation) / Math.sqrt(spansMs.length) }
  })
  const center = RTTS_MS.reduce((total, x) => total + x, 0) / RTTS_MS.length
  const squares = RTTS_MS.reduce((total, x) => total + (x - center) ** 2, 0)
  const weighted = points.map(({ x, y, error }) => ({ y, error, weight: (x - center) / squares }))
  return {
    value: weighted.reduce((total, { y, weight }) => total + weight * y, 0),
    error: Math.hypot(...weighted.map(({ error, weight }) => weight * error)),
  }
}

const sum = (counts: Partial<Record<Phase, number>>) => Object.values(counts).reduce((a, b) => a + b, 0)

/** Phases with round trips, as a case writes them: what most submissions agree on. */
function countsOf(observed: readonly Observed[]): Partial<Record<Phase, number>> {
  const counts = phases.map(phase => {
    const each = observed.map(({ trips }) => trips.phases.get(phase) ?? 0)
    return [phase, median(each) ?? Number.NaN] as const
  })
  return Object.fromEntries(counts.filter(([, count]) => count !== 0))
}

/** The submissions over a link of that length, as the relay saw them. */
async function observe(relay: Relay, rttMs: number, submissions: readonly MarkedSubmission[]) {
  const log = await relay.log()
  return submissions.map((submission): Observed => {
    const trips = log && tripsOf(submission, log)
    if (!trips) throw new Error('the relay has not seen this connection')
    return { rttMs, spanMs: (submission.endNs - submission.startNs) / NS_PER_MS, trips }
  })
}

/** Whether latency grows by the counted round trips. */
const isStraight = (latencies: readonly Span[], count: number) =>
  Math.abs(slopeOf(latencies).value - count) < SLOPE_ERROR_MAX * count

/**
 * The same on a machine that is busy with something else all the while, which makes every round trip slower, and
 * spreads them: beside what a bare one takes at the same time, and as finely as the spread allows.
 */
function isStraightBeside(bare: readonly Span[], latencies: readonly Span[], count: number): boolean {
  const [slope, each] = [slopeOf(latencies), slopeOf(bare)]
  const error = Math.hypot(slope.error, count * each.error)
  return Math.abs(slope.value - count * each.value) < Math.max(SLOPE_ERROR_MAX * count, 3 * error)
}

async function dissect(subject: AnatomyCase, sides: Sides): Promise<void> {
  const { recipients = 1 } = subject
  const template = await loadTemplate('password-reset', { run: '0badcafe', trial: 1, recipients })
  const links = await Promise.all(
    RTTS_MS.map(async rttMs => ({
      rttMs,
      relay: await sides.link(subject, rttMs),
      bareRelay: await sides.bareLink(rttMs),
    })),
  )
  const seen: Seen = { cold: [], warm: [], bare: [] }

  /** Over each link in turn, so that whatever drifts hits all of them alike. */
  async function repeat(): Promise<void> {
    for (const { rttMs, relay, bareRelay } of links) {
      const submissions = await sides.submitThrough(relay, subject, template)
      const [cold, ...warm] = await observe(relay, rttMs, submissions)
      if (cold) seen.cold.push(cold)
      seen.warm.push(...warm)
      const spansNs = await sides.converse(bareRelay)
      seen.bare.push(...spansNs.map(spanNs => ({ rttMs, spanMs: spanNs / NS_PER_MS })))
    }
  }
  // What is done for the first time, on either side, is slow.
  await sides.submitThrough(await sides.link(subject, 1), subject, template)
  for (let round = 1; round <= ROUNDS_MAX; round++) {
    for (let repetition = 0; repetition < REPETITIONS; repetition++) await repeat()
    if (kinds.every(kind => isStraight(seen[kind], sum(subject[kind])))) break
  }
  for (const kind of kinds) {
    expect(countsOf(seen[kind])).toEqual(subject[kind])
    const count = sum(subject[kind])
    const agrees = isStraight(seen[kind], count) || isStraightBeside(seen.bare, seen[kind], count)
    expect(agrees, `${kind}: ${slopeOf(seen[kind]).value} round trips by latency, ${count} counted`).toBe(
      true,
    )
  }
}

/**
 * Dissects each client: the round trips that the relay counts are those of docs/measurement.md, phase by phase,
 * and the slope of the median latency over the round-trip time agrees with them.
 */
export function testAnatomy(cases: readonly AnatomyCase[]): void {
  describe('the anatomy of', () => {
    let sides: Sides | undefined
    beforeAll(async () => {
      sides = await startSides(cases)
    })
    afterAll(() => sides?.[Symbol.asyncDispose]())

    // Together: they wait for their links, and hardly for each other.
    it.concurrent.each(cases)(
      '$name',
      async subject => {
        if (sides) await dissect(subject, sides)
      },
      120_000,
    )
  })
}

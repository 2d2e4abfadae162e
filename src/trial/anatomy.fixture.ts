import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Clock, type Nanoseconds, NS_PER_MS, NS_PER_S, systemClock } from '../clock.ts'
import type { Address, TlsTrust } from '../dial/dial.ts'
import { loadTemplate } from '../message/corpus.ts'
import type { Template } from '../message/message.ts'
import { type Phase, phases } from '../phase.ts'
import type { SinkUser, TlsMode } from '../sink/sink.ts'
import { median } from '../stats/median.ts'
import { type MarkedSubmission, type Trips, tripsOf } from '../stats/round-trips.ts'
import type { Transport } from '../transport/transport.ts'
import { startFarSide } from './far-side.ts'
import { startLinkSide } from './link-side.ts'

/** What a client is opened with: one connection, kept, with its instants. */
export interface AnatomyOptions {
  readonly address: Address
  readonly relay: Address
  readonly tls: TlsMode
  readonly trust: TlsTrust
  /** Of a server that asks for authentication. */
  readonly user: SinkUser | undefined
  readonly reuse: true
  readonly connections: 1
  readonly keepsMarks: true
  readonly timeoutNs: Nanoseconds
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** One client in one mode against one kind of server, and what docs/measurement.md says of it. */
export interface AnatomyCase {
  readonly name: string
  readonly server: { readonly protocol: 'smtp' | 'http'; readonly tls: TlsMode; readonly auth: boolean }
  readonly open: (options: AnatomyOptions) => Transport
  readonly recipients?: number
  /** Round trips of a submission that opens its connection, from SYN to reply, by phase. */
  readonly cold: Partial<Record<Phase, number>>
  /** Of one that finds it open. */
  readonly warm: Partial<Record<Phase, number>>
}

const kinds = ['cold', 'warm'] as const
type Seen = Record<(typeof kinds)[number], Observed[]>

const RTTS_MS = [10, 20, 50, 100] as const
/** Submissions of a connection: one that opens it, and some that find it open. */
const WARM = 2
const REPETITIONS = 3
/** More repetitions, when a busy machine has bent the line. */
const ROUNDS_MAX = 4
/** By how much latency over RTT may differ from the counted round trips. */
const SLOPE_ERROR_MAX = 0.03

const user: SinkUser = { user: 'anatomy', password: 'secret' }

interface Observed {
  readonly rttMs: number
  readonly spanMs: number
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
function slopeOf(observed: readonly Observed[]): Slope {
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

/** Submits one after the other over one connection, which the first of them opens. */
async function submitAll(transport: Transport, template: Template): Promise<MarkedSubmission[]> {
  const submissions: MarkedSubmission[] = []
  for (let index = 0; index <= WARM; index++) {
    const message = template.message(index)
    const startNs = systemClock.nowNs()
    const { outcome, connectionId, phases: times } = await transport.submit(message)
    const endNs = systemClock.nowNs()
    expect(outcome).toBe('accepted')
    submissions.push({ connectionId, startNs, endNs, marks: times.marks ?? [] })
  }
  expect(transport.connectionsOpened).toBe(1)
  return submissions
}

/** Starts what all cases share: sinks of every kind that they need, and links. */
async function startSides(cases: readonly AnatomyCase[]) {
  const keyOf = ({ protocol, tls, auth }: AnatomyCase['server']) => `${protocol} ${tls} ${auth}`
  const servers = new Map(cases.map(({ server }) => [keyOf(server), server]))
  const keys = [...servers.keys()]
  const farSide = await startFarSide({
    listeners: [...servers.values()],
    script: {},
    seed: 'anatomy',
    users: [user],
    keys: [user.password],
  })
  const linkSide = await startLinkSide()
  return {
    linkSide,
    trust: { ca: farSide.ca, insecure: false, resume: false },
    addressOf: ({ server }: AnatomyCase): Address => {
      const endpoint = farSide.endpoints[keys.indexOf(keyOf(server))]
      if (!endpoint) throw new Error(`no sink for ${keyOf(server)}`)
      return { host: endpoint.host, port: endpoint.port }
    },
    async [Symbol.asyncDispose]() {
      await linkSide[Symbol.asyncDispose]()
      await farSide[Symbol.asyncDispose]()
    },
  }
}
type Sides = Awaited<ReturnType<typeof startSides>>

/** Submissions over a link of that length: the one that opens the connection, and those that find it open. */
async function observe(subject: AnatomyCase, sides: Sides, rttMs: number, template: Template) {
  const { server, open } = subject
  const address = sides.addressOf(subject)
  await using relay = await sides.linkSide.open({
    target: address,
    spec: { rtt: `${rttMs}ms` },
    seed: 'anatomy',
  })
  await using transport = open({
    address,
    relay: relay.address,
    tls: server.tls,
    trust: sides.trust,
    user: server.auth ? user : undefined,
    reuse: true,
    connections: 1,
    keepsMarks: true,
    timeoutNs: 10 * NS_PER_S,
    clock: systemClock,
    signal: new AbortController().signal,
  })
  const submissions = await submitAll(transport, template)
  const log = await relay.log()
  const [cold, ...warm] = submissions.map((submission): Observed => {
    const trips = log && tripsOf(submission, log)
    if (!trips) throw new Error('the relay has not seen this connection')
    return { rttMs, spanMs: (submission.endNs - submission.startNs) / NS_PER_MS, trips }
  })
  return { cold: cold ? [cold] : [], warm }
}

/** Observes over each link in turn, so that whatever drifts hits all of them alike. */
async function observeAll(subject: AnatomyCase, sides: Sides, template: Template, seen: Seen): Promise<void> {
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    for (const rttMs of RTTS_MS) {
      const { cold, warm } = await observe(subject, sides, rttMs, template)
      seen.cold.push(...cold)
      seen.warm.push(...warm)
    }
  }
}

async function dissect(subject: AnatomyCase, sides: Sides): Promise<void> {
  const { recipients = 1 } = subject
  const template = await loadTemplate('password-reset', { run: '0badcafe', trial: 1, recipients })
  const seen: Seen = { cold: [], warm: [] }
  // What is done for the first time, on either side, is slow.
  await observe(subject, sides, 1, template)

  const isStraight = (kind: keyof Seen) => {
    const count = sum(subject[kind])
    return Math.abs(slopeOf(seen[kind]).value - count) < SLOPE_ERROR_MAX * count
  }
  for (let round = 1; round <= ROUNDS_MAX; round++) {
    await observeAll(subject, sides, template, seen)
    if (kinds.every(isStraight)) break
  }
  for (const kind of kinds) {
    expect(countsOf(seen[kind])).toEqual(subject[kind])
    const count = sum(subject[kind])
    const { value, error } = slopeOf(seen[kind])
    // A machine that is busy with something else all the while spreads latencies, and allows no finer judgement.
    const mostOff = Math.max(SLOPE_ERROR_MAX * count, 3 * error)
    expect(Math.abs(value - count), `${kind}: ${value} round trips`).toBeLessThan(mostOff)
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

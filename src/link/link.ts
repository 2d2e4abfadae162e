import { z } from 'zod'
import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import { compileDistribution, exponentialSpec, lognormalSpec } from '../distribution.ts'
import { durationText, textFor } from '../text-schema.ts'
import { parseBandwidthBitPerS, parseDurationNs } from '../units.ts'
import { bandwidth, type Rates } from './bandwidth.ts'
import { blackHole } from './blackhole.ts'
import {
  compact,
  compilePoint,
  compileStall,
  duration,
  pointLabel,
  pointSpec,
  stallLabel,
  stallSpec,
} from './fault-spec.ts'
import { chain, type Direction, type Impairment } from './impairment.ts'
import { jitter } from './jitter.ts'
import { reset } from './reset.ts'
import { roundTrip } from './rtt.ts'
import { stall } from './stall.ts'
import { type LinkFault, struck } from './struck.ts'

const jitterSpec = z.union([durationText, exponentialSpec, lognormalSpec], {
  error: 'must be a duration such as 2ms, or a mapping with exponential or lognormal',
})

const rate = textFor(parseBandwidthBitPerS)
const bandwidthSpec = z.union([rate, z.strictObject({ up: rate.optional(), down: rate.optional() })], {
  error: 'must be a bandwidth such as 10mbit, or a mapping with up and down',
})

/** An emulated network, as plans write it. What is left out is as good as loopback. */
export const linkSpec = z.strictObject({
  rtt: durationText.optional().describe('round-trip time'),
  jitter: jitterSpec
    .optional()
    .describe('what each way takes beyond half of it: evenly up to a duration, or of a distribution'),
  bandwidth: bandwidthSpec
    .optional()
    .describe('of each way, shared by all connections: kbit, mbit or gbit a second'),
  stall: stallSpec.optional().describe('nothing passes for a while'),
  reset: pointSpec.optional().describe('both ends are reset'),
  blackhole: pointSpec.optional().describe('from here on nothing passes, and nothing closes'),
})

/** What is written of a link, and what a plan's faults do on it. */
export interface LinkSpec extends z.infer<typeof linkSpec> {
  readonly faults?: readonly LinkFault[] | undefined
}

/** A link that is ready to work. It has state: each relay compiles its own. */
export interface Link {
  readonly rttNs: Nanoseconds
  readonly impairment: Impairment
  /** When all connections that are open are cut; counts from the link's first. */
  readonly cutNs: Nanoseconds | undefined
  /** Bytes of one connection that may be under way in each direction. */
  readonly windowBytes: Readonly<Record<Direction, number>>
}

/** More than one process relays. */
const LOOPBACK_BYTES_PER_S = 1e9
/** What a bottleneck queues beyond what is under way, and what a relay reads at once, twice. */
const QUEUE_BYTES = 128 * 1024
const WINDOW_BYTES_MAX = 64 * 1024 * 1024

/**
 * The product of bandwidth and delay, and a queue: less would throttle (RFC 7323 §1.1), more would only take
 * memory. A link whose bandwidth is not limited passes what a relay can, up to 64 MiB a connection.
 */
function windowBytes(wayNs: Nanoseconds, bitPerS: number | undefined): number {
  const bytesPerS = bitPerS === undefined ? LOOPBACK_BYTES_PER_S : bitPerS / 8
  return Math.min(WINDOW_BYTES_MAX, Math.ceil((bytesPerS * wayNs) / NS_PER_S) + QUEUE_BYTES)
}

/** The round-trip time that a specification asks for. */
export const linkRttNs = ({ rtt }: LinkSpec): Nanoseconds => (rtt === undefined ? 0 : parseDurationNs(rtt))

function ratesOf({ bandwidth: spec }: LinkSpec): Rates {
  const { up, down } = typeof spec === 'string' ? { up: spec, down: spec } : (spec ?? {})
  return {
    upBitPerS: up === undefined ? undefined : parseBandwidthBitPerS(up),
    downBitPerS: down === undefined ? undefined : parseBandwidthBitPerS(down),
  }
}

function compileJitter(spec: NonNullable<LinkSpec['jitter']>): Impairment {
  if (typeof spec !== 'string') return jitter(compileDistribution(spec))
  const mostNs = parseDurationNs(spec)
  return jitter(random => Math.round(random.next() * mostNs))
}

/** What jitter adds at most, or very nearly so. */
function jitterMostNs({ jitter: spec }: LinkSpec): Nanoseconds {
  if (spec === undefined) return 0
  if (typeof spec === 'string') return parseDurationNs(spec)
  return 'exponential' in spec ? 5 * parseDurationNs(spec.exponential) : parseDurationNs(spec.lognormal.p99)
}

/** The chain in the order in which a link meets its bytes: a line, its faults, the distance. */
export function compileLink(spec: LinkSpec): Link {
  const rttNs = linkRttNs(spec)
  const rates = ratesOf(spec)
  const cut = spec.reset && compilePoint(spec.reset)
  const impairments = [
    ...(spec.bandwidth === undefined ? [] : [bandwidth(rates)]),
    ...(spec.stall === undefined ? [] : [stall(compileStall(spec.stall))]),
    ...(spec.jitter === undefined ? [] : [compileJitter(spec.jitter)]),
    ...(rttNs === 0 ? [] : [roundTrip(rttNs)]),
    ...(spec.blackhole === undefined ? [] : [blackHole(compilePoint(spec.blackhole))]),
    ...(spec.faults ?? []).map(struck),
    // Last: it counts what arrives, and a cut passes through nothing.
    ...(cut && 'afterBytes' in cut ? [reset(cut)] : []),
  ]
  const wayNs = rttNs / 2 + jitterMostNs(spec)
  return {
    rttNs,
    impairment: chain(impairments),
    cutNs: cut && 'atNs' in cut ? cut.atNs : undefined,
    windowBytes: {
      up: windowBytes(wayNs, rates.upBitPerS),
      down: windowBytes(wayNs, rates.downBitPerS),
    },
  }
}

function jitterLabel(spec: NonNullable<LinkSpec['jitter']>): string {
  if (typeof spec === 'string') return duration(spec)
  if ('exponential' in spec) return `exponential ${duration(spec.exponential)}`
  return `lognormal ${duration(spec.lognormal.median)} p99 ${duration(spec.lognormal.p99)}`
}

function bandwidthLabel(spec: NonNullable<LinkSpec['bandwidth']>): string {
  if (typeof spec === 'string') return compact(spec)
  const { up, down } = spec
  return [up && `${compact(up)} up`, down && `${compact(down)} down`].filter(Boolean).join(' ')
}

/** What is wrong with the link beyond its distance, in words; empty when nothing is. */
export function linkFault({
  jitter: spread,
  bandwidth: rates,
  stall: pause,
  reset: cut,
  blackhole,
  faults = [],
}: LinkSpec): string {
  return [
    spread !== undefined && `jitter ${jitterLabel(spread)}`,
    rates !== undefined && bandwidthLabel(rates),
    pause !== undefined && stallLabel(pause),
    cut !== undefined && `reset ${pointLabel(cut)}`,
    blackhole !== undefined && `black hole ${pointLabel(blackhole)}`,
    faults.map(({ words }) => words).join(' and '),
  ]
    .filter(Boolean)
    .join(' ')
}

/** The whole link in words, `rtt 20ms jitter 2ms 10mbit`; empty of one that is as good as loopback. */
export function linkLabel(spec: LinkSpec): string {
  const { rtt } = spec
  return [rtt !== undefined && `rtt ${duration(rtt)}`, linkFault(spec)].filter(Boolean).join(' ')
}

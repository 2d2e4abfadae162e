import { z } from 'zod'
import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import { compileDistribution, exponentialSpec, lognormalSpec } from '../distribution.ts'
import type { Random } from '../random.ts'
import type { Verdict } from '../sample.ts'
import { durationText, textFor } from '../text-schema.ts'
import { parseDurationNs, parseRatePerS, parseShare } from '../units.ts'
import type { Exchange, Script } from './sink.ts'

const shareWords = { error: 'must be a share, such as 1% or 0.01' }
const share = z.union([z.number().min(0, shareWords).max(1, shareWords), textFor(parseShare)], shareWords)

const think = z.union(
  [durationText, z.strictObject({ constant: durationText }), exponentialSpec, lognormalSpec],
  { error: 'must be a duration such as 5ms, or a mapping with constant, exponential or lognormal' },
)

/** The script file: what a sink answers, how often, and after how long. */
export const scriptSpec = z
  .strictObject({
    think: think.optional(),
    reject: share.optional(),
    defer: share.optional(),
    throttle: textFor(parseRatePerS).optional(),
    faults: z.never({ error: 'faults are not supported yet: take the field out' }).optional(),
  })
  .refine(({ reject, defer }) => shareOf(reject) + shareOf(defer) <= 1, {
    message: 'reject and defer must not add up to more than 100%',
    path: ['defer'],
    when: ({ issues }) => issues.length === 0,
  })

export type ScriptSpec = z.infer<typeof scriptSpec>

type ThinkSpec = z.infer<typeof think>

function shareOf(spec: string | number | undefined): number {
  return typeof spec === 'string' ? parseShare(spec) : (spec ?? 0)
}

function compileThink(spec: ThinkSpec = '0ms'): (random: Random) => Nanoseconds {
  if (typeof spec === 'string') return compileThink({ constant: spec })
  if ('constant' in spec) {
    const constantNs = parseDurationNs(spec.constant)
    return () => constantNs
  }
  return compileDistribution(spec)
}

/** How much of a second's allowance may be used at once. */
const BURST_S = 0.1

/**
 * A token bucket as the Generic Cell Rate Algorithm (ITU-T I.371, annex A): one number of state, and no
 * timer. Returns 0 when `atNs` conforms, else how long until the next will.
 */
function createThrottle(ratePerS: number): (atNs: Nanoseconds) => Nanoseconds {
  const intervalNs = NS_PER_S / ratePerS
  const toleranceNs = Math.max(0, BURST_S * NS_PER_S - intervalNs)
  let dueNs = Number.NEGATIVE_INFINITY
  return atNs => {
    const earlyNs = dueNs - toleranceNs - atNs
    if (earlyNs > 0) return Math.ceil(earlyNs)
    dueNs = Math.max(dueNs, atNs) + intervalNs
    return 0
  }
}

const accepted: Verdict = { outcome: 'accepted' }

const refusals = {
  rejected: {
    smtp: {
      outcome: 'rejected',
      cause: 'policy',
      code: 550,
      enhancedCode: '5.7.1',
      text: 'Refused by policy',
    },
    http: { outcome: 'rejected', cause: 'policy', code: 422, text: 'Refused by policy' },
  },
  deferred: {
    smtp: { outcome: 'deferred', cause: 'server', code: 451, enhancedCode: '4.3.0', text: 'Try again later' },
    http: { outcome: 'deferred', cause: 'server', code: 503, text: 'Try again later' },
  },
  throttled: {
    smtp: {
      outcome: 'deferred',
      cause: 'throttled',
      code: 451,
      enhancedCode: '4.7.1',
      text: 'Too many messages',
    },
    http: { outcome: 'deferred', cause: 'throttled', code: 429, text: 'Too many messages' },
  },
} as const satisfies Record<string, Record<Exchange['protocol'], Verdict>>

/**
 * Makes the script of one sink: everything is decided once a message, at `content`, alike for both protocols.
 * A throttle's state lives in what is returned, so every sink compiles its own.
 */
export function compileScript(spec: ScriptSpec): Script {
  const thinkFor = compileThink(spec.think)
  const rejectShare = shareOf(spec.reject)
  const refusedShare = rejectShare + shareOf(spec.defer)
  const throttle = spec.throttle === undefined ? undefined : createThrottle(parseRatePerS(spec.throttle))
  return ({ protocol, step, atNs }, random) => {
    if (step !== 'content') return { thinkNs: 0, verdict: accepted }
    // Each message draws the same numbers whatever becomes of it: one refusal does not shift the rest.
    const thinkNs = thinkFor(random)
    const draw = random.next()
    const waitNs = throttle?.(atNs) ?? 0
    if (waitNs > 0) return { thinkNs, verdict: { ...refusals.throttled[protocol], retryAfterNs: waitNs } }
    if (draw < rejectShare) return { thinkNs, verdict: refusals.rejected[protocol] }
    if (draw < refusedShare) return { thinkNs, verdict: refusals.deferred[protocol] }
    return { thinkNs, verdict: accepted }
  }
}

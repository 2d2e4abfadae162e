import { z } from 'zod'
import { type Nanoseconds, NS_PER_S } from '../clock.ts'
import { compileDistribution, exponentialSpec, lognormalSpec } from '../distribution.ts'
import type { Random } from '../random.ts'
import type { Verdict } from '../sample.ts'
import { share, shareOf } from '../share.ts'
import { durationText, textFor } from '../text-schema.ts'
import { parseDurationNs, parseRatePerS } from '../units.ts'
import type { Step } from './fault/fault.ts'
import { scheduleFaults } from './fault/fault-schedule.ts'
import { faultsSpec } from './fault/fault-spec.ts'
import { isRefusal, type Refusal, refusalAt } from './fault/refusal.ts'
import type { Answer, Exchange, Script } from './sink.ts'

const think = z.union(
  [durationText, z.strictObject({ constant: durationText }), exponentialSpec, lognormalSpec],
  { error: 'must be a duration such as 5ms, or a mapping with constant, exponential or lognormal' },
)

const rateText = textFor(parseRatePerS)
/** Replies by which servers throttle; 421 closes the connection as well (RFC 5321 §3.8). */
const throttleReplies = [421, 450, 451, 452] as const
const throttle = z.union(
  [
    rateText,
    z.strictObject({
      rate: rateText,
      reply: z
        .literal(throttleReplies, { error: `must be one of ${throttleReplies.join(', ')}` })
        .describe('of SMTP; HTTP says 429'),
    }),
  ],
  { error: 'must be a rate such as 100/s, or a mapping with rate and reply' },
)

/** The script file: what a sink answers, how often, and after how long. */
export const scriptSpec = z
  .strictObject({
    think: think.optional(),
    reject: share.optional(),
    defer: share.optional(),
    throttle: throttle.optional(),
    faults: faultsSpec.optional().describe('what goes wrong, where, and how often'),
  })
  .refine(({ reject, defer }) => shareOf(reject) + shareOf(defer) <= 1, {
    message: 'reject and defer must not add up to more than 100%',
    path: ['defer'],
    when: ({ issues }) => issues.length === 0,
  })

export type ScriptSpec = z.infer<typeof scriptSpec>

type ThinkSpec = z.infer<typeof think>
type ThrottleSpec = z.infer<typeof throttle>

const rateOf = (spec: ThrottleSpec) => parseRatePerS(typeof spec === 'string' ? spec : spec.rate)

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

/** Throttling in the script's own reply, where it names one; HTTP has but one. */
function throttledBy(spec: ThrottleSpec | undefined, { protocol }: Exchange, verdict: Verdict): Verdict {
  return protocol === 'smtp' && typeof spec === 'object' ? { ...verdict, code: spec.reply } : verdict
}

/** What is decided of a message that came whole; undefined when every message is taken at once. */
function compileDecision(spec: ScriptSpec): Script | undefined {
  const { think, reject, defer, throttle } = spec
  if ((think ?? reject ?? defer ?? throttle) === undefined) return undefined
  const thinkFor = compileThink(think)
  const rejectShare = shareOf(reject)
  const refusedShare = rejectShare + shareOf(defer)
  const waitFor = throttle === undefined ? undefined : createThrottle(rateOf(throttle))
  return (exchange, random) => {
    // Each message draws the same numbers whatever becomes of it: one refusal does not shift the rest.
    const thinkNs = thinkFor(random)
    const draw = refusedShare > 0 ? random.next() : 1
    const waitNs = waitFor?.(exchange.atNs) ?? 0
    const refused = (kind: Refusal['kind']) => refusalAt(exchange, { kind, retryAfterNs: waitNs })
    if (waitNs > 0) return { thinkNs, verdict: throttledBy(throttle, exchange, refused('throttle')) }
    if (draw < rejectShare) return { thinkNs, verdict: refused('reject') }
    if (draw < refusedShare) return { thinkNs, verdict: refused('defer') }
    return { thinkNs, verdict: accepted }
  }
}

const untroubled: Answer = { thinkNs: 0, verdict: accepted }

/**
 * Makes the script of one sink. Verdict and think time are decided once a message, at `content`, alike for
 * both protocols; faults at the steps that they name. The state of a throttle and the counts of faults live
 * in what is returned, so every sink compiles its own.
 */
export function compileScript(spec: ScriptSpec): Script {
  const decide = compileDecision(spec)
  const faults = scheduleFaults(spec.faults ?? [])
  const steps = new Set<Step>(decide ? [...faults.steps, 'content'] : faults.steps)
  const script = (exchange: Exchange, random: Random): Answer => {
    const { step } = exchange
    const answer = decide && step === 'content' ? decide(exchange, random) : untroubled
    if (!faults.steps.has(step)) return answer
    const { stallNs, fault, byteFaults } = faults.at(step, random)
    const thinkNs = answer.thinkNs + stallNs
    if (fault && isRefusal(fault)) return { thinkNs, verdict: refusalAt(exchange, fault), byteFaults }
    return { thinkNs, verdict: answer.verdict, fault, byteFaults }
  }
  return Object.assign(script, { steps, hasFaults: faults.steps.size > 0, restart: faults.restart })
}
